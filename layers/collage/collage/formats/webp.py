"""WebP. Its encoder takes the whole picture, which the format's limits keep small enough."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import TYPE_CHECKING

import numpy as np
import pyvips

from collage.formats import webp_metadata

if TYPE_CHECKING:
    from collage.formats.writers import Pixels, Take
    from collage.provenance import Description

QUALITY = 90
"""As for JPEG; WebP halves the resolution of colours at any quality."""

EFFORT = 2
"""Twice as fast as the encoder's own choice, for files a few hundredths larger."""


class Writer:
    """A WebP file."""

    def __init__(
        self, size: tuple[int, int], description: Description | None, take: Take, pool: Executor
    ) -> None:
        self._description, self._take = description, take
        self._pixels = np.empty((size[1], size[0], 3), np.uint8)
        self._written = 0

    def write(self, strip: Pixels) -> None:
        """The next strip."""
        self._pixels[self._written : self._written + len(strip)] = strip
        self._written += len(strip)

    def finish(self) -> None:
        """The last strip was written."""
        height, width, _ = self._pixels.shape
        picture = pyvips.Image.new_from_memory(self._pixels.data, width, height, 3, "uchar")
        file = _encode(picture.copy(interpretation="srgb"))
        self._take(webp_metadata.embed(file, self._description) if self._description else file)


def _encode(picture: pyvips.Image) -> bytes:
    try:
        return bytes(
            picture.webpsave_buffer(Q=QUALITY, effort=EFFORT, smart_subsample=True, keep="none")
        )
    except pyvips.Error:
        # The lossy form has half a megabyte for how each block is coded: too little for a large
        # picture of many details. The lossless form has no such limit.
        return bytes(picture.webpsave_buffer(lossless=True, effort=0, keep="none"))
