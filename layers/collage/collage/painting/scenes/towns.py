"""Where people live: the city and the room with a table."""

import numpy as np

from collage.painting.canvas import mix
from collage.painting.colour import inks, ramp
from collage.painting.scenes.figures import FIGURES, coat
from collage.painting.scenes.sheet import Sheet
from collage.painting.scenes.terrain import Ground, field, ridge
from collage.painting.scenes.waters import mirror


def city(sheet: Sheet, horizon: float) -> Ground:
    """Towers behind towers, and a street or a quay in front."""
    height, side = sheet.height, sheet.side
    for depth in range(3):
        x = -0.05 * side
        while x < sheet.width + 0.05 * side:
            tall = side * float(sheet.rng.uniform(0.2, 0.44)) * (0.75 + 0.2 * depth)
            own = coat("tower", None, sheet.rng)
            base = horizon + (0.03 + 0.035 * depth) * side
            sheet.stamp(
                FIGURES["tower"].draw(sheet.rng), own, x, base, tall, haze=0.62 - 0.24 * depth
            )
            x += tall * float(sheet.rng.uniform(0.36, 0.52))
    line = horizon + 0.09 * side
    if sheet.rng.random() < 0.5:
        mirror(sheet, line)
        near = ridge(sheet, height - 0.06 * side, 0.004, 2.0)
    else:
        near = np.full(sheet.width, line, np.float32)
    stone = np.clip(inks("8f8a84")[0] * sheet.mood.light, 0, 1)
    if sheet.mood.snow:
        stone = mix(stone, sheet.mood.land[-1], 0.7)
    field(sheet, near, stone, grass=0.2)
    return Ground(height - 0.05 * side, line + 0.02 * side, (line + height) / 2)


def table(sheet: Sheet, horizon: float) -> Ground:
    """A wall, and a table with a cloth before it."""
    wall = inks(*str(sheet.rng.choice([
        "3a2f2a 7a5c44 4a3a30", "2f4a52 6f9498 3a5a62", "5a2f2a a8604a 6a3a30",
        "4a5236 98a070 586040",
        "8a94a0 ccd2d4 98a2ac"])).split())  # fmt: skip
    x, y = sheet.positions()
    glow = np.exp(-np.square((x / sheet.width - 0.5 - 0.25 * sheet.light_x) / 0.5)
                  - np.square((y / sheet.height - 0.3) / 0.5))  # fmt: skip
    wood = (glow * 0.9 + sheet.noise(0.2, 4) * 0.22).astype(np.float32)
    sheet.picture = np.clip(ramp(wood, wall[[0, 1]]) * sheet.mood.light, 0, 1).astype(np.float32)
    edge = np.full(sheet.width, 0.68 * sheet.height, np.float32)
    cloth = inks(*str(sheet.rng.choice(["e8e0d0 b8ac98", "b5894e 6f4c2a", "9a4038 5f2420",
                                        "7f98a8 4c6474"])).split())  # fmt: skip
    folds = np.sin(x / sheet.side * 21 + sheet.noise(0.25) * 7 + y / sheet.side * 3)
    tone = np.clip((y - edge[0]) / (sheet.height - edge[0]) * 0.8 + folds * 0.12, 0, 1)
    top = ramp(tone.astype(np.float32), cloth)
    sheet.lay(np.clip(top * sheet.mood.light, 0, 1).astype(np.float32), sheet.below(edge))
    foot = sheet.height * 0.86
    return Ground(foot, foot, foot)
