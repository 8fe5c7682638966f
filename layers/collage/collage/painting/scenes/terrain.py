"""Terrain: outlines of hills, fields below them, and where on them one can stand."""

from dataclasses import dataclass

import numpy as np

from collage.painting.canvas import Values, mix
from collage.painting.colour import ramp
from collage.painting.scenes.sheet import Sheet


@dataclass(frozen=True)
class Ground:
    """Where figures stand, as y in pixels."""

    near: float
    """The feet of what is close."""
    far: float
    """The feet of what is distant."""
    water: float
    """A boat's waterline."""


def ridge(sheet: Sheet, base: float, swing: float, cell: float, rough: float = 0.35) -> Values:
    """The outline of hills, (W,) as y in pixels: `swing` and `cell` as shares of the side."""
    x = np.arange(sheet.width) / sheet.side
    line = np.zeros(sheet.width)
    for octave in range(5):
        turn = 2 * np.pi * 2**octave / cell
        shift = sheet.rng.uniform(0, 7)
        line += np.sin(x * turn * sheet.rng.uniform(0.8, 1.2) + shift) * rough**octave
    return np.asarray(base - line * swing * sheet.side / 2, np.float32)


def steepness(edge: Values) -> Values:
    """How steeply an outline (1, W) falls to the right, in pixels a pixel."""
    return np.asarray(np.diff(edge, axis=1, append=edge[:, -1:]), np.float32)


def field(sheet: Sheet, edge: Values, colour: Values, grass: float = 1) -> None:
    """Ground below an edge, darker with distance from it, mottled."""
    _, y = sheet.positions()
    depth = np.clip((y - edge[None, :]) / (0.5 * sheet.side), 0, 1)
    tone = 1.06 - depth * 0.3 + (sheet.noise(0.12, 4) * 0.28 + sheet.noise(0.02) * 0.14) * grass
    sheet.lay(np.clip(colour * tone[..., None], 0, 1).astype(np.float32), sheet.below(edge))


def hills(sheet: Sheet, horizon: float, count: int) -> None:
    """Hills far off, each paler than the one before it."""
    for i in range(count):
        edge = ridge(sheet, horizon - sheet.side * (0.07 - 0.05 * i), 0.09, 1.1 - 0.2 * i, 0.4)
        colour = mix(sheet.mood.land[0], sheet.mood.air, 0.75 - 0.3 * i)
        field(sheet, edge, colour, grass=0.4)


def between(colours: Values, share: float) -> Values:
    """The colour at a share of the way through several."""
    return np.asarray(ramp(np.full((1, 1), share, np.float32), colours)[0, 0], np.float32)
