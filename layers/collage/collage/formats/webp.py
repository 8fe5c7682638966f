"""WebP: https://developers.google.com/speed/webp/docs/riff_container.

Its encoder takes the whole picture, which the format's limits keep small enough.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from collage.errors import NoMetadata, TruncatedPicture
from collage.formats import exif, xmp
from collage.formats.description import TRUNCATED, Description, Read
from collage.formats.file_format import FileFormat, Sink
from collage.formats.packing import MAX_RECORD, MAX_TEXT

if TYPE_CHECKING:
    import pyvips

    from collage.pixels import Pixels

QUALITY = 90
"""As for JPEG; WebP halves the resolution of colours at any quality."""

EFFORT = 2
"""Twice as fast as the encoder's own choice, for files a few hundredths larger."""

_METADATA = (b"EXIF", b"XMP ", b"C2PA")
_HAS_ALPHA, _HAS_EXIF, _HAS_XMP = 0x10, 0x08, 0x04


class Writer:
    """A WebP file. The format has no place for how many pixels make an inch."""

    def __init__(
        self,
        size: tuple[int, int],
        description: Description | None,
        sink: Sink,
        pool: Executor,
        dpi: int | None = None,
    ) -> None:
        import numpy as np

        self._description, self._sink = description, sink
        self._pixels = np.empty((size[1], size[0], 3), np.uint8)
        self._written = 0

    def write(self, strip: Pixels) -> None:
        """Take the next strip."""
        self._pixels[self._written : self._written + len(strip)] = strip
        self._written += len(strip)

    def finish(self) -> None:
        """Encode the whole, and write it."""
        from collage.pixels import to_vips

        file = _encode(to_vips(self._pixels))
        self._sink(embed(file, self._description) if self._description else file)


def _encode(picture: pyvips.Image) -> bytes:
    import pyvips

    try:
        return bytes(
            picture.webpsave_buffer(Q=QUALITY, effort=EFFORT, smart_subsample=True, keep="none")
        )
    except pyvips.Error:
        # The lossy form has half a megabyte for how each block is coded: too little for a large
        # picture of many details. The lossless form has no such limit.
        return bytes(picture.webpsave_buffer(lossless=True, effort=0, keep="none"))


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each whole chunk's type and contents."""
    at = 12
    while at + 8 <= len(picture):
        length = int.from_bytes(picture[at + 4 : at + 8], "little")
        if at + 8 + length > len(picture):
            return
        yield picture[at : at + 4], picture[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def embed(picture: bytes, description: Description) -> bytes:
    """The picture with the description in place of what else it said of itself."""
    chunks = [chunk for chunk in _chunks(picture) if chunk[0] not in _METADATA]
    kinds = {kind for kind, _ in chunks}
    promised = int.from_bytes(picture[4:8], "little") + 8
    if not kinds & {b"VP8 ", b"VP8L", b"ANMF"} or promised > len(picture) + 1:
        raise TruncatedPicture(TRUNCATED)
    kind, first = chunks[0]
    if kind != b"VP8X" or len(first) < 10:
        # The plain form has no place for metadata: what the extended one's head says of the
        # picture is the same.
        width, height = _size(kind, first)
        alpha = _HAS_ALPHA if kind == b"VP8L" and first[4] & 0x10 else 0
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        first = bytes([alpha, 0, 0, 0]) + sides
        chunks.insert(0, (b"VP8X", first))
    chunks[0] = (b"VP8X", bytes([first[0] | _HAS_EXIF | _HAS_XMP]) + first[1:])
    properties = (*description.properties, xmp.record_property(description.record))
    chunks += [(b"EXIF", exif.block(description.parameters)), (b"XMP ", xmp.packet(properties))]
    body = b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _size(kind: bytes, data: bytes) -> tuple[int, int]:
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
    raise TruncatedPicture(TRUNCATED)


def read(picture: bytes) -> Read:
    """What the picture says, and its size."""
    size = parameters = packet = None
    for kind, data in _chunks(picture):
        if size is None:
            size = _size(kind, data)
        elif kind == b"EXIF" and parameters is None and len(data) <= MAX_TEXT:
            parameters = exif.user_comment(data.removeprefix(exif.HEAD))
        elif kind == b"XMP " and packet is None:
            if len(data) > MAX_RECORD:
                raise NoMetadata(f"The picture's metadata has more than {MAX_RECORD:,} bytes.")
            packet = data
    if size is None:
        raise TruncatedPicture(TRUNCATED)
    record = None if packet is None else xmp.find_record(xmp.read_properties(packet))
    return size, parameters, record, packet


WEBP = FileFormat(
    name="webp",
    title="WebP",
    ending="webp",
    content_type="image/webp",
    longest_side=16_383,
    # The encoder holds the whole picture, and begins to fail above this.
    most_pixels=100_000_000,
    begins=lambda picture: picture[:4] == b"RIFF" and picture[8:12] == b"WEBP",
    writer=Writer,
    embed=embed,
    read=read,
)
