"""Lands: meadows, mountains, forests and deserts."""

import numpy as np

from collage.painting.canvas import blur, mix, step
from collage.painting.colour import inks
from collage.painting.scenes.growth import grass, plant
from collage.painting.scenes.sheet import Sheet
from collage.painting.scenes.terrain import Ground, between, field, hills, ridge, steepness


def meadow(sheet: Sheet, horizon: float) -> Ground:
    """Rolling fields with hedges and single trees."""
    height, side = sheet.height, sheet.side
    land = sheet.mood.land
    hills(sheet, horizon, 2)
    for i, share in enumerate((0.04, 0.3, 0.62)):
        edge = ridge(sheet, horizon + share * (height - horizon), 0.05, 1.6, 0.3)
        colour = between(land, (i + 0.6) / 3)
        field(sheet, edge, colour)
        if i < 2:
            for _ in range(int(sheet.rng.integers(2, 6))):
                x = float(sheet.rng.uniform(0, sheet.width))
                y = float(edge[int(min(x, sheet.width - 1))])
                plant(sheet, x, y + 0.01 * side, side * (0.06 + 0.07 * i), haze=0.4 - 0.25 * i)
    grass(sheet, horizon + 0.5 * (height - horizon))
    return Ground(horizon + 0.78 * (height - horizon), horizon + 0.34 * (height - horizon),
                  height * 0.9)  # fmt: skip


def mountains(sheet: Sheet, horizon: float) -> Ground:
    """Peaks with snow on them, over dark woods and a meadow."""
    side = sheet.side
    for i in range(3):
        edge = ridge(sheet, horizon - side * (0.2 - 0.09 * i), 0.2 - 0.04 * i, 0.75 - 0.1 * i, 0.5)
        edge = edge - np.abs(ridge(sheet, 0, 0.035, 0.3, 0.5))
        rock = mix(between(sheet.mood.land, 0.2) * 0.75, sheet.mood.air, 0.7 - 0.28 * i)
        _, y = sheet.positions()
        depth = (y - edge[None, :]) / side
        slope = steepness(blur(edge[None, :], 2)) * -sheet.light_x * 0.35
        face = np.clip(1 + np.tanh(slope + sheet.noise(0.05, 4) * 1.6) * 0.32, 0.5, 1.4)
        cover = sheet.below(edge)
        sheet.lay(np.clip(rock * face[..., None], 0, 1).astype(np.float32), cover)
        snow = step(0.12, 0.05, depth + sheet.noise(0.06, 4) * 0.16) * cover
        bright = np.clip(inks("f6f8fb")[0] * sheet.mood.light, 0, 1)
        white = mix(bright, sheet.mood.air, 0.3 - 0.1 * i)
        sheet.lay(np.clip(white * face[..., None] ** 0.5, 0, 1).astype(np.float32), snow * 0.95)
    return wooded(sheet, horizon)


def forest(sheet: Sheet, horizon: float) -> Ground:
    """Trees behind trees, light between them, and a clearing."""
    height, side = sheet.height, sheet.side
    floor = horizon + 0.2 * (height - horizon)
    sheet.lay(
        sheet.mood.air, sheet.below(ridge(sheet, horizon - 0.25 * side, 0.05, 0.8), 0.08 * side)
    )
    bare = sheet.mood.snow or sheet.rng.random() < 0.4
    kinds = ["pine"] if bare else ["pine", "tree", "tree"]
    for depth in range(4):
        foot = floor + (depth - 1.2) * 0.05 * side
        edge = ridge(sheet, foot, 0.02, 0.9)
        field(
            sheet,
            edge,
            mix(between(sheet.mood.land, 0.25 + 0.22 * depth), sheet.mood.air, 0.5 - 0.16 * depth),
        )
        size = (0.42 + 0.13 * depth) * side
        for x in np.arange(-0.05 * side, sheet.width + 0.1 * side, size * 0.3):
            u = float(x + sheet.rng.normal(0, 0.07 * side))
            middle = abs(u - sheet.width / 2) / sheet.width
            if depth >= 2 and middle < 0.1 + 0.12 * depth:
                continue
            tall = size * float(sheet.rng.uniform(0.75, 1.2))
            plant(sheet, u, foot + 0.015 * side, tall, haze=0.55 - 0.17 * depth,
                  kind=str(sheet.rng.choice(kinds)))  # fmt: skip
    grass(sheet, floor + 0.1 * side)
    return Ground(horizon + 0.82 * (height - horizon), floor, height * 0.9)


def desert(sheet: Sheet, horizon: float) -> Ground:
    """Dunes, one side lit and the other in shadow."""
    height = sheet.height
    for i in range(4):
        edge = ridge(
            sheet, horizon + (i * 0.24 - 0.02) * (height - horizon), 0.12, 1.7 - 0.15 * i, 0.22
        )
        sand = mix(inks("d9a862")[0] * sheet.mood.light, sheet.mood.air, 0.45 - 0.14 * i)
        slope = steepness(edge[None, :]) * -sheet.light_x
        face = np.clip(1 + np.tanh(slope * 2.2) * 0.26, 0.6, 1.3)
        ripples = np.sin(sheet.positions()[1] / sheet.side * 260 + sheet.noise(0.3) * 26) * 0.03
        tone = np.clip(sand * (face + ripples + sheet.noise(0.3) * 0.14)[..., None], 0, 1)
        sheet.lay(tone.astype(np.float32), sheet.below(edge))
    return Ground(
        horizon + 0.8 * (height - horizon), horizon + 0.4 * (height - horizon), height * 0.9
    )


def wooded(sheet: Sheet, horizon: float) -> Ground:
    """Dark woods at the foot of mountains, and a meadow before them."""
    height, side = sheet.height, sheet.side
    for i in range(2):
        foot = horizon + 0.03 * side + i * 0.08 * side
        field(sheet, ridge(sheet, foot, 0.04, 1.1), between(sheet.mood.land, 0.4 + 0.3 * i))
        for x in np.arange(0, sheet.width, 0.045 * side * (1 + i)):
            if sheet.rng.random() < 0.75:
                tall = side * float(sheet.rng.uniform(0.08, 0.15)) * (1 + 0.5 * i)
                plant(sheet, float(x + sheet.rng.normal(0, 0.03 * side)), foot + 0.03 * side, tall,
                      haze=0.35 - 0.2 * i, kind="pine")  # fmt: skip
    field(
        sheet,
        ridge(sheet, horizon + 0.4 * (height - horizon), 0.05, 1.4),
        between(sheet.mood.land, 0.8),
    )
    grass(sheet, horizon + 0.5 * (height - horizon))
    return Ground(
        horizon + 0.8 * (height - horizon), horizon + 0.42 * (height - horizon), height * 0.9
    )
