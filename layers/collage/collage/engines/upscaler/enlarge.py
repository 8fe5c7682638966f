"""Enlarging by a network, in pieces that cannot be told from the whole."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from PIL import Image

from collage.engines.upscaler.models import FILES, OVERLAP, SCALE
from collage.networks import files, ncnn, onnx
from collage.networks.opencv import Network
from collage.pictures.pixels import Pixels

PIECE = 256
"""Pixels of a piece's sides: its numbers between two layers take some 20 MB."""


def enlarge(source: Pixels, size: tuple[int, int], model: str, piece: int = PIECE) -> Pixels:
    """The picture at another size, four times as large or whatever that shrinks to.

    Args:
        source: RGB, (H, W, 3).
        size: Width and height in pixels.
        model: Of `FILES`.
        piece: Pixels of the sides of what is computed at once, without its surroundings.

    Returns:
        RGB, (height, width, 3).

    Raises:
        EngineUnavailable: when the model's numbers are not installed.
    """
    network, margin = _network(model), OVERLAP[model]
    height, width = source.shape[:2]
    larger = np.empty((height * SCALE, width * SCALE, 3), np.uint8)
    for top, bottom in _spans(height, piece):
        for left, right in _spans(width, piece):
            above, before = min(margin, top), min(margin, left)
            seen = source[top - above : bottom + margin, left - before : right + margin]
            made = _run(network, seen)[above * SCALE :, before * SCALE :]
            there = larger[top * SCALE : bottom * SCALE, left * SCALE : right * SCALE]
            there[:] = made[: there.shape[0], : there.shape[1]]
    if size == (width * SCALE, height * SCALE):
        return larger
    return np.asarray(Image.fromarray(larger).resize(size, Image.Resampling.LANCZOS))


def _spans(length: int, piece: int) -> Iterator[tuple[int, int]]:
    """Where the pieces of a side begin and end."""
    return ((at, min(at + piece, length)) for at in range(0, length, piece))


def _run(network: Network, seen: Pixels) -> Pixels:
    given = np.asarray(seen, np.float32).transpose(2, 0, 1)[None] / 255
    made = network({"data": given})[0].transpose(1, 2, 0)
    return np.asarray(np.clip(np.round(made * 255), 0, 255), np.uint8)


@lru_cache(maxsize=1)
def _network(model: str) -> Network:
    param, numbers = (files.load(file) for file in FILES[model])
    return Network(onnx.write(ncnn.read(param.decode(), numbers)))
