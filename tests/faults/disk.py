"""Faults of the laptop cloud's disk: full at any step of a put, and power that goes at any."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from combinatoric_collage.local import state
from combinatoric_collage.local.errors import StateError
from tests.faults.invariants import hold
from tests.faults.report import Report

FULL = {
    "disk full": errno.ENOSPC,
    "quota exceeded": errno.EDQUOT,
    "disk fails": errno.EIO,
    "disk read-only": errno.EROFS,
}
Said = Mapping[str, tuple[dict[str, object], bytes | None]]

# What a collage does: pictures, their sidecars, records that are replaced, an item, a removal.
PUTS: tuple[tuple[str, int, bytes | None], ...] = (
    ("tiles/a.png", 1, b"picture" * 200),
    ("tiles/a.json", 1, b"sidecar"),
    ("progress.json", 1, b"planned"),
    ("progress.json", 2, b"done"),
    ("item", 1, None),
    ("item", 2, None),
    ("empty", 1, b""),
    ("tiles/a.png", 2, b"another" * 200),
)

REMOVED = "tiles/a.json"


class PowerLost(BaseException):
    """The machine is off."""


@dataclass
class Disk:
    """Stands before what the state does to its disk; fails at one step, or loses power there."""

    at: int = 0
    error: int | None = None
    """None: power is lost."""
    half: bool = False
    """Whether half of a file is written by then."""
    steps: int = 0
    synced: set[int] = field(default_factory=set)
    """The inodes that are safe on the medium."""

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Have the state use this disk."""
        write, sync, replace, unlink = os.write, os.fsync, Path.replace, Path.unlink

        def written(file: int, data: bytes) -> int:
            if self._strikes() and self.half:
                write(file, bytes(data)[: len(data) // 2])
            self._fail()
            return write(file, data)

        def synced(file: int) -> None:
            self._step()
            sync(file)
            self.synced.add(os.fstat(file).st_ino)

        def replaced(path: Path, target: Path) -> Path:
            self._step()
            return replace(path, target)

        def unlinked(path: Path, missing_ok: bool = False) -> None:
            self._step()
            if path.exists():
                # The number may be another file's soon.
                self.synced.discard(path.stat().st_ino)
            unlink(path, missing_ok=missing_ok)

        with (
            mock.patch.object(state.os, "write", written),
            mock.patch.object(state.os, "fsync", synced),
            mock.patch.object(Path, "replace", replaced),
            mock.patch.object(Path, "unlink", unlinked),
        ):
            yield

    def _strikes(self) -> bool:
        self.steps += 1
        return self.steps == self.at

    def _fail(self) -> None:
        if self.steps != self.at:
            return
        if self.error is None:
            raise PowerLost
        raise OSError(self.error, os.strerror(self.error))

    def _step(self) -> None:
        self._strikes()
        self._fail()

    def lose(self, folder: Path) -> None:
        """What was never synced is gone: the files are there, and hold nothing."""
        for path in folder.iterdir():
            if path.stat().st_ino not in self.synced:
                path.write_bytes(b"\0" * path.stat().st_size)


def run(report: Report, scratch: Path) -> None:
    """Every step of every put, with every fault."""
    steps = _steps(scratch)
    for name, error in FULL.items():
        for half in (False, True):
            for at in range(1, steps + 1):
                _try(report, f"state: {name}", lambda a=at, e=error, h=half: full(scratch, a, e, h))
    for half in (False, True):
        for at in range(1, steps + 1):
            _try(report, "state: power lost", lambda a=at, h=half: power(scratch, a, h))


def _try(report: Report, kind: str, attempt: Callable[[], None]) -> None:
    try:
        attempt()
    except AssertionError as broken:
        report.note(kind, str(broken))
    else:
        report.note(kind)


def _steps(scratch: Path) -> int:
    disk = Disk()
    with disk.watched():
        _use(scratch / "state")
    shutil.rmtree(scratch / "state")
    return disk.steps


def _use(path: Path) -> tuple[Said, str | None]:
    """Put everything and remove one; what was kept by then, and the key that was at hand."""
    kept: dict[str, tuple[dict[str, object], bytes | None]] = {}
    folder, key = state.Folder(path), None
    try:
        for key, number, body in PUTS:
            folder.put(key, {"number": number}, body)
            kept[key] = ({"number": number}, body)
        key = REMOVED
        folder.remove(key)
        kept.pop(key)
        key = None
        folder.tidy()
    except (StateError, PowerLost):
        return kept, key
    return kept, None


def full(scratch: Path, at: int, error: int, half: bool) -> None:
    """What the disk does not take is an error; all is as it was, or what was to go is gone."""
    path = scratch / "state"
    disk = Disk(at, error, half)
    with disk.watched():
        kept, at_hand = _use(path)
    _check(path, kept, at_hand if at_hand == REMOVED else None)


def power(scratch: Path, at: int, half: bool) -> None:
    """Power that goes leaves what was put; what was being put is the old, the new or nothing."""
    path = scratch / "state"
    disk = Disk(at, None, half)
    with disk.watched():
        kept, at_hand = _use(path)
    disk.lose(path)
    _check(path, kept, at_hand)


def _check(path: Path, kept: Said, at_hand: str | None) -> None:
    try:
        found = {
            one.key: (one.data, None if one.body is None else one.body.read_bytes())
            for one in state.Folder(path).load()
        }
        for key, value in kept.items():
            new = [(({"number": n}), body) for name, n, body in PUTS if name == key]
            allowed = [value, *(new if key == at_hand else [])]
            gone = key == at_hand == REMOVED and key not in found
            hold(gone or found.get(key) in allowed, f"{key} is {str(found.get(key))[:60]}")
        hold(set(found) <= {*kept, at_hand}, "something is there that was not put")
        whole = {entry.name for entry in path.iterdir()}
        bodies = sum(body is not None for _, body in found.values())
        hold(len(whole) == len(found) + bodies, "something is left behind")
    finally:
        shutil.rmtree(path)
