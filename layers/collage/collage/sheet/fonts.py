"""A font of the user's own: checked at the door, and known to Pango by a name that no other has.

Fonts are known to a whole process, by their family. A function that has made one collage makes
others, whose fonts may have the same family or that of the layer's: so each gets one made from its
digest, in a new `name` table (OpenType 1.9, "Font file" and "name").
"""

from __future__ import annotations

import io
import os
import struct
import tempfile
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from collage.digest import sha256
from collage.errors import InvalidRequest
from collage.fields.values import MOST_FONT_BYTES
from collage.sheet import coverage, layer_fonts
from collage.sheet.coverage import Coverage

SIGNATURES = (b"\0\1\0\0", b"true", b"OTTO")
"""How TrueType and OpenType fonts begin; collections begin otherwise, and so do web fonts."""

HEAD, ENTRY = 12, 16
"""Bytes of a font file's header, and of a table's entry below it."""

TRIED, SIZE = 200, 24
"""How many characters are drawn, and how large in pixels, to see whether a font has any ink."""

DAMAGED = "font: it is damaged, or has no letters."

WINDOWS, UNICODE, ENGLISH = 3, 1, 0x409
"""Platform, encoding and language of a name."""


class Font(NamedTuple):
    """A font that Pango knows: its family, and the characters that it has."""

    family: str
    coverage: Coverage


_fonts: dict[str, Font] = {}


def check(data: bytes) -> None:
    """Refuse what cannot be written with.

    Raises:
        InvalidRequest: saying why.
    """
    from PIL import ImageFont

    if len(data) > MOST_FONT_BYTES:
        raise InvalidRequest(
            f"font: it has {len(data):,} bytes; at most {MOST_FONT_BYTES:,} are allowed."
        )
    if data[:4] not in SIGNATURES:
        raise InvalidRequest("font: it is no TrueType or OpenType font (.ttf, .otf).")
    try:
        covered = _coverage(_named(data, "probe"))
        points = (point for first, last in covered.ranges for point in range(first, last + 1))
        font = ImageFont.truetype(io.BytesIO(data), SIZE, layout_engine=ImageFont.Layout.BASIC)
        seen = any(font.getmask(chr(point)).getbbox() for point in islice(points, TRIED))
    except (ValueError, OSError, struct.error, IndexError) as error:
        raise InvalidRequest(DAMAGED) from error
    if not seen:
        raise InvalidRequest(DAMAGED)


def use(data: bytes) -> str:
    """Make a font that was checked known to Pango in this process; what `known` calls it."""
    import pyvips

    digest = sha256(data)
    if digest not in _fonts:
        layer_fonts.start()
        family = f"own-{digest[:16]}"
        named = _named(data, family)
        path = _folder() / f"{family}.ttf"
        path.write_bytes(named)
        pyvips.Image.text("a", font=f"{family} 12", dpi=72, fontfile=str(path))
        _fonts[digest] = Font(family, _coverage(named))
    return digest


def known(digest: str) -> Font:
    """The font that `use` made known."""
    return _fonts[digest]


@cache
def _folder() -> Path:
    """Where fonts lie while the process lives: Pango opens them when it draws."""
    return Path(tempfile.mkdtemp(prefix=f"fonts-{os.getpid()}-"))


def _coverage(data: bytes) -> Coverage:
    return coverage.read_from(io.BytesIO(data), "the font")


def _named(data: bytes, family: str) -> bytes:
    """A font file with another `name` table, which gives it this family and no other name.

    Raises:
        ValueError, struct.error: when the file has no such table, or tables outside of it.
    """
    (count,) = struct.unpack_from(">H", data, 4)
    padded = data + bytes(-len(data) % 4)
    table = _name_table({1: family, 2: "Regular", 4: family, 6: family})
    made = bytearray(padded + table)
    for at in range(HEAD, HEAD + ENTRY * count, ENTRY):
        tag, _, offset, length = struct.unpack_from(">4sIII", data, at)
        if offset + length > len(data):
            raise ValueError(f"the table {tag!r} ends outside of the file")
        if tag == b"name":
            struct.pack_into(">III", made, at + 4, 0, len(padded), len(table))
            return bytes(made)
    raise ValueError("there is no table name")


def _name_table(names: dict[int, str]) -> bytes:
    """A `name` table of format 0."""
    records, texts = b"", b""
    for name, text in names.items():
        encoded = text.encode("utf-16-be")
        records += struct.pack(">6H", WINDOWS, UNICODE, ENGLISH, name, len(encoded), len(texts))
        texts += encoded
    return struct.pack(">3H", 0, len(names), 6 + len(records)) + records + texts
