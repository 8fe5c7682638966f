"""What a picture says of itself: written into PNG, JPEG and WebP files, and read back.

Three things are said, each for readers of its own::

    parameters  one text, as the web UIs for Stable Diffusion write and read it
    collage     our record, canonical JSON: of a tile its conditioning, of a collage all there is
    XMP         IPTC's terms for how the picture came to be, and by what system

    where       PNG                    JPEG                  WebP
    parameters  tEXt, iTXt             EXIF UserComment      EXIF UserComment
    collage     iTXt, in parts         XMP collage:Record    XMP collage:Record
    XMP         iTXt                   APP1, extended        chunk "XMP "

Files are taken apart and joined at the level of their own chunks: no pixel is decoded. What else
a file said of itself (EXIF, XMP, comments, dates, signatures) makes place for the description.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import unicodedata
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import collage
from collage.digest import canonical
from collage.errors import NoMetadata, NotAPicture, TruncatedPicture

if TYPE_CHECKING:
    from collage.layout import Layout
    from collage.manifest import Manifest, TileRecord
    from collage.plan import Plan
    from collage.tile import Tile

RECORD_VERSION = 1

PRODUCT = f"combinatoric-collage {collage.__version__}"

PROCEDURAL = frozenset({"painter"})
"""Engines that hold no trained model; every other engine does."""

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"

NAMESPACES = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
    "collage": "urn:combinatoric-collage:metadata:1#",
}

LONGEST_PROMPT, LONGEST_NEGATIVE, LONGEST_STYLES = 6000, 4000, 1000
LONGEST_VALUE, MOST_OPTIONS = 200, 12
"""Of `parameters`, in characters: so that it always fits into the 64 KB of a JPEG's EXIF, where
a character takes up to four bytes. The record has everything in full."""

PART = 1_000_000
"""Bytes of the record in one PNG chunk: Pillow refuses to open a picture with a compressed text
of more than 1 MiB, and with it does every tool that is made of it."""

COMPRESS_ABOVE = 2000
"""Bytes of the record; below, the file stays readable by eye for little more."""

MAX_RECORD = 64_000_000
"""Bytes of text that are unpacked from a picture, and so the longest record that is written:
three times what the largest grid needs. Pillow unpacks 64 MiB of text in all."""

SEGMENT = 65_533
"""Bytes that a JPEG segment holds."""

FileFormat = Literal["PNG", "JPEG", "WEBP"]


@dataclass(frozen=True)
class Description:
    """What is to be written into a picture."""

    parameters: str
    record: bytes
    """Canonical JSON."""
    properties: tuple[tuple[str, str], ...]
    """XMP properties: names with a prefix of NAMESPACES, and their text."""


@dataclass(frozen=True)
class Found:
    """What was found in a picture. All of it is the file's word: anyone can write anything."""

    format: FileFormat
    size: tuple[int, int]
    """Width and height of the picture as it is now, in pixels."""
    parameters: str | None
    record: dict[str, Any] | None
    xmp: str | None
    """The XMP packet, as it stands."""


# What is said.


def describe_tile(tile: Tile) -> Description:
    """What a tile's picture says: its conditioning, and nothing of when or at what cost.

    The same tile is described in the same bytes whenever, and by whichever run, it is made.
    """
    record = {
        "kind": "tile",
        "version": RECORD_VERSION,
        "pack": collage.__version__,
        "key": tile.key,
        "tile": tile.model_dump(mode="json"),
    }
    options = dict(tile.options)
    negative = options.pop("negative_prompt", "")
    pairs: dict[str, object] = {
        "Steps": _steps(options),
        "Seed": tile.seed,
        "Sample": tile.sample,
        "Size": f"{tile.size[0]}x{tile.size[1]}",
        "Model": tile.model,
        "Engine": tile.engine,
        "Mask mode": "Inpaint masked" if tile.mask is not None else None,
        "Mask": tile.mask,
        "Styles": _joined(tile.styles),
        "Version": PRODUCT,
    }
    taken = {"negative prompt", *map(str.lower, pairs)}
    for name, value in sorted(options.items())[:MOST_OPTIONS]:
        if _label(name).lower() not in taken:
            pairs[_label(name)] = value
    trained = tile.engine not in PROCEDURAL
    return Description(
        parameters=_parameters(tile.prompt, pairs, negative),
        record=canonical(record),
        properties=_properties(
            _tile_source_type(trained, tile.source is not None),
            (tile.prompt, tile.engine, tile.model) if trained else None,
        ),
    )


