"""Pixels: arrays (height, width, 3) of 8-bit RGB, and libvips' pictures of them."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import pyvips
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]


def black(width: int, height: int) -> Pixels:
    """Black pixels, to be written to.

    Taken from the system itself: of what is freed after use by other threads, the C library
    keeps much, and a strip is tens of megabytes.
    """
    count = height * width * 3
    if not count:
        return np.empty((height, width, 3), np.uint8)
    return np.frombuffer(mmap.mmap(-1, count), np.uint8).reshape(height, width, 3)


def to_vips(pixels: Pixels) -> pyvips.Image:
    """The pixels as a picture of libvips', which reads them where they lie."""
    import pyvips

    height, width, bands = pixels.shape
    contiguous = np.ascontiguousarray(pixels)
    picture = pyvips.Image.new_from_memory(contiguous.data, width, height, bands, "uchar")
    return picture.copy(interpretation="srgb")
