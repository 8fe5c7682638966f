"""Cells: tiles at the size that they have in the collage, as pixels (height, width, 3)."""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from collage.pictures.source import WHITE
from collage.pixels import to_vips

if TYPE_CHECKING:
    from collage.pixels import Pixels

    Size = tuple[int, int]


LUMA = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in grey, by ITU-R BT.601."""


# No picture is asked for twice: libvips would keep the last hundred for nothing.
pyvips.cache_set_max(0)


def shrink(png: bytes, size: Size) -> Pixels:
    """A tile's picture as a cell of ``size`` (width, height)."""
    width, height = size
    return _pixels(pyvips.Image.thumbnail_buffer(png, width, height=height, size="force"))


def encode_shrunk(tile: Pixels, size: Size) -> bytes:
    """What `encode` makes of what `shrink` does of a file of these pixels, in half of the time.

    The pixels of the cell stay in libvips: to take them out and in again is a fifth of it.
    """
    width, height = size
    picture = to_vips(tile)
    return _file(picture.resize(width / picture.width, vscale=height / picture.height))


def encode(cell: Pixels) -> bytes:
    """A cell as a small file without loss."""
    return _file(to_vips(cell))


def decode(file: bytes, size: Size) -> Pixels | None:
    """The cell in a file; None when it is damaged or of another size."""
    try:
        picture = pyvips.Image.new_from_buffer(file, "", access="sequential", fail_on="truncated")
        pixels = _pixels(picture)
    except pyvips.Error:
        return None
    return pixels if pixels.shape[1::-1] == size else None


def hue(cell: Pixels) -> float:
    """The hue of a cell's mean colour, 0..1 round the colour circle from red."""
    mean = cell.reshape(-1, 3).mean(axis=0)
    return colorsys.rgb_to_hsv(*(mean / 255))[0]


def dhash(cell: Pixels) -> str:
    """A cell's difference hash, 64 bits as hexadecimal digits: alike pictures differ in few.

    Each bit says whether one of 8 x 9 grey means is darker than the one to its right (Neal Krawetz,
    "Kind of Like That", The Hacker Factor Blog, January 2013).
    """
    means: NDArray[Any] = cell
    for axis, parts in enumerate((8, 9)):
        # Of a cell with fewer pixels than parts some pixels are taken twice.
        starts = np.arange(parts) * cell.shape[axis] // parts
        counts = np.maximum(np.diff(starts, append=cell.shape[axis]), 1)
        sums = np.add.reduceat(means, starts, axis=axis, dtype=np.float64)
        means = sums / counts.reshape(-1, *[1] * (2 - axis))
    grey = means @ LUMA
    return np.packbits(grey[:, :-1] < grey[:, 1:]).tobytes().hex()


def _file(picture: pyvips.Image) -> bytes:
    """A PNG of level 2.

    Of what libvips writes and reads without loss it has the best of both, about a tenth larger than
    level 6 of the default filter is small, in a third of the time.
    """
    return bytes(picture.pngsave_buffer(compression=2, filter="up", keep="none"))


def _pixels(picture: pyvips.Image) -> Pixels:
    if picture.hasalpha():
        picture = picture.flatten(background=WHITE)
    if (picture.interpretation, picture.format) != ("srgb", "uchar"):
        picture = picture.colourspace("srgb").cast("uchar")
    return np.asarray(picture.numpy(), np.uint8)