def describe_collage(plan: Plan, manifest: Manifest) -> Description:
    """What a collage's picture says: the plan, and what became of each tile and cell of it.

    The layout is the manifest's, which need not be the plan's: tiles can be laid out again. Of
    the source only digest, format and size are told: the name of somebody's file is not.

    The convention for grids (``Script: X/Y/Z plot`` with the axes' types and values) is not
    used: it says that the cells of a column share a value, and here the cells are shuffled.
    """
    asked, layout = plan.request, manifest.layout
    whole = plan.model_dump(mode="json")
    whole["source"]["key"] = ""
    record = {
        "kind": "collage",
        "version": RECORD_VERSION,
        "pack": collage.__version__,
        "plan": whole,
        "run": manifest.model_dump(mode="json", exclude={"tiles", "cells", "layout"}),
        "geometry": _geometry(layout),
        "tiles": [_tile_end(tile) for tile in manifest.tiles],
        "cells": {
            "tile": [cell.tile for cell in manifest.cells],
            "planned": [cell.planned for cell in manifest.cells],
            "state": [cell.state for cell in manifest.cells],
        },
    }
    if len(canonical(record)) > MAX_RECORD:
        # Tens of thousands of prompts that are pages long: template and styles tell them too.
        for tile in (*whole["tiles"], *whole["spares"]):
            tile["prompt"] = ""
    model = plan.tiles[0].model
    pairs: dict[str, object] = {
        "Steps": 1,
        "Seed": asked.seed,
        "Size": f"{asked.size[0]}x{asked.size[1]}",
        "Model": model,
        "Engine": asked.engine,
        "Mask mode": "Inpaint masked" if any(tile.mask for tile in plan.tiles) else None,
        "Masks": _joined(asked.masks),
        "Rows": layout.rows,
        "Cols": layout.cols,
        "Tiles": len(plan.tiles),
        "Styles": _joined(plan.styles.styles),
        "Version": PRODUCT,
    }
    trained = asked.engine not in PROCEDURAL
    # IPTC's `composite` leaves open what the parts are; the other one says that a model made some.
    source_type = "compositeWithTrainedAlgorithmicMedia" if trained else "composite"
    return Description(
        parameters=_parameters(asked.prompt_template, pairs),
        record=canonical(record),
        properties=_properties(
            source_type, (asked.prompt_template, asked.engine, model) if trained else None
        ),
    )


def line(text: str) -> str:
    """``text`` on one line: no control, no line break, nothing that turns the reading order.

    Joiners and selectors stay, which emoji and some scripts need.
    """
    visible = "".join(
        " " if c.isspace() or unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text
        if not _unwanted(c)
    )
    return " ".join(visible.split())


def _unwanted(c: str) -> bool:
    # Surrogates on their own, byte order marks, what turns the reading order, no characters.
    return (
        "\ud800" <= c <= "\udfff"
        or c == "\ufeff"
        or "\u202a" <= c <= "\u202e"
        or "\u2066" <= c <= "\u2069"
        or ord(c) & 0xFFFE == 0xFFFE
        or "\ufdd0" <= c <= "\ufdef"
    )


def _parameters(prompt: str, pairs: Mapping[str, object], negative: str = "") -> str:
    """The text that web UIs read: a line a prompt, and one of at least three pairs."""
    lines = [_prompt(prompt, LONGEST_PROMPT)]
    if without := _prompt(negative, LONGEST_NEGATIVE):
        lines.append(f"Negative prompt: {without}")
    values = {
        name: _value(value, LONGEST_STYLES if name == "Styles" else LONGEST_VALUE)
        for name, value in pairs.items()
        if name and value is not None
    }
    lines.append(", ".join(f"{name}: {value}" for name, value in values.items() if value))
    return "\n".join(lines)


def _prompt(text: str, longest: int) -> str:
    """A prompt on one line, which does not hold the keys by which readers find its end."""
    marks = r"(?i)(negative prompt|steps)(?:\s*:)+"
    return re.sub(marks, r"\1", line(text))[:longest].rstrip()


