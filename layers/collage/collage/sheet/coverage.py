"""Which characters a font file has, read from its `cmap` table (OpenType 1.9, "cmap")."""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

UNICODE = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3))
"""Platform and encoding of the tables that map Unicode, the fullest first."""

MOST_POINTS = 0x10000
"""Code points that a table of format 4 can tell of."""


@dataclass(frozen=True)
class Coverage:
    """Ranges of code points in their order, each with its first and last."""

    ranges: tuple[tuple[int, int], ...]

    def __contains__(self, character: str) -> bool:
        point = ord(character)
        at = bisect_right(self.ranges, (point, 0x110000)) - 1
        return at >= 0 and point <= self.ranges[at][1]


def read(path: Path) -> Coverage:
    """What a font file has glyphs for; of a collection, its first font.

    Raises:
        ValueError: when the file is no font, or none whose `cmap` is of format 4 or 12.
    """
    with path.open("rb") as file:
        return read_from(file, path.name)


def read_from(file: BinaryIO, name: str) -> Coverage:
    """As `read`, from an open file, which errors call by this name."""
    head = file.read(16)
    start = 0
    if head[:4] == b"ttcf":
        (start,) = struct.unpack(">I", head[12:16])
    file.seek(start + 4)
    (count,) = struct.unpack(">H", file.read(2))
    file.seek(start + 12)
    entries = struct.iter_unpack(">4sIII", file.read(16 * count))
    places = {tag: (offset, length) for tag, _, offset, length in entries}
    if b"cmap" not in places:
        raise ValueError(f"{name} has no table cmap")
    offset, length = places[b"cmap"]
    file.seek(offset)
    table = file.read(length)
    (count,) = struct.unpack_from(">H", table, 2)
    records = struct.iter_unpack(">HHI", table[4 : 4 + 8 * count])
    found = {(platform, encoding): offset for platform, encoding, offset in records}
    subtable = next((table[found[kind] :] for kind in UNICODE if kind in found), b"\0\0")
    (form,) = struct.unpack_from(">H", subtable)
    if form == 12:
        return Coverage(_groups(subtable))
    if form == 4:
        return Coverage(_segments(subtable))
    raise ValueError(f"{name} has a cmap of format {form}")


def _groups(table: bytes) -> tuple[tuple[int, int], ...]:
    """The ranges of format 12."""
    (count,) = struct.unpack_from(">I", table, 12)
    groups = struct.iter_unpack(">III", table[16 : 16 + 12 * count])
    return tuple((first, last) for first, last, glyph in groups if glyph or first < last)


def _segments(table: bytes) -> tuple[tuple[int, int], ...]:
    """The ranges of format 4; characters that it maps to glyph 0, "missing", are left out."""
    count = struct.unpack_from(">H", table, 6)[0] // 2
    form = f">{count}H"
    ends = struct.unpack_from(form, table, 14)
    starts, deltas, offsets = (
        struct.unpack_from(form, table, 16 + 2 * count * part) for part in (1, 2, 3)
    )
    if sum(max(0, last - first) for first, last in zip(starts, ends, strict=True)) > MOST_POINTS:
        raise ValueError("the segments of its cmap overlap")
    there = []
    for at, (first, last, delta, offset) in enumerate(
        zip(starts, ends, deltas, offsets, strict=True)
    ):
        for point in range(first, min(last, 0xFFFE) + 1):
            glyph = point
            if offset:
                place = 16 + 2 * count * 3 + 2 * at + offset + 2 * (point - first)
                (glyph,) = struct.unpack_from(">H", table, place)
                if not glyph:
                    continue
            if (glyph + delta) & 0xFFFF:
                there.append(point)
    return _joined(there)


def _joined(points: list[int]) -> tuple[tuple[int, int], ...]:
    """Points in their order as ranges."""
    if not points:
        return ()
    breaks = [i + 1 for i, (one, other) in enumerate(pairwise(points)) if other != one + 1]
    edges = pairwise([0, *breaks, len(points)])
    return tuple((points[start], points[stop - 1]) for start, stop in edges)
