"""Writing manifest.json: which families lie in a folder, and the digest of each of their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from collage.digest import canonical
from collage.weights import Family, File, Kind, Weights, parse
from tasks.diffusion.weights import digest

NAME = "manifest.json"


def family(folder: Path, kind: Kind, repository: str, licence: str, **known: Any) -> Family:
    """The family whose files lie in ``folder``; ``known`` are further fields of it.

    Raises:
        ValueError: when one of them may hold code, or none is there.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {
        path.relative_to(folder).as_posix(): File(sha256=digest(path), size=path.stat().st_size)
        for path in paths
    }
    return Family(kind=kind, repository=repository, licence=licence, files=files, **known)


def read(folder: Path) -> dict[str, Family]:
    """The families that manifest.json of ``folder`` names; none where there is no such file.

    Raises:
        NoModel: when it is not usable.
    """
    path = folder / NAME
    return parse(path.read_bytes()).families if path.is_file() else {}


def write(folder: Path, families: dict[str, Family], without: str | None = None) -> Weights:
    """Write manifest.json of ``folder``; what it named before and is not in ``families`` stays.

    All but the family ``without``, where one is named. A reader finds the old one or the new.
    """
    there = {name: one for name, one in read(folder).items() if name != without}
    made = Weights(families={**there, **families})
    coming = folder / f"{NAME}.coming"
    coming.write_bytes(
        canonical({"version": 1, **made.model_dump(mode="json", exclude_defaults=True)})
    )
    coming.replace(folder / NAME)
    return made