def _value(value: object, longest: int) -> str:
    """A value without what ends or quotes one."""
    return " ".join(re.sub(r'[,:"\\]', " ", line(str(value))).split())[:longest].rstrip()


def _joined(names: Iterable[str]) -> str:
    return " + ".join(name.replace("+", " ") for name in names)


def _steps(options: dict[str, str]) -> int:
    """The engine's steps; 1 where there are none, because the line has to begin with them."""
    given = options.pop("num_inference_steps", "1")
    return int(given) if re.fullmatch("[1-9][0-9]{0,3}", given) else 1


def _label(option: str) -> str:
    known = {"guidance_scale": "CFG scale", "strength": "Denoising strength"}
    words = re.sub(r"[^A-Za-z0-9]+", " ", option).strip()[:40].strip()
    return known.get(option, words[:1].upper() + words[1:])


def _geometry(layout: Layout) -> dict[str, Any]:
    """Where cells lie in the file, in pixels, each as horizontal and vertical.

    A cell begins a ``step`` after the one before it, the first at ``offset``. Its picture takes
    up ``visible``, below which is its label of the height ``label``.
    """
    shim, numbers = max(0, layout.gap), (layout.cols, layout.rows)
    return {
        "rows": layout.rows,
        "cols": layout.cols,
        "cell": list(layout.cell),
        "gap": layout.gap,
        "offset": [0, 0],
        "step": list(layout.pitch),
        "visible": list(layout.shown),
        "label": layout.strip,
        "size": [n * step - shim for n, step in zip(numbers, layout.pitch, strict=True)],
    }


def _tile_end(record: TileRecord) -> dict[str, Any]:
    """What became of a tile. What was planned of it stands in the plan."""
    end = record.model_dump(
        mode="json", exclude={"index", "tile", "refused"}, exclude_defaults=True
    )
    if record.refused is not None:
        end["refused"] = record.refused.key
        end["tile"] = record.tile.model_dump(mode="json")
    return end


def _tile_source_type(trained: bool, from_source: bool) -> str:
    """IPTC's term for how a tile came to be.

    A painted tile is no `algorithmicMedia`, which is made by an algorithm alone: it is the source
    altered by algorithms that somebody chose, its subject still there. Nor is it
    `compositeSynthetic`, by which IPTC means that a part is by generative AI.
    """
    if trained:
        return "compositeWithTrainedAlgorithmicMedia" if from_source else "trainedAlgorithmicMedia"
    return "algorithmicallyEnhanced" if from_source else "algorithmicMedia"


def _properties(
    source_type: str, system: tuple[str, str, str] | None
) -> tuple[tuple[str, str], ...]:
    """XMP for a kind of source; ``system`` is prompt, engine and model where one was trained."""
    said = [
        ("Iptc4xmpExt:DigitalSourceType", SOURCE_TYPES + source_type),
        ("xmp:CreatorTool", PRODUCT),
    ]
    if system is not None:
        prompt, engine, model = (line(text) for text in system)
        said += [
            ("Iptc4xmpExt:AIPromptInformation", prompt[:LONGEST_PROMPT]),
            ("Iptc4xmpExt:AISystemUsed", engine[:LONGEST_VALUE]),
            ("Iptc4xmpExt:AISystemVersionUsed", model[:LONGEST_VALUE]),
        ]
    return tuple((name, text) for name, text in said if text)


# Writing and reading, whatever the format.


def embed(picture: bytes, description: Description) -> bytes:
    """``picture`` (PNG, JPEG or WebP) with the description in it; its pixels are not touched.

    Raises:
        NotAPicture: when it is of another format.
        TruncatedPicture: when it ends before its pixels, or is damaged there.
    """
    writers = {"PNG": _embed_png, "JPEG": _embed_jpeg, "WEBP": _embed_webp}
    return writers[_format(picture)](picture, description)


