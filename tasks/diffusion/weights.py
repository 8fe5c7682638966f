"""Weights on this machine's disk: brought from S3 if they lie there, and checked in any case."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from collage.errors import NoModel, NotInStore
from collage.store.store import Store
from collage.weights import Family, File

CHUNK = 1 << 20

COMING = "coming"
"""The name of a file under way, which no manifest can name."""

WAIT_SECONDS = 1.0
"""Between two looks whether another process still brings a family."""


def bring(
    store: Store, location: str, model: str, cache: Path, between: Callable[[], None]
) -> tuple[Family, Path]:
    """The family of ``model`` and its folder, every file of which is what the manifest says.

    ``location`` is an s3:// prefix, whose files are brought to ``cache``, or a folder, whose files
    are used where they are. ``between`` is called between files and while another process brings
    the same family, and may raise.

    Raises:
        NoModel: when the model is not there, or a file is missing, changed, or not named.
    """
    family = store.weights(location).family(model)
    name = model.partition("@")[0]
    if location.startswith("s3://"):
        folder = cache / f"{name}@{family.digest}"
        with locked(folder, between):
            _fetch(store, location, name, folder, family, between)
    else:
        folder = Path(location) / name
        for path, file in family.files.items():
            between()
            _require(f"{name}/{path}", folder / path, file)
    _nothing_else(folder, family)
    return family, folder


def _fetch(
    store: Store,
    location: str,
    name: str,
    folder: Path,
    family: Family,
    between: Callable[[], None],
) -> None:
    """Bring what a folder of the cache lacks; a file has its name only when all of it is there."""
    for path in _others(folder, family):
        # What an interrupted download left; the cache is nobody's but the task's.
        (folder / path).unlink()
    for path, file in family.files.items():
        between()
        here = folder / path
        if _is(here, file):
            continue
        here.parent.mkdir(parents=True, exist_ok=True)
        coming = folder / COMING
        try:
            store.fetch_weights(location, f"{name}/{path}", coming)
            _require(f"{name}/{path}", coming, file)
            coming.replace(here)
        except NotInStore:
            raise _missing(f"{name}/{path}") from None
        finally:
            coming.unlink(missing_ok=True)


@contextmanager
def locked(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold ``folder`` against other processes that bring the same files; made if it is not there.

    The lock is the folder's own and ends with the process, however that ends. While another has
    it, ``waiting`` is called every second, and may raise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waiting()
                sleep(WAIT_SECONDS)
        yield
    finally:
        os.close(handle)


def _require(name: str, path: Path, file: File) -> None:
    if not path.is_file():
        raise _missing(name)
    if not _is(path, file):
        raise NoModel(f"{name} is not the file that the weights' manifest names.")


def _missing(name: str) -> NoModel:
    return NoModel(f"{name} is missing, though the weights' manifest names it.")


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
    if extra := _others(folder, family):
        raise NoModel(f"{folder.name} holds {extra[0]}, which the weights' manifest does not name.")


def _others(folder: Path, family: Family) -> list[str]:
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return sorted(there - set(family.files))
