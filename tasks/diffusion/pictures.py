"""Pictures: between PNG files, arrays and tensors."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from collage.errors import BrokenPicture

Pixels = NDArray[np.uint8]
"""RGB, (H, W, 3)."""


def decode(png: bytes) -> Pixels:
    """The pixels of a picture file."""
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"))


def encode(pixels: Pixels) -> bytes:
    """A PNG: the same bytes for the same pixels."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=3)
    return file.getvalue()


def quantize(picture: NDArray[Any]) -> Pixels:
    """Numbers in 0..1, (H, W, 3), as pixels.

    Raises:
        BrokenPicture: when they are not all finite.
    """
    if not np.isfinite(picture).all():
        raise BrokenPicture("The model made numbers that are not finite; is its precision too low?")
    return np.asarray(np.round(np.clip(picture, 0, 1) * 255), np.uint8)


def signed(pixels: Pixels) -> torch.Tensor:
    """Pixels as autoencoders take them: (1, 3, H, W) in -1..1."""
    numbers = torch.from_numpy(np.array(pixels, np.float32))
    return numbers.permute(2, 0, 1)[None] / 127.5 - 1


def unsigned(tensor: torch.Tensor) -> NDArray[np.float32]:
    """What autoencoders give, (N, 3, H, W) in -1..1, as (N, H, W, 3) in 0..1."""
    array = ((tensor.float() + 1) / 2).clamp(0, 1).permute(0, 2, 3, 1).cpu().numpy()
    return np.asarray(array, np.float32)


def resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """The picture at another width and height."""
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def selected(alpha: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A mask (H, W) at another width and height; what it edits keeps its hard or soft edge."""
    if (alpha.shape[1], alpha.shape[0]) == size:
        return alpha
    return np.asarray(Image.fromarray(alpha).resize(size, Image.Resampling.NEAREST))
