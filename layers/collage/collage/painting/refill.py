"""Refilling: what was cut out of a picture grown over by what lies around it."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from collage.painting.brushwork import impressionism
from collage.painting.canvas import (
    Picture,
    blur,
    from_bytes,
    luminance,
    mix,
    shift,
    to_bytes,
    unit,
)
from collage.painting.mixture import dice
from collage.painting.noise import clouds
from collage.painting.patches import Lean, complete
from collage.painting.pieces import Flags
from collage.painting.scenes import compose
from collage.painting.scenes.guest import invite

SCRATCH = 3
"""Gaps up to this many pixels from their middle to their border are closed by their border."""


def refill(
    source: NDArray[np.uint8], mask_alpha: NDArray[np.uint8], prompt: str, seed: int
) -> NDArray[np.uint8]:
    """The picture with what the mask cuts out refilled from its surroundings.

    A figure that the prompt names is drawn there, as large as fits.

    Args:
        source: RGB, (H, W, 3); what it holds where alpha is 0 does not matter.
        mask_alpha: (H, W), 0 = cut out and 255 = keep; between, the share that is kept.
        prompt: What to show there; one that names nothing known leaves the surroundings alone.
        seed: Which of the many fillings.

    Returns:
        RGB, (H, W, 3); every kept pixel exactly as it was.
    """
    cv2.setNumThreads(1)
    gap = mask_alpha < 255
    if not gap.any():
        return source.copy()
    if gap.all():
        return blend(source, compose(prompt, (gap.shape[1], gap.shape[0]), seed), mask_alpha)
    rows, columns = _around(gap)
    part, hole = source[rows, columns], gap[rows, columns]
    filled = source.copy()
    filled[rows, columns] = _fill(part, hole, dice(seed, "refill"))
    shown = invite(from_bytes(filled), mask_alpha == 0, prompt, dice(seed, prompt, "guest"))
    return blend(source, to_bytes(shown), mask_alpha)


def blend(
    source: NDArray[np.uint8], filled: NDArray[np.uint8], mask_alpha: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The source where alpha is 255, the filling where it is 0, their mixture between."""
    share = np.asarray(mask_alpha, np.float32)[..., None] / 255
    mixed = np.round(filled + (np.asarray(source, np.float32) - filled) * share).astype(np.uint8)
    return np.where(mask_alpha[..., None] == 255, source, mixed)


def grow(picture: Picture, gap: Flags, rng: Generator, lean: Lean) -> Picture:
    """The gap filled by pieces of the picture, or by its smeared colours where too little is left.

    `gap` is (H, W); of `lean` see `complete`.
    """
    filled = complete(picture, gap, rng, lean)
    return _smear(picture, gap, rng) if filled is None else filled


def _fill(part: NDArray[np.uint8], hole: Flags, rng: Generator) -> NDArray[np.uint8]:
    inside = cv2.distanceTransform(np.pad(hole, 1).astype(np.uint8), cv2.DIST_L2, 3)
    if float(np.asarray(inside).max()) <= SCRATCH:
        closed = cv2.inpaint(part, hole.astype(np.uint8), SCRATCH, cv2.INPAINT_TELEA)
        return np.asarray(closed, np.uint8)
    return to_bytes(grow(from_bytes(part), hole, rng, Lean(x=1.0, y=1.0)))


def _around(gap: Flags) -> tuple[slice, slice]:
    """The rows and columns of the gap with as much again on each side: what may fill it."""
    slices = []
    for axis in (1, 0):
        there = np.flatnonzero(gap.any(axis=axis))
        first, last = int(there[0]), int(there[-1]) + 1
        margin = max(48, last - first)
        slices.append(slice(max(0, first - margin), min(gap.shape[1 - axis], last + margin)))
    return slices[0], slices[1]


def _smear(picture: Picture, gap: Flags, rng: Generator) -> Picture:
    """The colours of the border drawn out into the gap with a loose brush."""
    px = unit(picture)
    away, nearest = cv2.distanceTransformWithLabels(
        gap.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    away = np.asarray(away, np.float32)
    colours = np.zeros((int(nearest.max()) + 1, 3), np.float32)
    colours[nearest[~gap]] = picture[~gap]
    drawn = colours[nearest]
    reach = np.minimum(away, 40 * px)
    wander = [(clouds(gap.shape, 80 * px, rng, octaves=3) - 0.5) * 3 * reach for _ in range(2)]
    loose = shift(blur(drawn, 5 * px), wander[0], wander[1])
    drawn = mix(drawn, loose, np.minimum(1, away / (16 * px)))
    strokes = luminance(impressionism(drawn, rng))
    touch = (strokes - blur(strokes, 12 * px)) * np.minimum(1, away / (12 * px)) * 0.6
    light = (clouds(gap.shape, 120 * px, rng) - 0.5) * 0.3 * np.minimum(1, away / (60 * px))
    return np.where(gap[..., None], drawn * (1 + light[..., None]) + touch[..., None], picture)
