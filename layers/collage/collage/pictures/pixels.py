"""Pictures between files and arrays: what embedded engines read and write."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collage.pictures import masks

Pixels = NDArray[np.uint8]


def decoded(png: bytes, size: tuple[int, int] | None) -> Pixels:
    """The picture of a file as RGB, (height, width, 3), brought to ``size`` where one is given."""
    with Image.open(io.BytesIO(png)) as picture:
        opened = picture.convert("RGB")
    if size is not None and size != opened.size:
        opened = opened.resize(size, Image.Resampling.LANCZOS)
    return np.asarray(opened)


def alpha(mask: bytes, size: tuple[int, int]) -> Pixels:
    """The alpha of a mask's file, (height, width), brought to ``size``: 0 = edit."""
    found = masks.decode(mask)
    if found.shape == (size[1], size[0]):
        return found
    return np.asarray(Image.fromarray(found).resize(size, Image.Resampling.NEAREST))


def encoded(pixels: Pixels) -> bytes:
    """An RGB picture, (height, width, 3), as a PNG."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=3)
    return file.getvalue()
