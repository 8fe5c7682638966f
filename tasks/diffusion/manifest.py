"""Writing manifest.json: which families lie in a folder, and the digest of each of their files."""

from __future__ import annotations

from pathlib import Path

from collage.digest import canonical
from collage.weights import Family, File, Kind, Weights
from tasks.diffusion.weights import digest


def family(folder: Path, kind: Kind, repository: str, licence: str) -> Family:
    """The family whose files lie in ``folder``.

    Raises:
        ValueError: when one of them may hold code, or none is there.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {
        path.relative_to(folder).as_posix(): File(sha256=digest(path), size=path.stat().st_size)
        for path in paths
    }
    return Family(kind=kind, repository=repository, licence=licence, files=files)


def write(folder: Path, families: dict[str, Family]) -> Weights:
    """Write manifest.json of ``folder``; what it named before and is not in ``families`` stays."""
    path = folder / "manifest.json"
    there = Weights.model_validate_json(path.read_bytes()).families if path.is_file() else {}
    made = Weights(families={**there, **families})
    path.write_bytes(canonical(made.model_dump(mode="json")))
    return made
