"""A ZIP file that is handed on while it is written, an entry at a time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import IO, cast

FILE_MODE = 0o100644 << 16
"""A plain file that its owner may change and everybody may read, as Unix keeps it."""

EARLIEST = 1980
"""The year that the times of a ZIP file begin in."""


class Archive:
    """Entries go to ``sink`` one after the other; only one is held.

    The size and checksum of an entry stand before it: a program that reads a stream, and finds
    them behind what is only stored, cannot know where that ends.
    """

    def __init__(self, sink: Callable[[bytes], object], created: str) -> None:
        self._window = _Window(sink)
        self._zip = zipfile.ZipFile(cast("IO[bytes]", self._window), "w")
        made = datetime.fromisoformat(created)
        self._time = (max(EARLIEST, made.year), *made.timetuple()[1:6])

    def add(self, name: str, data: bytes, *, compress: bool = False) -> None:
        """Write an entry; pictures are compressed already."""
        entry = zipfile.ZipInfo(name, self._time)
        entry.external_attr = FILE_MODE
        entry.create_system = 3
        how = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        self._zip.writestr(entry, data, how)
        self._window.hand_on()

    def finish(self) -> None:
        """Write the directory at the end."""
        self._zip.close()
        self._window.hand_on()


class _Window:
    """The end of a file: what was not handed on yet can be sought in and written over."""

    def __init__(self, sink: Callable[[bytes], object]) -> None:
        self._sink = sink
        self._held = bytearray()
        self._before, self._at = 0, 0

    def write(self, data: bytes) -> int:
        start = self._at - self._before
        self._held[start : start + len(data)] = data
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET or offset < self._before:
            raise OSError("that part of the file was handed on")
        self._at = offset
        return offset

    def flush(self) -> None:
        """What is held may still be written over."""

    def hand_on(self) -> None:
        self._sink(bytes(self._held))
        self._before += len(self._held)
        self._held.clear()
