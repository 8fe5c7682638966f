"""Colour: inks, gradients of ink, saturation, flat tones and borrowed palettes."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from collage.painting.canvas import Picture, Plane, Values, across, clip, luminance, mix, resize

GRADES = 1024
"""Colours of a gradient map."""


def inks(*codes: str) -> Values:
    """Colours written as "rrggbb", (N, 3) float32 in 0..1."""
    return (
        np.array([[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in codes], np.float32)
        / 255
    )


def ramp(values: Plane, colours: Values) -> Picture:
    """A gradient map: 0 becomes the first of the (N, 3) colours, 1 the last, evenly between."""
    return _gradient(colours).take(_steps_of(values), axis=0)


def ramps(values: Plane, which: NDArray[np.int32], choices: Sequence[Values]) -> Picture:
    """As `ramp`, by the one of several (N, 3) colours that `which`, (H, W), says of each pixel."""
    tables = np.concatenate([_gradient(colours) for colours in choices])
    return tables.take(which * GRADES + _steps_of(values), axis=0)


def _gradient(colours: Values) -> Values:
    """The (N, 3) colours as (GRADES, 3), those between them mixed."""
    at = np.linspace(0, len(colours) - 1, GRADES)
    return np.stack(
        [np.interp(at, np.arange(len(colours)), colours[:, c]) for c in range(3)], axis=1
    ).astype(np.float32)


def _steps_of(values: Plane) -> NDArray[np.int32]:
    return (clip(values) * (GRADES - 1)).astype(np.int32)


def saturate(picture: Picture, amount: float) -> Picture:
    """Colourfulness times `amount`, lightness kept."""
    return clip(mix(luminance(picture)[..., None], picture, amount))


def contrast(picture: Picture, amount: float, middle: float = 0.5) -> Picture:
    """Tones stretched by `amount` around `middle`."""
    return clip((picture - middle) * amount + middle)


def gamma(picture: Values, exponent: float) -> Values:
    """Every value raised to `exponent`: below 1 lifts the middle tones, above 1 lowers them."""
    return np.asarray(cv2.pow(clip(picture), exponent), np.float32)


def level(picture: Picture) -> Picture:
    """Lightness stretched so that its 2nd and 98th percentile become nearly black and white."""
    small = luminance(resize(picture, (96, 96)))
    low, high = np.percentile(small, [2, 98])
    stretched = picture - low
    stretched /= max(0.15, high - low)
    stretched *= 0.96
    stretched += 0.02
    return np.asarray(np.clip(stretched, 0, 1, out=stretched), np.float32)


def prepare() -> None:
    """Have OpenCV make its tables of L*a*b*, for a process that has time before its first picture.

    They take as long as a small tile.
    """
    cv2.setNumThreads(1)
    from_lab(to_lab(np.zeros((1, 1, 3), np.float32)))


def to_lab(picture: Picture) -> Picture:
    """CIE L*a*b*: L in 0..100, a and b about -100..100."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2Lab), np.float32)


def from_lab(lab: Picture) -> Picture:
    """RGB in 0..1 of an L*a*b* picture."""
    return clip(np.asarray(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), np.float32))


def lab_of(colours: Values) -> Values:
    """L*a*b* of (N, 3) colours."""
    return np.asarray(to_lab(np.ascontiguousarray(colours[None]))[0])


def nearest(lab: Picture, palette: Values) -> NDArray[np.int32]:
    """For each pixel the number of the nearest of the (N, 3) L*a*b* colours, (H, W)."""
    best = np.full(lab.shape[:2], np.inf, np.float32)
    chosen = np.zeros(lab.shape[:2], np.int32)
    for number, colour in enumerate(palette):
        gap = lab - across(colour, lab.shape[1])
        distance = np.einsum("hwc,hwc->hw", gap, gap)
        np.copyto(chosen, number, where=distance < best)
        np.minimum(best, distance, out=best)
    return chosen


def main_colours(lab: Picture, count: int, rng: Generator, side: int = 48) -> Values:
    """The `count` colours an L*a*b* picture is mostly made of (Lloyd's k-means).

    It starts from colours as far apart as can be, so that a small bright thing keeps its own, and
    looks at a copy of `side` x `side` pixels.
    """
    points = resize(lab, (side, side)).reshape(-1, 3)
    centres = points[rng.integers(len(points), size=1)]
    gap = np.square(points - centres[0]).sum(axis=1)
    for _ in range(count - 1):
        centres = np.concatenate([centres, points[[gap.argmax()]]])
        gap = np.minimum(gap, np.square(points - centres[-1]).sum(axis=1))
    for _ in range(4):
        owner = np.square(points[:, None] - centres[None]).sum(axis=2).argmin(axis=1)
        for number in range(count):
            if (owner == number).any():
                centres[number] = points[owner == number].mean(axis=0)
    return centres


def borrow(picture: Picture, lender: Picture, amount: float) -> Picture:
    """The picture in the lender's palette.

    Mean and deviation of each L*a*b* channel move towards the lender's: Reinhard et al., "Color
    Transfer between Images", 2001.
    """
    lab = to_lab(picture)
    mine = resize(lab, (64, 64)).reshape(-1, 3)
    theirs = to_lab(resize(lender, (64, 64))).reshape(-1, 3)
    spread = np.clip(theirs.std(axis=0) / (mine.std(axis=0) + 1), 0.4, 2.2).astype(np.float32)
    width = lab.shape[1]
    moved = lab - across(mine.mean(axis=0), width)
    moved *= across(spread, width)
    moved += across(theirs.mean(axis=0), width)
    return mix(picture, from_lab(np.asarray(moved, np.float32)), amount)
