"""Pictures between files and arrays: what embedded engines read and write."""

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collage.pictures import masks

Pixels = NDArray[np.uint8]


@lru_cache(maxsize=2)
def decoded(png: bytes, size: tuple[int, int] | None) -> Pixels:
    """The picture of a file as RGB, (height, width, 3), brought to ``size`` where one is given.

    It cannot be written to: the tiles of a collage are made of one source, which is decoded once.
    """
    with Image.open(io.BytesIO(png)) as picture:
        opened = picture.convert("RGB")
    if size is not None and size != opened.size:
        opened = opened.resize(size, Image.Resampling.LANCZOS)
    return np.asarray(opened)


@lru_cache(maxsize=8)
def alpha(mask: bytes, size: tuple[int, int]) -> Pixels:
    """The alpha of a mask's file, (height, width), brought to ``size``: 0 = edit.

    It cannot be written to, as what is `decoded`.
    """
    found = _decoded(mask)
    if found.shape == (size[1], size[0]):
        return found
    return np.asarray(Image.fromarray(found).resize(size, Image.Resampling.NEAREST))


@lru_cache(maxsize=1)
def _decoded(mask: bytes) -> Pixels:
    """A mask's alpha as its file has it: one after another wants it in sizes of their own."""
    return masks.decode(mask)


def encoded(pixels: Pixels) -> bytes:
    """An RGB picture, (height, width, 3), as a PNG."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=3)
    return file.getvalue()