def read(picture: bytes) -> Found:
    """What the file says, of whatever it is that it says: parameters, record, XMP.

    Raises:
        NotAPicture: when it is no PNG, JPEG or WebP picture.
        TruncatedPicture: when it ends before it has told its size.
        NoMetadata: when it says none of them, or says it in a form that cannot be read.
    """
    file_format = _format(picture)
    readers = {"PNG": _read_png, "JPEG": _read_jpeg, "WEBP": _read_webp}
    try:
        size, parameters, record, xmp = readers[file_format](picture)
        parsed = None if record is None else json.loads(record)
    except (ValueError, RecursionError, zlib.error, ElementTree.ParseError) as error:
        raise NoMetadata("The picture's metadata is damaged.") from error
    if parsed is not None and not isinstance(parsed, dict):
        raise NoMetadata("The picture's record is not one of this pack.")
    if parameters is None and parsed is None and xmp is None:
        raise NoMetadata("The picture has no metadata of how it was made.")
    return Found(file_format, size, parameters, parsed, xmp)


_Read = tuple[tuple[int, int], str | None, str | None, str | None]
"""Size, parameters, record and XMP packet."""


def _format(picture: bytes) -> FileFormat:
    if picture.startswith(_PNG):
        return "PNG"
    if picture.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "WEBP"
    raise NotAPicture("The file is not a PNG, JPEG or WebP picture.")


def _unpack(data: bytes, room: int) -> bytes:
    """Inflate at most ``room`` bytes; more is refused and not held in memory."""
    inflater = zlib.decompressobj()
    unpacked = inflater.decompress(data, max(1, room))
    if inflater.unconsumed_tail or len(unpacked) > room:
        raise NoMetadata(f"The picture's metadata unpacks to more than {MAX_RECORD:,} bytes.")
    if not inflater.eof:
        raise NoMetadata("The picture's metadata is damaged.")
    return unpacked


_CUT = "The picture is damaged, or ends before its pixels."


# PNG: https://www.w3.org/TR/png-3/

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_SAYS = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"caBX")
_XMP_KEYWORD = "XML:com.adobe.xmp"


