"""Pieces: a gap filled at full size with what a small copy found to fit, without seams."""

import cv2
import numpy as np
from numpy.typing import NDArray

from collage.painting.canvas import Picture, Values, blur, deep, positions, resize, unit
from collage.pictures.pull_push import pull_push

Flags = NDArray[np.bool_]
Places = NDArray[np.int64]
Part = tuple[slice, slice]

SEAM = 0.12
"""Colours that differ less across pieces are drawn together; a larger step is an outline."""


def copied(picture: Picture, gap: Flags, taken: Places) -> Picture:
    """The gap filled from the picture itself at full size, pieces faded into each other.

    Each pixel is a mixture of what the four nearest small pixels take; where these agree, as
    they mostly do, that is the picture's own texture unblurred.
    """
    part = bounds(gap)
    pieces, there = _mixed(picture, gap, taken, part)
    filled = picture.copy()
    if there[gap[part]].all():
        filled[part] = pieces
    else:
        pieces, there = _mixed(picture, gap, taken, np.s_[:, :])
        membrane = pull_push(pieces, there.astype(np.float32))
        filled = np.where(there[..., None], pieces, membrane)
    filled = np.where(gap[..., None], filled, picture)
    return _level(picture, np.asarray(filled, np.float32), gap, taken)


def bounds(gap: Flags) -> Part:
    """The rows and columns from the first to the last of a gap."""
    rows, columns = (np.flatnonzero(gap.any(axis=axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _mixed(picture: Picture, gap: Flags, taken: Places, part: Part) -> tuple[Picture, Flags]:
    """What is copied to a part of the picture, (h, w, 3), and where there is such, (h, w)."""
    height, width = gap.shape
    rows, columns = taken.shape[:2]
    scale_y, scale_x = height / rows, width / columns
    offsets = (taken - itself(taken.shape)).astype(np.float32)
    offsets *= np.array([scale_y, scale_x], np.float32)
    down, along = (np.ascontiguousarray(np.round(offsets[..., axis])) for axis in (0, 1))
    x, y = positions(gap.shape)
    # A row and a column are enough of what differs along one side alone.
    x, y = x[:1, part[1]], y[part[0], :1]
    u = np.clip((x + 0.5) / scale_x - 0.5, 0, columns - 1)
    v = np.clip((y + 0.5) / scale_y - 0.5, 0, rows - 1)
    left, top = np.floor(u).astype(np.int64), np.floor(v).astype(np.int64)
    du, dv = u - left, v - top
    shape = y.shape[0], x.shape[1]
    pieces = np.zeros((*shape, 3), np.float32)
    shares = np.zeros(shape, np.float32)
    pixels, known = picture.reshape(-1, 3), ~gap
    for i, share_y in ((0, 1 - dv), (1, dv)):
        for j, share_x in ((0, 1 - du), (1, du)):
            at = np.minimum(top + i, rows - 1) * columns + np.minimum(left + j, columns - 1)
            r = np.clip(y + down.take(at), 0, height - 1).astype(np.int64)
            c = np.clip(x + along.take(at), 0, width - 1).astype(np.int64)
            where = r * width + c
            share = share_y * share_x * known.take(where)
            pieces += pixels.take(where, axis=0) * deep(share)
            shares += share
    pieces /= deep(np.maximum(shares, 1e-4))
    return pieces, shares > 1e-4


def _level(picture: Picture, filled: Picture, gap: Flags, taken: Places) -> Picture:
    """The filling lifted and lowered so that pieces meet each other and the gap's border.

    Pieces say how colours change from pixel to pixel, the colours themselves flow in from outside
    (Perez, Gangnet and Blake, "Poisson Image Editing", 2003). That is done on a small copy and
    reaches some pixels of it only: what it has to mend is slow.
    """
    shape = (taken.shape[0], taken.shape[1])
    hole = (shrunk(gap.astype(np.float32), shape) > 0)[..., None]
    small = shrunk(filled, shape)
    source = small[taken[..., 0], taken[..., 1]]
    pull = np.zeros_like(small)
    sides = np.zeros(shape, np.float32)
    for axis, ahead in ((0, (1, 0)), (1, (0, 1))):
        after = np.minimum(taken + ahead, (shape[0] - 1, shape[1] - 1))
        theirs = (small[after[..., 0], after[..., 1]] - source).take(range(shape[axis] - 1), axis)
        mine = np.diff(small, axis=axis)
        first, last = _ends(axis)
        smooth = np.abs(theirs - mine).max(axis=2, keepdims=True) < SEAM
        step_of = np.where(smooth | (hole[first] != hole[last]), theirs, mine)
        pull[first] -= step_of
        pull[last] += step_of
        sides[first] += 1
        sides[last] += 1
    goal, stay = small.copy(), np.float32(0.004)
    share = deep(1 / (sides + stay))
    own, inside = pull + stay * small, hole[..., 0].view(np.uint8)
    for _ in range(100):
        around = own.copy()
        for axis in (0, 1):
            first, last = _ends(axis)
            around[first] += goal[last]
            around[last] += goal[first]
        around *= share
        cv2.copyTo(around, inside, goal)
    return _meet(picture, filled + resize(goal - small, gap.shape), gap)


def _meet(picture: Picture, filled: Picture, gap: Flags) -> Picture:
    """The filling drawn to the colours on the other side of the gap's very border."""
    reach = max(1.0, 3 * unit(picture))
    away = np.asarray(cv2.distanceTransform(gap.astype(np.uint8), cv2.DIST_L2, 3), np.float32)
    outside, inside = (np.asarray(side, np.float32) for side in (~gap, gap))
    near = [
        blur(colours * deep(side), reach) / deep(np.maximum(blur(side, reach), 1e-3))
        for colours, side in ((picture, outside), (filled, inside))
    ]
    border = inside * (away <= 1.5)
    step = pull_push(np.clip(near[0] - near[1], -SEAM, SEAM), border)
    met = filled + step * deep(np.exp(-away / (5 * reach)))
    return np.where(gap[..., None], met, picture).astype(np.float32)


def _ends(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """All places but the last along an axis, and all but the first."""
    every = (slice(None),) * axis
    return (*every, slice(None, -1)), (*every, slice(1, None))


def shrunk(values: Values, shape: tuple[int, int]) -> Values:
    """A picture or plane at a smaller (height, width), area-averaged."""
    small = cv2.resize(values, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def itself(shape: tuple[int, ...]) -> Places:
    """The row and column of every pixel, (H, W, 2)."""
    height, width = shape[:2]
    return np.moveaxis(np.indices((height, width)), 0, 2)
