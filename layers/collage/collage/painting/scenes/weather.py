"""Weather and small life: falling snow, rain, birds far off."""

import numpy as np

from collage.painting.canvas import step
from collage.painting.scenes.shapes import line
from collage.painting.scenes.sheet import Sheet


def flock(sheet: Sheet, count: int) -> None:
    """Birds far off."""
    x = float(sheet.rng.uniform(0.2, 0.8)) * sheet.width
    y = float(sheet.rng.uniform(0.1, 0.3)) * sheet.height
    for _ in range(count):
        u, v = sheet.rng.normal(0, 0.09, 2) * sheet.side
        wing = line("-60,30 -30,52 0,18 30,52 60,30", 9, "33363f")
        size = sheet.side * float(sheet.rng.uniform(0.014, 0.028))
        sheet.stamp([wing], {}, x + float(u), y + float(v) * 0.5, size, haze=0.25)


def snowfall(sheet: Sheet) -> None:
    """Flakes in the air."""
    x, y = sheet.positions()
    for _ in range(int(110 * sheet.width / sheet.side)):
        u, v = sheet.rng.uniform(0, sheet.width), sheet.rng.uniform(0, sheet.height)
        radius = sheet.side * float(sheet.rng.uniform(0.002, 0.006))
        rows = slice(max(0, int(v - 3 * radius) - 1), int(v + 3 * radius) + 2)
        columns = slice(max(0, int(u - 3 * radius) - 1), int(u + 3 * radius) + 2)
        away = np.hypot(x[rows, columns] - u, y[rows, columns] - v) / max(0.7, radius)
        flake = (np.exp(-away * away) * 0.85)[..., None].astype(np.float32)
        area = sheet.picture[rows, columns]
        sheet.picture[rows, columns] = area + (0.97 - area) * flake


def rain(sheet: Sheet) -> None:
    """Slanting rain."""
    x, y = sheet.positions()
    lean = 0.22 * sheet.light_x
    fine = sheet.rng.random((3, sheet.width + sheet.height), np.float32)
    column = np.clip(x + y * lean + (0 if lean > 0 else sheet.height * 0.3), 0, fine.shape[1] - 1)
    drops = fine[0][column.astype(int)]
    fall = np.sin(y / sheet.side * 24 + drops * 90)
    sheet.lay(
        sheet.mood.cloud, (step(0.9, 0.97, drops) * step(0.2, 0.9, fall.astype(np.float32)) * 0.35)
    )