def _png_chunks(picture: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each whole chunk's type, and where it begins and ends."""
    at = len(_PNG)
    while at + 12 <= len(picture):
        end = at + 12 + int.from_bytes(picture[at : at + 4])
        if end > len(picture):
            return
        yield picture[at + 4 : at + 8], at, end
        at = end


def _embed_png(picture: bytes, description: Description) -> bytes:
    view = memoryview(picture)
    parts: list[bytes | memoryview] = [_PNG]
    pixels, kind = False, b""
    for kind, start, end in _png_chunks(picture):
        if kind == b"IDAT" and not pixels:
            parts += _png_texts(description)
            pixels = True
        if kind not in _PNG_SAYS:
            parts.append(view[start:end])
        if kind == b"IEND":
            break
    if not pixels or kind != b"IEND":
        raise TruncatedPicture(_CUT)
    return b"".join(parts)


def _png_texts(description: Description) -> list[bytes]:
    text = description.parameters
    if text.isascii():
        first = _png_chunk(b"tEXt", b"parameters\0" + text.encode())
    else:
        first = _png_itxt("parameters", text.encode())
    chunks = [first, _png_itxt(_XMP_KEYWORD, _packet(description.properties))]
    for number, part in enumerate(_parts(description.record), 1):
        compressed = len(description.record) > COMPRESS_ABOVE
        chunks.append(_png_itxt(_part_keyword(number), part, compressed=compressed))
    return chunks


def _part_keyword(number: int) -> str:
    return "collage" if number == 1 else f"collage.{number}"


def _parts(text: bytes) -> Iterator[bytes]:
    """UTF-8 text in pieces that are UTF-8 text."""
    start = 0
    while start < len(text):
        end = min(start + PART, len(text))
        while end < len(text) and text[end] & 0xC0 == 0x80:
            end -= 1
        yield text[start:end]
        start = end


def _png_itxt(keyword: str, text: bytes, *, compressed: bool = False) -> bytes:
    body = zlib.compress(text) if compressed else text
    head = keyword.encode("latin-1") + (b"\0\1\0" if compressed else b"\0\0\0") + b"\0\0"
    return _png_chunk(b"iTXt", head + body)


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _read_png(picture: bytes) -> _Read:
    if picture[12:16] != b"IHDR" or len(picture) < 24:
        raise TruncatedPicture(_CUT)
    width, height = struct.unpack(">II", picture[16:24])
    texts: dict[str, str] = {}
    room = MAX_RECORD
    for kind, start, end in _png_chunks(picture):
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            keyword, _, body = picture[start + 8 : end - 4].partition(b"\0")
            name = keyword.decode("latin-1")
            ours = name in ("parameters", _XMP_KEYWORD) or name.split(".")[0] == "collage"
            if ours and name not in texts:
                text = _png_text(kind, body, room)
                room -= len(text)
                texts[name] = text.decode("latin-1" if kind != b"iTXt" else "utf-8")
    pieces: list[str] = []
    while (piece := texts.get(_part_keyword(len(pieces) + 1))) is not None:
        pieces.append(piece)
    record = "".join(pieces) if pieces else None
    return (width, height), texts.get("parameters"), record, texts.get(_XMP_KEYWORD)


def _png_text(kind: bytes, body: bytes, room: int) -> bytes:
    compressed = kind == b"zTXt" or (kind == b"iTXt" and body[:1] == b"\1")
    if kind == b"zTXt":
        body = body[1:]
    elif kind == b"iTXt":
        body = body[2:].split(b"\0", 2)[-1]
    if not compressed and len(body) > room:
        raise NoMetadata(f"The picture's metadata has more than {MAX_RECORD:,} bytes.")
    return _unpack(body, room) if compressed else body


# JPEG: ITU-T T.81, Exif (CIPA DC-008), XMP specification part 3

_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
_EXTENDED_HEAD = len(_EXTENDED) + 32 + 8
_APP0, _APP1, _APP2, _APP14, _SOS, _COM = 0xE0, 0xE1, 0xE2, 0xEE, 0xDA, 0xFE
_SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def _jpeg_segments(picture: bytes) -> Iterator[tuple[int, int, int]]:
    """Each whole segment's marker up to the first scan, and where it begins and ends."""
    at = 2
    while at + 4 <= len(picture) and picture[at] == 0xFF:
        marker = picture[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        length = int.from_bytes(picture[at + 2 : at + 4])
        end = at + 2 + length
        if length < 2 or end > len(picture):
            return
        yield marker, at, end
        if marker == _SOS:
            return
        at = end


def _embed_jpeg(picture: bytes, description: Description) -> bytes:
    head: list[bytes] = [b"\xff\xd8"]
    body: list[bytes] = []
    for marker, start, end in _jpeg_segments(picture):
        segment = picture[start:end]
        if marker == _SOS:
            said = [_jpeg_segment(_EXIF + _exif(description.parameters))]
            said += [_jpeg_segment(part) for part in _jpeg_xmp(description)]
            return b"".join([*head, *said, *body, memoryview(picture)[start:]])
        if marker == _APP0 and not body:
            head.append(segment)
        elif _jpeg_needs(marker, segment):
            body.append(segment)
    raise TruncatedPicture(_CUT)


def _jpeg_needs(marker: int, segment: bytes) -> bool:
    """Whether decoding takes the segment: all that is no comment, and two of the APPn."""
    if marker == _APP2:
        return segment[4:16] == b"ICC_PROFILE\0"
    return marker in (_APP0, _APP14) or not (_APP0 <= marker <= 0xEF or marker == _COM)


def _jpeg_segment(body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, _APP1, len(body) + 2) + body


def _jpeg_xmp(description: Description) -> list[bytes]:
    """The XMP segments: one, or where the record does not fit in, one and its extension."""
    record = _xmp_record(description.record)
    whole = _XMP + _packet((*description.properties, record))
    if len(whole) <= SEGMENT:
        return [whole]
    extension = _rdf((record,)).encode()
    guid = hashlib.md5(extension, usedforsecurity=False).hexdigest().upper()
    note = ("xmpNote:HasExtendedXMP", guid)
    room = SEGMENT - _EXTENDED_HEAD
    return [
        _XMP + _packet((*description.properties, note)),
        *(
            _EXTENDED
            + guid.encode()
            + struct.pack(">II", len(extension), at)
            + extension[at : at + room]
            for at in range(0, len(extension), room)
        ),
    ]


def _read_jpeg(picture: bytes) -> _Read:
    size = parameters = xmp = None
    extensions: dict[bytes, dict[int, bytes]] = {}
    for marker, start, end in _jpeg_segments(picture):
        body = picture[start + 4 : end]
        if marker in _SOF and size is None and len(body) >= 5:
            height, width = struct.unpack(">HH", body[1:5])
            size = (width, height)
        elif marker == _APP1 and body.startswith(_EXIF) and parameters is None:
            parameters = _user_comment(body[len(_EXIF) :])
        elif marker == _APP1 and body.startswith(_XMP) and xmp is None:
            xmp = body[len(_XMP) :].decode()
        elif marker == _APP1 and body.startswith(_EXTENDED) and len(body) > _EXTENDED_HEAD:
            guid = body[len(_EXTENDED) : len(_EXTENDED) + 32]
            offset = int.from_bytes(body[_EXTENDED_HEAD - 4 : _EXTENDED_HEAD])
            extensions.setdefault(guid, {}).setdefault(offset, body[_EXTENDED_HEAD:])
    if size is None:
        raise TruncatedPicture(_CUT)
    properties = {} if xmp is None else _xmp_properties(xmp)
    parts = extensions.get(properties.get("xmpNote:HasExtendedXMP", "").encode(), {})
    if sum(map(len, parts.values())) > 2 * MAX_RECORD:
        raise NoMetadata(f"The picture's metadata has more than {MAX_RECORD:,} bytes.")
    if parts:
        extension = b"".join(parts[offset] for offset in sorted(parts))
        properties = _xmp_properties(extension.decode())
    return size, parameters, _found_record(properties), xmp


# WebP: https://developers.google.com/speed/webp/docs/riff_container

_WEBP_SAYS = (b"EXIF", b"XMP ", b"C2PA")
_HAS_ALPHA, _HAS_EXIF, _HAS_XMP = 0x10, 0x08, 0x04


def _webp_chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each whole chunk's type and contents."""
    at = 12
    while at + 8 <= len(picture):
        length = int.from_bytes(picture[at + 4 : at + 8], "little")
        if at + 8 + length > len(picture):
            return
        yield picture[at : at + 4], picture[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _embed_webp(picture: bytes, description: Description) -> bytes:
    chunks = [chunk for chunk in _webp_chunks(picture) if chunk[0] not in _WEBP_SAYS]
    kinds = {kind for kind, _ in chunks}
    promised = int.from_bytes(picture[4:8], "little") + 8
    if not kinds & {b"VP8 ", b"VP8L", b"ANMF"} or promised > len(picture) + 1:
        raise TruncatedPicture(_CUT)
    kind, first = chunks[0]
    if kind != b"VP8X" or len(first) < 10:
        # The plain form has no place for metadata: what the extended one's head says of the
        # picture is the same.
        width, height = _webp_size(kind, first)
        alpha = _HAS_ALPHA if kind == b"VP8L" and first[4] & 0x10 else 0
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        first = bytes([alpha, 0, 0, 0]) + sides
        chunks.insert(0, (b"VP8X", first))
    chunks[0] = (b"VP8X", bytes([first[0] | _HAS_EXIF | _HAS_XMP]) + first[1:])
    properties = (*description.properties, _xmp_record(description.record))
    chunks += [(b"EXIF", _exif(description.parameters)), (b"XMP ", _packet(properties))]
    body = b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _webp_size(kind: bytes, data: bytes) -> tuple[int, int]:
    """Width and height, by the first chunk."""
    if kind == b"VP8X" and len(data) >= 10:
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    if kind == b"VP8L" and len(data) >= 5:
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        if width & 0x3FFF and height & 0x3FFF:
            return width & 0x3FFF, height & 0x3FFF
    raise TruncatedPicture(_CUT)


def _read_webp(picture: bytes) -> _Read:
    size = parameters = xmp = None
    for kind, data in _webp_chunks(picture):
        if size is None:
            size = _webp_size(kind, data)
        elif kind == b"EXIF" and parameters is None:
            parameters = _user_comment(data.removeprefix(_EXIF))
        elif kind == b"XMP " and xmp is None:
            if len(data) > 2 * MAX_RECORD:
                raise NoMetadata(f"The picture's metadata has more than {MAX_RECORD:,} bytes.")
            xmp = data.decode()
    if size is None:
        raise TruncatedPicture(_CUT)
    return size, parameters, None if xmp is None else _found_record(_xmp_properties(xmp)), xmp


# EXIF: a TIFF of one directory that points to another, which holds the one text.

_EXIF_DIRECTORY, _USER_COMMENT, _LONG, _UNDEFINED = 0x8769, 0x9286, 4, 7
_UNICODE = b"UNICODE\0"


def _exif(text: str) -> bytes:
    comment = _UNICODE + text.encode("utf-16-be")
    first_at, second_at, comment_at = 8, 26, 44
    return (
        struct.pack(">2sHI", b"MM", 42, first_at)
        + struct.pack(">HHHIII", 1, _EXIF_DIRECTORY, _LONG, 1, second_at, 0)
        + struct.pack(">HHHIII", 1, _USER_COMMENT, _UNDEFINED, len(comment), comment_at, 0)
        + comment
    )


def _user_comment(tiff: bytes) -> str | None:
    """The comment in an EXIF block, if it has one in Unicode."""
    order = {b"MM": ">", b"II": "<"}.get(tiff[:2])
    if order is None:
        return None
    try:
        (at,) = struct.unpack_from(order + "I", tiff, 4)
        pointer = _exif_entry(tiff, order, at, _EXIF_DIRECTORY)
        entry = pointer and _exif_entry(tiff, order, pointer[1], _USER_COMMENT)
    except struct.error:
        return None
    if not entry:
        return None
    comment = tiff[entry[1] : entry[1] + entry[0]]
    if not comment.startswith(_UNICODE):
        return None
    codec = "utf-16-be" if order == ">" else "utf-16-le"
    return comment[len(_UNICODE) :].decode(codec)


def _exif_entry(tiff: bytes, order: str, at: int, wanted: int) -> tuple[int, int] | None:
    """Count and value of the tag ``wanted`` in the directory that begins ``at`` there."""
    (entries,) = struct.unpack_from(order + "H", tiff, at)
    for number in range(entries):
        tag, _, count, value = struct.unpack_from(order + "HHII", tiff, at + 2 + 12 * number)
        if tag == wanted:
            return count, value
    return None


# XMP: properties of simple text, each an element of one rdf:Description.

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def _packet(properties: Iterable[tuple[str, str]]) -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        f'{_rdf(properties)}\n<?xpacket end="w"?>'
    ).encode()


def _rdf(properties: Iterable[tuple[str, str]]) -> str:
    said = tuple(properties)
    used = {name.split(":")[0] for name, _ in said}
    spaces = "".join(f' xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in sorted(used))
    elements = "".join(f"\n   <{name}>{escape(text)}</{name}>" for name, text in said)
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF xmlns:rdf="{_RDF}">\n'
        f'  <rdf:Description rdf:about=""{spaces}>{elements}\n  </rdf:Description>\n'
        " </rdf:RDF>\n</x:xmpmeta>"
    )


def _xmp_record(record: bytes) -> tuple[str, str]:
    """The record as a property: as it is, or where that is long, packed."""
    if len(record) > COMPRESS_ABOVE:
        return "collage:RecordZlib", b64encode(zlib.compress(record)).decode()
    # JSON can spell any character by its number, XML cannot hold all of them.
    text = re.sub("[\x00-\x1f\x7f\ufffe\uffff]", lambda m: f"\\u{ord(m[0]):04x}", record.decode())
    return "collage:Record", text


def _found_record(properties: Mapping[str, str]) -> str | None:
    packed = properties.get("collage:RecordZlib")
    if packed is not None:
        return _unpack(b64decode(packed, validate=True), MAX_RECORD).decode()
    return properties.get("collage:Record")


def _xmp_properties(packet: str) -> dict[str, str]:
    """The simple properties of the namespaces known here, as elements or as attributes.

    Raises:
        ElementTree.ParseError: when it is no XML.
        NoMetadata: when it declares entities, which XMP has no use for and attacks have.
    """
    if "<!DOCTYPE" in packet or "<!ENTITY" in packet:
        raise NoMetadata("The picture's XMP is not plain XMP.")
    prefixes = {uri: prefix for prefix, uri in NAMESPACES.items()}
    root = ElementTree.fromstring(packet.strip("\ufeff\0 \r\n\t"))  # noqa: S314, see above
    found: dict[str, str] = {}
    for description in root.iter(f"{{{_RDF}}}Description"):
        items = [*description.attrib.items(), *((e.tag, e.text or "") for e in description)]
        for tag, text in items:
            uri, _, name = tag.removeprefix("{").partition("}")
            if uri in prefixes:
                found.setdefault(f"{prefixes[uri]}:{name}", text)
    return found
