"""The canvas: what every technique paints on, and the few operations all of them share.

A `Picture` is float32 RGB of shape (H, W, 3) and a `Plane` is float32 of shape (H, W), both with
values 0..1 unless said otherwise. Lengths are in pixels; a technique gives them for a picture of
512 x 512 and multiplies by `unit`, so that strokes grow with the picture.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]
Picture = Values
Plane = Values


def unit(picture: Values) -> float:
    """How many pixels of this picture make one pixel of a 512 x 512 picture."""
    height, width = picture.shape[:2]
    return float(np.sqrt(height * width) / 512)


def from_bytes(picture: NDArray[np.uint8]) -> Picture:
    """A picture of 0..1 from one of 0..255."""
    return np.ascontiguousarray(picture, np.float32) / 255


def deep(plane: Plane) -> Picture:
    """An (H, W) plane as (H, W, 3), for arithmetic with a picture.

    numpy would go through planes beside pictures in runs of three numbers, which takes some times
    as long as this does.
    """
    return np.asarray(cv2.merge([plane, plane, plane]))


def across(colour: Values, width: int) -> Values:
    """A (3,) colour as a row of pixels, (W, 3), for arithmetic with a picture: as `deep` is."""
    return np.tile(colour, (width, 1))


def to_bytes(picture: Picture) -> NDArray[np.uint8]:
    """A picture of 0..255 from one of 0..1."""
    scaled = clip(picture)
    scaled *= 255
    return np.rint(scaled, out=scaled).astype(np.uint8)


def luminance(picture: Picture) -> Plane:
    """Perceived lightness of each pixel, (H, W), with the weights of ITU-R BT.601."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)


def clip(values: Values) -> Values:
    """The values limited to 0..1."""
    return np.asarray(np.clip(values, 0, 1), np.float32)


def resize(values: Values, shape: tuple[int, ...]) -> Values:
    """A picture or plane at the height and width of `shape`; area-averaged when it shrinks."""
    height, width = shape[:2]
    shrinks = height < values.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(values, (width, height), interpolation=how), np.float32)


def blur(values: Values, sigma: float) -> Values:
    """Gaussian blur of `sigma` pixels; wide ones run on a smaller copy, which looks the same."""
    if sigma < 0.3:
        return values
    factor = int(sigma / 3)
    if factor < 2:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)
    height, width = values.shape[:2]
    small = resize(values, (max(2, height // factor), max(2, width // factor)))
    small = np.asarray(cv2.GaussianBlur(small, (0, 0), sigma / factor), np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def mix(under: Values, over: Values, amount: Values | float) -> Values:
    """`over` laid on `under` with an opacity of `amount`, a number or an (H, W) plane."""
    if isinstance(amount, np.ndarray) and amount.ndim < under.ndim:
        amount = amount[..., None]
    shape = np.broadcast_shapes(*(np.shape(values) for values in (under, over, amount)))
    if len(shape) == 3:
        under, over, amount = (_of_shape(values, shape) for values in (under, over, amount))
    mixed = np.asarray((over - under) * amount)
    mixed += under
    return np.asarray(mixed, np.float32)


def _of_shape(values: Any, shape: tuple[int, ...]) -> Any:
    """The values as they go fastest with a picture of (H, W, 3)."""
    if np.ndim(values) == 1:
        return across(values, shape[1])
    if np.shape(values)[2:] == (1,):
        return deep(values[..., 0])
    return values


def step(low: float, high: float, values: Values) -> Values:
    """0 below `low`, 1 above `high`, and a smooth cubic between them (Hermite, 3t^2 - 2t^3)."""
    t = clip((values - low) / (high - low))
    made = 3 - 2 * t
    made *= t * t
    return made


def positions(shape: Sequence[int]) -> tuple[Plane, Plane]:
    """Two (H, W) planes: the x and the y of every pixel, in pixels."""
    height, width = shape[:2]
    x = np.broadcast_to(np.arange(width, dtype=np.float32), (height, width))
    y = np.broadcast_to(np.arange(height, dtype=np.float32)[:, None], (height, width))
    return x, y


def under(shape: Sequence[int], places: Values) -> NDArray[np.intp]:
    """Which pixels of a canvas, counted row by row, lie under (N, 2) places; the nearest outside.

    By one number a pixel is taken some times as fast as by its row and column.
    """
    height, width = shape[:2]
    column = np.clip(places[:, 0], 0, width - 1).astype(np.intp)
    row = np.clip(places[:, 1], 0, height - 1).astype(np.intp)
    return row * width + column


def shift(values: Values, dx: Plane | float, dy: Plane | float) -> Values:
    """Each pixel taken from (dx, dy) pixels away, mirrored at the border."""
    x, y = positions(values.shape)
    return np.asarray(
        cv2.remap(
            values,
            np.asarray(x + dx, np.float32),
            np.asarray(y + dy, np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        ),
        np.float32,
    )


def relief(picture: Picture, height: Plane, strength: float, angle: float = -2.2) -> Picture:
    """The picture lit from `angle` radians as if paint stood `height` (0..1) above the canvas."""
    dx = np.asarray(cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3), np.float32)
    dy = np.asarray(cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3), np.float32)
    # The same paint is less steep from pixel to pixel when the picture is larger.
    steep = -strength * max(0.4, unit(picture))
    light = np.tanh((dx * float(np.cos(angle)) + dy * float(np.sin(angle))) * steep) * 0.3
    return clip(picture * deep(1 + light) + deep(np.maximum(light, 0) * 0.15))


def edges(picture: Picture, width: float) -> Plane:
    """Ink lines, 1 on a line, along the dark side of edges about `width` pixels wide.

    Extended difference of Gaussians: Winnemoeller, Kyprianidis and Olsen, "XDoG", 2012.
    """
    light = luminance(picture)
    fine, coarse = blur(light, width * 0.5), blur(light, width)
    response = 0.98 * coarse - fine - 0.012
    return step(-0.008, 0.012, response)


def cut(picture: Picture, size: float) -> Picture:
    """Plain shapes with clean outlines, as cut from paper: details below `size` pixels go."""
    reach = max(3, round(size) | 1)
    plain = to_bytes(picture)
    for _ in range(2):
        plain = np.asarray(cv2.medianBlur(plain, reach), np.uint8)
    return from_bytes(plain)
