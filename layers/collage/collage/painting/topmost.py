"""Which of thousands of strokes lies on top at each pixel, found with few calls.

OpenCV draws bytes in half the time that wider numbers take, and a call takes as long as a thin
stroke does. So strokes are drawn as bytes, many at a time, and told apart by where they are.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from collage.painting.canvas import Values

Whole = NDArray[np.integer[Any]]
Shape = tuple[int, int]

FRACTION = 4
"""Bits of a place behind its point, as OpenCV counts them: sixteenths of a pixel."""
ONE_BY_ONE = 255
"""Strokes that a plane of bytes tells apart by their values."""
CALL, BATCH = 5_000, 100_000
"""How many pixels can be merged while a call draws a stroke, and while a batch is made ready."""


@dataclass(frozen=True)
class Strokes:
    """Strokes in the order in which they are laid.

    Attributes:
        paths: (N, K, 2) as x, y, in pixels; K is odd.
        width: (N,) in pixels.
        spacing: About how far the middles of the paths are from each other, in pixels. It decides
            how fast they are drawn, not what comes of it.
    """

    paths: Values
    width: Values
    spacing: float


def topmost(strokes: Strokes, shape: Shape) -> Whole:
    """Of each pixel 1 + the number of the last stroke that covers it, 0 where none does, (H, W)."""
    count = len(strokes.paths)
    kind: type[np.integer[Any]] = np.uint16 if count < 2**16 else np.int32
    numbers = np.arange(1, count + 1, dtype=kind)
    fixed = np.round(strokes.paths * 2**FRACTION).astype(np.int32)
    thickness = np.maximum(1, np.round(strokes.width)).astype(np.int32)
    middles = strokes.paths[:, strokes.paths.shape[1] // 2]
    # What is drawn ends at half the thickness and less than a pixel; the rest is for rounding.
    reach = float(np.abs(strokes.paths - middles[:, None]).max()) + float(thickness.max()) / 2 + 1.1
    apart = int(np.ceil(1 + 2 * reach / strokes.spacing))
    if apart**2 > count * (1 / ONE_BY_ONE + CALL / (BATCH + shape[0] * shape[1])):
        return _one_by_one(fixed, thickness, numbers, shape)
    top = np.zeros(shape, kind)
    cells = np.floor(middles / strokes.spacing).astype(np.int32)
    while len(numbers):
        grid = np.zeros((cells[:, 1].max() + 1, cells[:, 0].max() + 1), numbers.dtype)
        grid[cells[:, 1], cells[:, 0]] = numbers
        _in_batches(grid, fixed, thickness, top, reach, apart, strokes.spacing)
        # Seldom are there several in a cell: the others' turn is the next time round.
        others = grid[cells[:, 1], cells[:, 0]] != numbers
        numbers, cells = numbers[others], cells[others]
    return top


def _in_batches(
    grid: Whole,
    fixed: Whole,
    thickness: Whole,
    top: Whole,
    reach: float,
    apart: int,
    spacing: float,
) -> None:
    """Every `apart`-th cell's stroke of a grid at once: these do not touch each other.

    Where a batch covers a pixel, the stroke is the one whose cell the pixel is nearest to.
    """
    height, width = top.shape
    plane, above = np.empty((2, height, width), np.uint8)
    near = np.empty_like(top)
    for row in range(apart):
        y = _periods(height, reach - row * spacing, apart * spacing)
        for column in range(apart):
            some = grid[row::apart, column::apart]
            numbers = some[some > 0].astype(np.intp) - 1
            if len(numbers) == 0:
                continue
            plane.fill(0)
            sizes = thickness.take(numbers)
            for size in np.unique(sizes).tolist():
                paths = fixed.take(numbers[sizes == size], axis=0)
                cv2.polylines(plane, paths, False, (1,), size, cv2.LINE_8, FRACTION)
            x = _periods(width, reach - column * spacing, apart * spacing)
            # With the mode "clip" a result goes straight into what it is given.
            some.take(x, axis=1, mode="clip").take(y, axis=0, out=near, mode="clip")
            cv2.compare(near, top, cv2.CMP_GT, above)
            cv2.copyTo(near, cv2.bitwise_and(above, plane, above), top)


def _periods(side: int, shift: float, period: float) -> NDArray[np.intp]:
    """How many periods each of a row of pixels is from its beginning."""
    return np.asarray(np.floor((np.arange(side) + shift) / period), np.intp)


def _one_by_one(fixed: Whole, thickness: Whole, numbers: Whole, shape: Shape) -> Whole:
    """A call for each stroke, for few or long ones: as many to a plane as a byte can number."""
    top = np.zeros(shape, numbers.dtype)
    plane = np.empty(shape, np.uint8)
    sizes = thickness.tolist()
    for first in range(0, len(fixed), ONE_BY_ONE):
        plane.fill(0)
        for value, path in enumerate(fixed[first : first + ONE_BY_ONE], 1):
            size = sizes[first + value - 1]
            cv2.polylines(plane, [path], False, (value,), size, cv2.LINE_8, FRACTION)
        cv2.copyTo(np.add(plane, first, dtype=top.dtype), plane, top)
    return top
