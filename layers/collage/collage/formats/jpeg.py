"""JPEG from strips: ITU-T T.81.

A restart interval begins like a picture of its own. Bands of the picture are encoded apart, by as
many threads as there are, and joined as the intervals of one picture.
"""

from __future__ import annotations

import struct
from concurrent.futures import Executor
from typing import TYPE_CHECKING

import numpy as np
import pyvips

from collage.formats import jpeg_metadata
from collage.in_order import Ordered

if TYPE_CHECKING:
    from collage.formats.writers import Pixels, Take
    from collage.provenance import Description

QUALITY = 90
"""High enough that the edges between flat, strong colours, which many styles have, stay clean;
95 takes half as many bytes more for what is hard to see."""

_BLOCK = 8
_MOST_BLOCKS = 65_535
"""Blocks that an interval can count."""

_BANDS_OF_BLOCKS = 8
_SOF0, _RST0 = 0xC0, 0xD0
_END = b"\xff\xd9"


class Writer:
    """A JPEG file with colours in full resolution."""

    def __init__(
        self, size: tuple[int, int], description: Description | None, take: Take, pool: Executor
    ) -> None:
        self._size, self._description, self._take = size, description, take
        self._bands = Ordered(pool, 8, self._put)
        self._across = -(-size[0] // _BLOCK)
        self._high = _BLOCK * max(1, min(_BANDS_OF_BLOCKS, _MOST_BLOCKS // self._across))
        self._rest: list[Pixels] = []
        self._put_bands = 0

    def write(self, strip: Pixels) -> None:
        """The next strip."""
        held = sum(map(len, self._rest))
        while held + len(strip) >= self._high:
            taken = self._high - held
            self._give([*self._rest, strip[:taken]])
            self._rest, held, strip = [], 0, strip[taken:]
        if len(strip):
            self._rest.append(strip.copy())

    def finish(self) -> None:
        """The last strip was written."""
        if self._rest:
            self._give(self._rest)
        self._bands.finish()
        self._take(_END)

    def _give(self, parts: list[Pixels]) -> None:
        interval = self._across * self._high // _BLOCK
        self._bands.give(_encode, parts, interval)

    def _put(self, band: bytes) -> None:
        scan = jpeg_metadata.scan(band)
        if self._put_bands == 0:
            head = bytearray(band[:scan])
            _set_height(head, self._size[1])
            said = self._description
            self._take(jpeg_metadata.embed(bytes(head), said) if said else bytes(head))
        else:
            self._take(bytes([0xFF, _RST0 + (self._put_bands - 1) % 8]))
        self._take(band[scan:].removesuffix(_END))
        self._put_bands += 1


def _encode(parts: list[Pixels], interval: int) -> bytes:
    """A band as a JPEG of its own, of one restart interval."""
    pixels = parts[0] if len(parts) == 1 else np.concatenate(parts)
    height, width, _ = pixels.shape
    picture = pyvips.Image.new_from_memory(
        np.ascontiguousarray(pixels).data, width, height, 3, "uchar"
    )
    return bytes(
        picture.copy(interpretation="srgb").jpegsave_buffer(
            Q=QUALITY, subsample_mode="off", restart_interval=interval, keep="none"
        )
    )


def _set_height(head: bytearray, height: int) -> None:
    for marker, start, _ in jpeg_metadata.segments(head):
        if marker == _SOF0:
            head[start + 5 : start + 7] = struct.pack(">H", height)
