"""JPEG: ITU-T T.81, Exif (CIPA DC-008), XMP specification part 3.

A restart interval begins like a picture of its own. Bands of the picture are encoded apart, by as
many threads as there are, and joined as the intervals of one picture.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from collage.errors import NoMetadata, TruncatedPicture
from collage.formats import exif, xmp
from collage.formats.description import TRUNCATED, Description, Read
from collage.formats.file_format import FileFormat, Sink
from collage.formats.packing import MAX_RECORD
from collage.in_order import Ordered

if TYPE_CHECKING:
    from collage.pixels import Pixels

QUALITY = 90
"""High enough that the edges between flat, strong colours, which many styles have, stay clean;
95 takes half as many bytes more for what is hard to see."""

_BLOCK = 8
_PER_INCH = 1
_MOST_BLOCKS = 65_535
"""Blocks that an interval can count."""

_BANDS_OF_BLOCKS = 8
_SOF0, _RST0 = 0xC0, 0xD0
_END = b"\xff\xd9"

SEGMENT = 65_533
"""Bytes that a JPEG segment holds."""

_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
_EXTENDED_HEAD = len(_EXTENDED) + 32 + 8
_APP0, _APP1, _APP2, _APP14, _SOS, _COM = 0xE0, 0xE1, 0xE2, 0xEE, 0xDA, 0xFE
_SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


class Writer:
    """A JPEG file with colours in full resolution."""

    def __init__(
        self,
        size: tuple[int, int],
        description: Description | None,
        sink: Sink,
        pool: Executor,
        dpi: int | None = None,
    ) -> None:
        self._size, self._description, self._sink, self._dpi = size, description, sink, dpi
        self._bands = Ordered(pool, 8, self._put)
        self._across = -(-size[0] // _BLOCK)
        self._high = _BLOCK * max(1, min(_BANDS_OF_BLOCKS, _MOST_BLOCKS // self._across))
        self._rest: list[Pixels] = []
        self._put_bands = 0

    def write(self, strip: Pixels) -> None:
        """Take the next strip."""
        held = sum(map(len, self._rest))
        while held + len(strip) >= self._high:
            taken = self._high - held
            self._give([*self._rest, strip[:taken]])
            self._rest, held, strip = [], 0, strip[taken:]
        if len(strip):
            self._rest.append(strip.copy())

    def finish(self) -> None:
        """Write the last band, which may be lower, and the end."""
        if self._rest:
            self._give(self._rest)
        self._bands.finish()
        self._sink(_END)

    def _give(self, parts: list[Pixels]) -> None:
        interval = self._across * self._high // _BLOCK
        self._bands.submit(_encode, parts, interval)

    def _put(self, band: bytes) -> None:
        pixels = scan(band)
        if self._put_bands == 0:
            head = bytearray(band[:pixels])
            _set_height(head, self._size[1])
            if self._dpi is not None:
                # libvips writes no JFIF header where it is to keep nothing.
                head[2:2] = _jfif(self._dpi)
            said = self._description
            self._sink(embed(bytes(head), said) if said else bytes(head))
        else:
            self._sink(bytes([0xFF, _RST0 + (self._put_bands - 1) % 8]))
        self._sink(band[pixels:].removesuffix(_END))
        self._put_bands += 1


def _encode(parts: list[Pixels], interval: int) -> bytes:
    """A band as a JPEG of its own, of one restart interval."""
    import numpy as np

    from collage.pixels import to_vips

    band = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return bytes(
        to_vips(band).jpegsave_buffer(
            Q=QUALITY, subsample_mode="off", restart_interval=interval, keep="none"
        )
    )


def _jfif(dpi: int) -> bytes:
    """A JFIF header (ITU-T T.871), which has to come first; it says the pixels of an inch."""
    body = b"JFIF\0" + struct.pack(">HBHHBB", 0x0102, _PER_INCH, dpi, dpi, 0, 0)
    return struct.pack(">BBH", 0xFF, _APP0, len(body) + 2) + body


def _set_height(head: bytearray, height: int) -> None:
    for marker, start, _ in segments(head):
        if marker == _SOF0:
            head[start + 5 : start + 7] = struct.pack(">H", height)


def segments(picture: bytes | bytearray) -> Iterator[tuple[int, int, int]]:
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


def scan(picture: bytes) -> int:
    """Where the pixels of the first scan begin.

    Raises:
        TruncatedPicture: when there is none.
    """
    for marker, _, end in segments(picture):
        if marker == _SOS:
            return end
    raise TruncatedPicture(TRUNCATED)


def embed(picture: bytes, description: Description) -> bytes:
    """The picture with the description in place of what else it said of itself."""
    head: list[bytes] = [b"\xff\xd8"]
    body: list[bytes] = []
    for marker, start, end in segments(picture):
        segment = picture[start:end]
        if marker == _SOS:
            said = [_segment(exif.HEAD + exif.block(description.parameters))]
            said += [_segment(part) for part in _xmp_segments(description)]
            return b"".join([*head, *said, *body, memoryview(picture)[start:]])
        if marker == _APP0 and not body:
            head.append(segment)
        elif _needed(marker, segment):
            body.append(segment)
    raise TruncatedPicture(TRUNCATED)


def xmp_segment(properties: Iterable[tuple[str, str]]) -> bytes:
    """A segment that says these properties and no more."""
    return _segment(_XMP + xmp.packet(properties))


def insert(picture: bytes, segment: bytes) -> bytes:
    """The picture with one more segment, behind those that have to be the first."""
    at = next((end for marker, _, end in segments(picture) if marker == _APP0), 2)
    return picture[:at] + segment + picture[at:]


def _needed(marker: int, segment: bytes) -> bool:
    """Whether decoding takes the segment: all that is no comment, and two of the APPn."""
    if marker == _APP2:
        return segment[4:16] == b"ICC_PROFILE\0"
    return marker in (_APP0, _APP14) or not (_APP0 <= marker <= 0xEF or marker == _COM)


def _segment(body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, _APP1, len(body) + 2) + body


def _xmp_segments(description: Description) -> list[bytes]:
    """The XMP segments: one, or where the record does not fit in, one and its extension."""
    record = xmp.record_property(description.record)
    whole = _XMP + xmp.packet((*description.properties, record))
    if len(whole) <= SEGMENT:
        return [whole]
    extension = xmp.rdf((record,)).encode()
    guid = hashlib.md5(extension, usedforsecurity=False).hexdigest().upper()
    note = ("xmpNote:HasExtendedXMP", guid)
    room = SEGMENT - _EXTENDED_HEAD
    return [
        _XMP + xmp.packet((*description.properties, note)),
        *(
            _EXTENDED
            + guid.encode()
            + struct.pack(">II", len(extension), at)
            + extension[at : at + room]
            for at in range(0, len(extension), room)
        ),
    ]


def read(picture: bytes) -> Read:
    """What the picture says, and its size."""
    size = parameters = packet = None
    extensions: dict[bytes, dict[int, bytes]] = {}
    for marker, start, end in segments(picture):
        body = picture[start + 4 : end]
        if marker in _SOF and size is None and len(body) >= 5:
            height, width = struct.unpack(">HH", body[1:5])
            size = (width, height)
        elif marker == _APP1 and body.startswith(exif.HEAD) and parameters is None:
            parameters = exif.user_comment(body[len(exif.HEAD) :])
        elif marker == _APP1 and body.startswith(_XMP) and packet is None:
            packet = body[len(_XMP) :]
        elif marker == _APP1 and body.startswith(_EXTENDED) and len(body) > _EXTENDED_HEAD:
            guid = body[len(_EXTENDED) : len(_EXTENDED) + 32]
            offset = int.from_bytes(body[_EXTENDED_HEAD - 4 : _EXTENDED_HEAD])
            extensions.setdefault(guid, {}).setdefault(offset, body[_EXTENDED_HEAD:])
    if size is None:
        raise TruncatedPicture(TRUNCATED)
    properties = {} if packet is None else xmp.read_properties(packet)
    parts = extensions.get(properties.get("xmpNote:HasExtendedXMP", "").encode(), {})
    if sum(map(len, parts.values())) > MAX_RECORD:
        raise NoMetadata(f"The picture's metadata has more than {MAX_RECORD:,} bytes.")
    if parts:
        extension = b"".join(parts[offset] for offset in sorted(parts))
        properties = xmp.read_properties(extension)
    return size, parameters, xmp.find_record(properties), packet


JPEG = FileFormat(
    name="jpeg",
    title="JPEG",
    ending="jpg",
    content_type="image/jpeg",
    # The format counts to 65,535; libjpeg, which nearly every program reads it with, to this.
    longest_side=65_500,
    says_dpi=True,
    begins=lambda picture: picture.startswith(b"\xff\xd8\xff"),
    writer=Writer,
    embed=embed,
    read=read,
)
