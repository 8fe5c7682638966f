"""The networks of style transfer: one for any picture's style, one for the twenty-six looks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from collage.engines.stylizer.looks import LOOKS
from collage.engines.stylizer.models import LOOKED, PREDICT, TRANSFORM
from collage.networks import files, onnx
from collage.networks.dequantize import dequantize
from collage.networks.opencv import Network, Values
from collage.painting.canvas import Picture
from collage.pictures.pixels import Pixels

STYLE_SIDE = 256
"""Pixels of a style picture's sides, as the network that reads it was made for."""
NUMBERS = 100
"""How many numbers a style is."""

STYLE_IN, PICTURE_IN, VECTOR_IN = "style_image", "content_image", "mobilenet_conv/Conv/BiasAdd"
PICTURE_OUT = "transformer/expand/conv3/conv/Sigmoid"


def style_of(picture: Pixels) -> Values:
    """The style of a picture, as `NUMBERS` numbers.

    Args:
        picture: RGB, (256, 256, 3).

    Raises:
        EngineUnavailable: when the network is not installed.
    """
    return _predict()({STYLE_IN: np.asarray(picture, np.float32)[None] / 255}).reshape(NUMBERS)


def in_style(picture: Picture, style: Values) -> Picture:
    """A picture in a style: that of another picture, or the mean of several, their mixture.

    Args:
        picture: RGB in 0..1, (H, W, 3), both multiples of 4.
        style: `NUMBERS` numbers.

    Raises:
        EngineUnavailable: when the network is not installed.
    """
    made = _transform()({PICTURE_IN: picture[None], VECTOR_IN: style.reshape(1, 1, 1, NUMBERS)})
    return np.asarray(np.clip(made[0], 0, 1), np.float32)


def in_looks(picture: Picture, looks: Mapping[int, float]) -> Picture:
    """A picture in a look, or in the mixture of several.

    Args:
        picture: RGB in 0..1, (H, W, 3), both multiples of 4.
        looks: Shares, of 1 in sum, by positions in `LOOKS`.

    Raises:
        EngineUnavailable: when the network is not installed.
    """
    weights = np.zeros(len(LOOKS), np.float32)
    weights[list(looks)] = list(looks.values())
    made = _looked()({"image": picture.transpose(2, 0, 1)[None], "style_weights": weights})
    return np.asarray(np.clip(made[0].transpose(1, 2, 0), 0, 1), np.float32)


@cache
def _predict() -> Network:
    return Network(onnx.write(dequantize(onnx.read(files.load(PREDICT)))))


@cache
def _transform() -> Network:
    graph = dequantize(onnx.read(files.load(TRANSFORM)), sizeless=(PICTURE_IN, PICTURE_OUT))
    return Network(onnx.write(graph))


@cache
def _looked() -> Network:
    return Network(files.load(LOOKED))
