"""What outlives a cloud: a directory of plain files that one cloud at a time may use.

::

    laptop-cloud-1.lock              held by the cloud that uses the directory
    {LogicalId}/{digest}.json        a record: an object without its body, or an item of a table
    {LogicalId}/{digest}.{token}     the body that a record names

A record is written last and in one step, so that it is there as a whole or not at all. A body that
no record names is what is left of a put that was never finished.
"""

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from combinatoric_collage.local.errors import StateError

# Also the mark of such a directory, and of how it is laid out.
LOCK = "laptop-cloud-1.lock"
# Bodies that stay for a while when they are replaced: somebody may be about to read them.
READERS = 64
# What is called otherwise was not made here, and is left alone.
OURS = re.compile(r"[0-9a-f]{64}\.(json|new|[0-9a-f]{8})")


class State:
    """A state directory in use; a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()

    def __enter__(self) -> Self:
        try:
            self._claim()
        except OSError as error:
            raise StateError(f"{self._path} cannot hold state: {error.strerror}.") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._lock)

    def folder(self, name: str) -> "Folder":
        """The folder of a resource, by its logical id."""
        return Folder(self._path / name)

    def _claim(self) -> None:
        """Makes the directory if need be, and locks it; the lock ends with the process."""
        self._path.mkdir(parents=True, exist_ok=True)
        lock = self._path / LOCK
        if not lock.exists() and any(self._path.iterdir()):
            raise StateError(f"{self._path} holds other files; name an empty directory.")
        # Pictures and prompts are nobody else's.
        self._path.chmod(0o700)
        self._lock = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # It may have been removed, and made anew, between the two calls.
            mine = os.path.samestat(os.fstat(self._lock), lock.stat())
        except (BlockingIOError, FileNotFoundError):
            mine = False
        if not mine:
            os.close(self._lock)
            raise StateError(f"{self._path} is used by another cloud; stop that first.")


def remove(path: Path) -> bool:
    """Removes a state directory; False when there is none.

    Raises:
        StateError: when a cloud uses it, or it is none.
    """
    if not path.exists():
        return False
    if not (path / LOCK).is_file():
        raise StateError(f"{path} is not a state directory; it is left alone.")
    with State(path):
        try:
            shutil.rmtree(path)
        except OSError as error:
            raise StateError(f"{error.filename} cannot be removed: {error.strerror}.") from error
    return True


@dataclass(frozen=True)
class Saved:
    """A record as it was found, and where its body lies."""

    key: str
    data: dict[str, Any]
    body: Path | None

    def content(self) -> bytes | None:
        """The bytes of its body; None where that is gone.

        Raises:
            StateError: when it cannot be read.
        """
        try:
            return self.body.read_bytes() if self.body else b""
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateError(f"{self.body} cannot be read: {error.strerror}.") from error


class Folder:
    """The records of one resource, each under a key that may be any text.

    Several may be put at once, but not under one key.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._bodies: dict[str, str | None] = {}
        self._replaced: deque[str] = deque()
        with self._disk():
            path.mkdir(exist_ok=True)

    @property
    def keys(self) -> set[str]:
        """The keys of all records that were loaded or put."""
        return set(self._bodies)

    def load(self) -> list[Saved]:
        """All records; what was never finished is removed.

        Raises:
            StateError: when the folder cannot be read, or a record is of another kind.
        """
        found = []
        with self._disk():
            entries = [e for e in os.scandir(self._path) if OURS.fullmatch(e.name) and e.is_file()]
            sizes = {entry.name: entry.stat().st_size for entry in entries}
            for name in [name for name in sizes if name.endswith(".json")]:
                record = self._read(name)
                if record is None:
                    continue
                key, data, body, size = record
                if body is not None and sizes.get(body) != size:
                    continue
                del sizes[name]
                sizes.pop(body or "", None)
                self._bodies[key] = body
                found.append(Saved(key, data, self._path / body if body else None))
            for name in sizes:
                (self._path / name).unlink(missing_ok=True)
        return found

    def alien(self, key: str) -> StateError:
        """The error of a record that is none of the kind that is kept here."""
        return _alien(self._path / f"{_digest(key)}.json")

    def _read(self, name: str) -> tuple[str, dict[str, Any], str | None, int | None] | None:
        return _parsed(self._path / name)

    def put(self, key: str, data: dict[str, Any], body: bytes | None = None) -> Path | None:
        """Writes a record; where its body lies.

        Raises:
            StateError: when the disk does not take it; what was there before is still there.
        """
        digest, name = _digest(key), None
        with self._disk():
            if body is not None:
                # A name of its own: the record that is still in force has another.
                name = f"{digest}.{secrets.token_hex(4)}"
                _write(self._path / name, body)
            size = None if body is None else len(body)
            unfinished = self._path / f"{digest}.new"
            record = {"key": key, "data": data, "body": name, "size": size}
            _write(unfinished, json.dumps(record).encode())
            unfinished.replace(self._path / f"{digest}.json")
            if old := self._bodies.pop(key, None):
                self._replaced.append(old)
            self._tidy(READERS)
        self._bodies[key] = name
        return self._path / name if name else None

    def remove(self, key: str) -> None:
        """Removes a record, and then its body.

        Raises:
            StateError: when the disk does not take that.
        """
        with self._disk():
            (self._path / f"{_digest(key)}.json").unlink(missing_ok=True)
            self._forget(key)

    def tidy(self) -> None:
        """Removes the bodies that were replaced; nobody reads them any more."""
        with self._disk():
            self._tidy(0)

    def _tidy(self, most: int) -> None:
        with suppress(IndexError):
            # Another put may have taken the last of them.
            while len(self._replaced) > most:
                (self._path / self._replaced.popleft()).unlink(missing_ok=True)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """What the disk refuses is said with the folder that it is about."""
        try:
            yield
        except OSError as error:
            raise StateError(f"{self._path} cannot keep what is made: {error.strerror}.") from error

    def _forget(self, key: str) -> None:
        if body := self._bodies.pop(key, None):
            (self._path / body).unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    """Writes a file to the medium, or leaves nothing of it: the disk's rest may be what is missing.

    A record comes after its body, and must not outlive it where the power goes.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(file, left) :]
            os.fsync(file)
        finally:
            os.close(file)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _digest(key: str) -> str:
    """A file name for any key, however long and whatever is in it."""
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()


def _parsed(file: Path) -> tuple[str, dict[str, Any], str | None, int | None] | None:
    """What a record says: its key, its data, its body's name and size; None for half of one."""
    try:
        record = json.loads(file.read_bytes())
    except ValueError:
        return None
    match record:
        case {"key": str(key), "data": dict(data), "body": None, "size": None}:
            return key, data, None, None
        case {"key": str(key), "data": dict(data), "body": str(body), "size": int(size)} if (
            OURS.fullmatch(body)
        ):
            return key, data, body, size
    raise _alien(file)


def _alien(file: Path) -> StateError:
    return StateError(f"{file} is no record of this version's; move it away.")


def record_of(folder: Path, key: str) -> Saved | None:
    """The record under a key in a resource's folder, as it lies there; None where there is none.

    Raises:
        StateError: when it cannot be read, or is of another kind.
    """
    return _saved(folder / f"{_digest(key)}.json")


def records_in(folder: Path) -> Iterator[Saved]:
    """All whole records in a resource's folder, as they lie there.

    Raises:
        StateError: when one cannot be read, or is of another kind.
    """
    if folder.is_dir():
        for file in folder.glob("*.json"):
            if OURS.fullmatch(file.name) and (found := _saved(file)):
                yield found


def _saved(file: Path) -> Saved | None:
    try:
        record = _parsed(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"{file} cannot be read: {error.strerror}.") from error
    if record is None:
        return None
    key, data, body, _ = record
    return Saved(key, data, file.with_name(body) if body else None)
