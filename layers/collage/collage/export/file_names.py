"""Names of files by what tiles are: safe on every system, different, in the letters of any script.

Windows forbids the most: some characters, names of devices, and a space or point at the end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter

from collage.export import traits
from collage.manifest import Manifest
from collage.sheet import graphemes

PATTERN = "{row}-{col}-{style}-{mask}-{seed}-{engine}"
"""How a tile's file is named unless its collage is a table, or another pattern is asked for."""

ENDING = ".png"

LONGEST_VALUE, LONGEST_NAME = 80, 180
"""Bytes of UTF-8 that a value and a name have at most: a disk takes 255 for a name, and Windows
260 characters for all of a path."""

DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{name}{number}" for name in ("com", "lpt") for number in "123456789¹²³"
}

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_JOINERS = "\u200c\u200d"
"""Letters of some scripts are joined or kept apart by these; no other mark without a shape, such
as those that turn the direction of writing around, has a place in a file's name."""


def pattern_of(manifest: Manifest) -> str:
    """How the files of a collage's tiles are named: by the axes of a table, where it is one."""
    axes = list(dict.fromkeys(axis for record in manifest.tiles for axis in record.axes))
    return "-".join(["{row}", "{col}", *(f"{{{axis}}}" for axis in axes)]) if axes else PATTERN


def check(manifest: Manifest, pattern: str) -> None:
    """Refuse a pattern that cannot name the files of a collage's tiles.

    Raises:
        InvalidRequest: saying which fields there are.
    """
    known = [*traits.PLACES, *traits.names(manifest)]
    there = ", ".join(f"{{{name}}}" for name in known)
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as error:
        raise traits.wrong("names", f"{error}; write fields as {{row}}") from error
    for _, field, form, conversion in parts:
        if field is not None and (field not in known or form or conversion):
            raise traits.wrong("names", f"{field[:80]!r} is no field; there are: {there}", known)
    if "/" in pattern or "\\" in pattern:
        raise traits.wrong("names", "a name has no folders; use another sign than / and \\")


def of_tiles(manifest: Manifest, tiles: Sequence[int], pattern: str) -> dict[int, str]:
    """The file's name of each of ``tiles``, by index; all of them differ, also in lower case."""
    pieces = [(text, field) for text, field, _, _ in Formatter().parse(_bare(pattern))]
    taken: set[str] = set()
    places = _places(manifest)
    named: dict[int, str] = {}
    for index in tiles:
        record = manifest.tiles[index]
        words = [
            (
                text,
                None if field is None else places[index].get(field) or traits.value(record, field),
            )
            for text, field in pieces
        ]
        named[index] = distinct(_joined(words), ENDING, taken)
    return named


def distinct(name: str, ending: str, taken: set[str]) -> str:
    """``name`` made safe, with a number where one like it is ``taken`` already; it is then too."""
    base = safe(name)
    tried, number = base, 1
    while _folded(tried) in taken:
        number += 1
        tried = f"{_cut(base, LONGEST_NAME - 6)}-{number}"
    taken.add(_folded(tried))
    return tried + ending


def safe(name: str, longest: int = LONGEST_NAME) -> str:
    """A name that every system takes for a file, as near to ``name`` as can be."""
    plain = "".join(_plain(unicodedata.normalize("NFC", name)))
    short = _cut(_FORBIDDEN.sub("_", plain), longest).strip(" .") or "_"
    # A device's name stays one with any ending behind it.
    return f"_{short}" if short.partition(".")[0].strip().lower() in DEVICES else short


def _bare(pattern: str) -> str:
    return pattern[: -len(ENDING)] if pattern.lower().endswith(ENDING) else pattern


def _places(manifest: Manifest) -> dict[int, Mapping[str, str]]:
    """Row, column and number of each tile that is seen, all of the same length."""
    rows, cols = len(str(manifest.layout.rows - 1)), len(str(manifest.layout.cols - 1))
    total = len(str(len(manifest.tiles)))
    found: dict[int, Mapping[str, str]] = {}
    for cell in manifest.cells:
        if cell.tile is not None and cell.tile not in found:
            found[cell.tile] = {
                "row": f"{cell.row:0{rows}}",
                "col": f"{cell.col:0{cols}}",
                "number": f"{cell.tile + 1:0{total}}",
            }
    return found


def _joined(words: Sequence[tuple[str, str | None]]) -> str:
    """The pieces of a name; where a tile has no value, what stands before it goes with it."""
    made = ""
    for text, word in words:
        if word is None:
            made += text
        elif word:
            made += (text if made or not _separates(text) else "") + safe(word, LONGEST_VALUE)
        elif not _separates(text):
            made += text
    return made


def _separates(text: str) -> bool:
    return not text.strip("-_ .,+")


def _plain(text: str) -> Iterator[str]:
    for character in text:
        kind = unicodedata.category(character)
        if kind == "Cf":
            yield character if character in _JOINERS else ""
        else:
            yield "_" if kind[0] == "C" or kind in ("Zl", "Zp") else character


def _cut(text: str, longest: int) -> str:
    """``text`` to at most so many bytes; no character is cut into pieces."""
    if len(text.encode()) <= longest:
        return text
    kept, room = "", longest
    for cluster in graphemes.split(text):
        room -= len(cluster.encode())
        if room < 0:
            break
        kept += cluster
    return kept


def _folded(name: str) -> str:
    """What systems that tell no case apart, or write accents otherwise, take a name for."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFC", name).casefold())
