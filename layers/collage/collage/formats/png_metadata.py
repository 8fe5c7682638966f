"""PNG: https://www.w3.org/TR/png-3/."""

import struct
import zlib
from collections.abc import Iterator

from collage.errors import NoMetadata, TruncatedPicture
from collage.formats import xmp
from collage.formats.description import CUT, Description, Read
from collage.formats.packing import COMPRESS_ABOVE, MAX_RECORD, MAX_TEXT, unpack

PART = 1_000_000
"""Bytes of the record in one PNG chunk: Pillow refuses to open a picture with a compressed text
of more than 1 MiB, and with it does every tool that is made of it."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SAYS = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"caBX")
_XMP_KEYWORD = "XML:com.adobe.xmp"


def _chunks(picture: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each whole chunk's type, and where it begins and ends."""
    at = len(SIGNATURE)
    while at + 12 <= len(picture):
        end = at + 12 + int.from_bytes(picture[at : at + 4])
        if end > len(picture):
            return
        yield picture[at + 4 : at + 8], at, end
        at = end


def embed(picture: bytes, description: Description) -> bytes:
    """The picture with the description in place of what else it said of itself."""
    view = memoryview(picture)
    parts: list[bytes | memoryview] = [SIGNATURE]
    pixels, kind = False, b""
    for kind, start, end in _chunks(picture):
        if kind == b"IDAT" and not pixels:
            parts += texts(description)
            pixels = True
        if kind not in _SAYS:
            parts.append(view[start:end])
        if kind == b"IEND":
            break
    if not pixels or kind != b"IEND":
        raise TruncatedPicture(CUT)
    return b"".join(parts)


def texts(description: Description) -> list[bytes]:
    """The chunks that hold the description; they stand before the pixels."""
    text = description.parameters
    if text.isascii():
        first = chunk(b"tEXt", b"parameters\0" + text.encode())
    else:
        first = _itxt("parameters", text.encode())
    chunks = [first, _itxt(_XMP_KEYWORD, xmp.packet(description.properties))]
    for number, part in enumerate(_parts(description.record), 1):
        compressed = len(description.record) > COMPRESS_ABOVE
        chunks.append(_itxt(_part_keyword(number), part, compressed=compressed))
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


def _itxt(keyword: str, text: bytes, *, compressed: bool = False) -> bytes:
    body = zlib.compress(text) if compressed else text
    head = keyword.encode("latin-1") + (b"\0\1\0" if compressed else b"\0\0\0") + b"\0\0"
    return chunk(b"iTXt", head + body)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def read(picture: bytes) -> Read:
    """What the picture says, and its size."""
    if picture[12:16] != b"IHDR" or len(picture) < 24:
        raise TruncatedPicture(CUT)
    width, height = struct.unpack(">II", picture[16:24])
    texts: dict[str, bytes] = {}
    room = MAX_RECORD
    for kind, start, end in _chunks(picture):
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            keyword, _, body = picture[start + 8 : end - 4].partition(b"\0")
            name = keyword.decode("latin-1")
            ours = name in ("parameters", _XMP_KEYWORD) or name.split(".")[0] == "collage"
            if ours and name not in texts:
                ours_alone = name.split(".")[0] == "collage"
                text = _text(kind, body, room if ours_alone else min(room, MAX_TEXT))
                room -= len(text)
                latin = kind != b"iTXt" and not ours_alone
                texts[name] = text.decode("latin-1").encode() if latin else text
    pieces: list[bytes] = []
    while (piece := texts.get(_part_keyword(len(pieces) + 1))) is not None:
        pieces.append(piece)
    record = b"".join(pieces) if pieces else None
    said = texts.get("parameters")
    parameters = None if said is None else said.decode()
    return (width, height), parameters, record, texts.get(_XMP_KEYWORD)


def _text(kind: bytes, body: bytes, room: int) -> bytes:
    compressed = kind == b"zTXt" or (kind == b"iTXt" and body[:1] == b"\1")
    if kind == b"zTXt":
        body = body[1:]
    elif kind == b"iTXt":
        body = body[2:].split(b"\0", 2)[-1]
    if not compressed and len(body) > room:
        raise NoMetadata(f"The picture's metadata has more than {room:,} bytes.")
    return unpack(body, room) if compressed else body
