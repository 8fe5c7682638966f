"""PNG: https://www.w3.org/TR/png-3/.

Pieces are compressed apart, each to a whole number of bytes, so that threads can share the work.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from collage.errors import NoMetadata, TruncatedPicture
from collage.formats import xmp
from collage.formats.description import TRUNCATED, Description, Read
from collage.formats.file_format import FileFormat, Sink
from collage.formats.packing import COMPRESS_ABOVE, MAX_RECORD, MAX_TEXT, unpack
from collage.in_order import Ordered

if TYPE_CHECKING:
    from collage.pixels import Pixels

PIECE = 1_000_000
"""Bytes of pixels in a piece: enough that a piece apart costs nothing in size."""

FILTERED = 64_000
"""Bytes that are filtered at once: so few that a cache has them still when they are compressed."""

LEVEL = 1
"""Of zlib. With the filter "up", which suits the painted tiles that were measured best, files are
between a fifth smaller and a twentieth larger than at level 6 without, in half of the time."""

_UP = 2
_EMPTY_LAST_BLOCK = b"\x03\x00"
_ADLER_BASE = 65_521

PART = 1_000_000
"""Bytes of the record in one PNG chunk: Pillow refuses to open a picture with a compressed text
of more than 1 MiB, and with it does every tool that is made of it."""

METRES_IN_AN_INCH = 0.0254
_PER_METRE = 1
"""What the numbers of a pHYs chunk are counted by."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_METADATA = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"caBX")
_XMP_KEYWORD = "XML:com.adobe.xmp"


class Writer:
    """A PNG file, 8-bit RGB."""

    def __init__(
        self,
        size: tuple[int, int],
        description: Description | None,
        sink: Sink,
        pool: Executor,
        dpi: int | None = None,
    ) -> None:
        import numpy as np

        self._sink = sink
        self._pieces = Ordered(pool, 8, self._put)
        self._above = np.zeros((size[0], 3), np.uint8)
        self._adler = 1
        sink(SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)))
        if dpi is not None:
            across = round(dpi / METRES_IN_AN_INCH)
            sink(chunk(b"pHYs", struct.pack(">IIB", across, across, _PER_METRE)))
        for text in texts(description) if description else ():
            sink(text)
        # The head of zlib's stream, whose pieces follow: deflate, a window of 32 KiB.
        sink(chunk(b"IDAT", b"\x78\x01"))

    def write(self, strip: Pixels) -> None:
        """Take the next strip."""
        rows = max(1, PIECE // strip[0].nbytes)
        for start in range(0, len(strip), rows):
            piece = strip[start : start + rows]
            self._pieces.submit(_compress, self._above, piece)
            self._above = piece[-1].copy()

    def finish(self) -> None:
        """Write the pieces under way, and the end."""
        self._pieces.finish()
        self._sink(chunk(b"IDAT", _EMPTY_LAST_BLOCK + struct.pack(">I", self._adler)))
        self._sink(chunk(b"IEND", b""))

    def _put(self, piece: tuple[bytes, int, int]) -> None:
        data, adler, length = piece
        self._adler = _joined(self._adler, adler, length)
        self._sink(chunk(b"IDAT", data))


def _compress(above: Pixels, piece: Pixels) -> tuple[bytes, int, int]:
    """A piece as blocks of deflate, and the checksum and the number of bytes before that."""
    import numpy as np

    rows, width, _ = piece.shape
    lines, line_above = piece.reshape(rows, -1), above.reshape(-1)
    some = max(1, FILTERED // (1 + 3 * width))
    filtered = np.empty((min(rows, some), 1 + 3 * width), np.uint8)
    filtered[:, 0] = _UP
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -15, 9)
    packed, adler = [], 1
    for start in range(0, rows, some):
        now = lines[start : start + some]
        np.subtract(now[0], line_above, out=filtered[0, 1:])
        np.subtract(now[1:], now[:-1], out=filtered[1 : len(now), 1:])
        line_above = now[-1]
        data = filtered[: len(now)].data.cast("B")
        packed.append(deflate.compress(data))
        adler = zlib.adler32(data, adler)
    packed.append(deflate.flush(zlib.Z_FULL_FLUSH))
    return b"".join(packed), adler, rows * (1 + 3 * width)


def _joined(one: int, other: int, length: int) -> int:
    """The Adler-32 of two pieces joined, from that of each and the bytes of the other."""
    low, high = one & 0xFFFF, one >> 16
    low_sum = (low + (other & 0xFFFF) - 1) % _ADLER_BASE
    high_sum = (high + (other >> 16) + length * (low - 1)) % _ADLER_BASE
    return high_sum << 16 | low_sum


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
        if kind not in _METADATA:
            parts.append(view[start:end])
        if kind == b"IEND":
            break
    if not pixels or kind != b"IEND":
        raise TruncatedPicture(TRUNCATED)
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
    check = zlib.crc32(body, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(body)), kind, body, struct.pack(">I", check)))


def read(picture: bytes) -> Read:
    """What the picture says, and its size."""
    if picture[12:16] != b"IHDR" or len(picture) < 24:
        raise TruncatedPicture(TRUNCATED)
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


PNG = FileFormat(
    name="png",
    title="PNG",
    ending="png",
    content_type="image/png",
    longest_side=2**31 - 1,
    says_dpi=True,
    begins=lambda picture: picture.startswith(SIGNATURE),
    writer=Writer,
    embed=embed,
    read=read,
)
