"""Weights on this machine's disk: brought from S3 if they lie there, and checked in any case."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from collage.errors import NoModel, NotInStore
from collage.store.store import Store
from collage.weights import Family, File

CHUNK = 1 << 20


def bring(
    store: Store, location: str, model: str, cache: Path, between: Callable[[], None]
) -> tuple[Family, Path]:
    """The family of ``model`` and its folder, every file of which is what the manifest says.

    ``location`` is an s3:// prefix, whose files are brought to ``cache``, or a folder, whose files
    are used where they are. ``between`` is called between files, and may raise.

    Raises:
        NoModel: when the model is not there, or a file is missing, changed, or not named.
    """
    family = store.weights(location).family(model)
    name = model.partition("@")[0]
    remote = location.startswith("s3://")
    folder = cache / f"{name}@{family.digest}" if remote else Path(location) / name
    for path, file in family.files.items():
        between()
        here = folder / path
        if _is(here, file):
            continue
        if remote:
            here.parent.mkdir(parents=True, exist_ok=True)
            try:
                store.fetch_weights(location, f"{name}/{path}", here)
            except NotInStore:
                here.unlink(missing_ok=True)
        if not here.is_file():
            raise NoModel(f"{name}/{path} is missing, though the weights' manifest names it.")
        if not _is(here, file):
            raise NoModel(f"{name}/{path} is not the file that the weights' manifest names.")
    _nothing_else(folder, family)
    return family, folder


def _is(path: Path, file: File) -> bool:
    return path.is_file() and path.stat().st_size == file.size and digest(path) == file.sha256


def digest(path: Path) -> str:
    """The SHA-256 of a file, which may be larger than memory."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _nothing_else(folder: Path, family: Family) -> None:
    """A file that nobody vouches for might be picked up in place of one that is vouched for."""
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    if extra := sorted(there - set(family.files)):
        raise NoModel(f"{folder.name} holds {extra[0]}, which the weights' manifest does not name.")
