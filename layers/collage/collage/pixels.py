"""Pixels: arrays (height, width, 3) of 8-bit RGB, and libvips' pictures of them."""

from __future__ import annotations

import mmap
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import pyvips
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]


def black(width: int, height: int) -> Pixels:
    """Black pixels, to be written to.

    Taken from the system itself: of what is freed after use by other threads, the C library
    keeps much, and a strip is tens of megabytes. Where the system has them, pages are large: to
    fill a strip then takes a tenth of the time that it takes by pages of 4 kB.
    """
    count = height * width * 3
    if not count:
        return np.empty((height, width, 3), np.uint8)
    if not hasattr(mmap, "MADV_HUGEPAGE"):
        return np.frombuffer(mmap.mmap(-1, count), np.uint8).reshape(height, width, 3)
    memory = mmap.mmap(-1, count, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError):  # A kernel can be built without them.
        memory.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(memory, np.uint8).reshape(height, width, 3)


def to_vips(pixels: Pixels) -> pyvips.Image:
    """The pixels as a picture of libvips', which reads them where they lie."""
    import pyvips

    height, width, bands = pixels.shape
    contiguous = np.ascontiguousarray(pixels)
    picture = pyvips.Image.new_from_memory(contiguous.data, width, height, bands, "uchar")
    return picture.copy(interpretation="srgb")
