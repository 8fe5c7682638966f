"""Waters: the sea, lakes, what they mirror, and the world below them."""

import cv2
import numpy as np

from collage.painting.canvas import mix, step
from collage.painting.colour import inks, ramp
from collage.painting.scenes.growth import grass, plant, weed
from collage.painting.scenes.sheet import Sheet
from collage.painting.scenes.terrain import Ground, between, field, hills, ridge


def sea(sheet: Sheet, horizon: float) -> Ground:
    """Open water to the horizon, with a headland and a beach in front."""
    height = sheet.height
    water(sheet, horizon, height)
    _rest = height - horizon
    beach = ridge(sheet, horizon + 0.86 * _rest, 0.05, 1.4, 0.3)
    foam = sheet.below(beach - 0.016 * sheet.side, 2.5) * (0.75 + sheet.noise(0.03))
    sheet.lay(np.clip(inks("f4f4ee")[0] * sheet.mood.light * 1.05, 0, 1), foam * 0.8)
    sand = np.clip(inks("e2cfa0")[0] * sheet.mood.light, 0, 1)
    if sheet.mood.snow:
        sand = mix(sand, sheet.mood.land[-1], 0.7)
    field(sheet, beach, sand, grass=0.35)
    return Ground(horizon + 0.93 * _rest, horizon + 0.5 * _rest, horizon + 0.5 * _rest)


def lake(sheet: Sheet, horizon: float) -> Ground:
    """Still water between hills, with a wooded shore and reeds."""
    height, side = sheet.height, sheet.side
    hills(sheet, horizon, 3)
    shore = ridge(sheet, horizon, 0.02, 1.0)
    field(sheet, shore, between(sheet.mood.land, 0.35))
    for x in np.arange(0, sheet.width, 0.05 * side):
        size = side * float(sheet.rng.uniform(0.05, 0.1))
        plant(
            sheet,
            float(x + sheet.rng.normal(0, 0.02 * side)),
            horizon + 0.02 * side,
            size,
            haze=0.3,
        )
    line = horizon + 0.028 * side
    mirror(sheet, line)
    near = ridge(sheet, horizon + 0.88 * (height - horizon), 0.06, 1.3)
    field(sheet, near, between(sheet.mood.land, 0.95))
    grass(sheet, float(near.min()))
    return Ground(horizon + 0.95 * (height - horizon), horizon + 0.02 * side,
                  horizon + 0.55 * (height - horizon))  # fmt: skip


def seabed(sheet: Sheet, horizon: float) -> Ground:
    """Under water: light from above, sand, weeds and bubbles."""
    x, y = sheet.positions()
    fall = y / sheet.height + sheet.noise(0.5) * 0.15
    sheet.picture = ramp(fall.astype(np.float32), inks("8fdcd8", "3fa3b8", "1f6a94", "123f68"))
    lean = sheet.rng.uniform(-0.4, 0.4)
    rays = np.sin((x / sheet.side + y / sheet.side * lean) * 17 + sheet.noise(0.4) * 4)
    sheet.lay(
        inks("e8fbf0")[0],
        (np.clip(rays, 0, 1) * np.clip(1 - y / sheet.height, 0, 1) * 0.28).astype(np.float32),
    )
    sand = ridge(sheet, sheet.height * 0.86, 0.06, 0.9)
    field(sheet, sand, mix(inks("d8c796")[0], inks("3f8fa8")[0], 0.4), grass=0.3)
    for _ in range(9):
        foot, tall = (
            float(sheet.rng.uniform(0, sheet.width)),
            sheet.side * float(sheet.rng.uniform(0.12, 0.34)),
        )
        weed(sheet, foot, sheet.height * float(sheet.rng.uniform(0.86, 0.98)), tall)
    for _ in range(14):
        u, v = sheet.rng.uniform(0, sheet.width), sheet.rng.uniform(0.05, 0.8) * sheet.height
        radius = sheet.side * float(sheet.rng.uniform(0.005, 0.014))
        away = np.abs(np.hypot(x - u, y - v) - radius)
        sheet.lay(inks("eafcf8")[0], np.clip(1.2 - away, 0, 1).astype(np.float32) * 0.7)
    return Ground(sheet.height * 0.88, sheet.height * 0.84, sheet.height * 0.66)


def water(sheet: Sheet, top: float, bottom: float) -> None:
    """Water with waves and the light's path, from `top` to `bottom` in pixels."""
    _, y = sheet.positions()
    fall = np.clip((y - top) / max(1.0, bottom - top), 0, 1)
    body = ramp(fall.astype(np.float32), sheet.mood.water)
    # Waves grow towards the viewer: their phase runs with the logarithm of the depth.
    phase = 46 * np.log(fall + 0.06) + sheet.noise(0.16, 3) * 12
    waves = np.sin(phase) * (0.25 + fall) * 0.5 + sheet.noise(0.03, 2) * 0.8
    body = body * (1 + waves[..., None] * 0.18)
    crest = step(0.5, 0.9, waves.astype(np.float32)) * 0.35
    edge = np.full(sheet.width, top, np.float32)
    sheet.lay(
        np.clip(mix(body.astype(np.float32), sheet.mood.sky[-1], crest), 0, 1), sheet.below(edge)
    )


def glitter(sheet: Sheet, x_light: float, top: float) -> None:
    """The path of sun or moon on the water below `top`."""
    x, y = sheet.positions()
    fall = np.clip((y - top) / max(1.0, sheet.height - top), 0, 1)
    wide = (0.035 + 0.11 * fall) * sheet.side
    path = np.exp(-np.square((x - x_light) / wide)) * (fall > 0)
    flakes = step(
        0.0, 0.25, np.sin(60 * np.log(fall + 0.08) + sheet.noise(0.05) * 9).astype(np.float32)
    )
    sheet.lay(sheet.mood.sun, np.asarray(path * flakes * (0.75 - 0.4 * fall), np.float32))


def mirror(sheet: Sheet, line: float) -> None:
    """Still water below a line: what stands above it, upside down, darker and rippled."""
    x, y = sheet.positions()
    depth = np.clip(y - line, 0, None)
    ripple = np.sin(40 * np.log(depth / sheet.side + 0.03) + sheet.noise(0.2) * 6)
    sway = (ripple + sheet.noise(0.05) * 2) * (0.004 * sheet.side + depth * 0.02)
    up = np.clip(line - depth * 1.05 + sway * 0.6, 0, sheet.height - 1)
    seen = cv2.remap(
        sheet.picture, np.asarray(x + sway, np.float32), np.asarray(up, np.float32),
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101,
    )  # fmt: skip
    fall = np.clip(depth / max(1.0, sheet.height - line), 0, 1)
    deep = ramp(fall.astype(np.float32), sheet.mood.water)
    glassy = mix(np.asarray(seen, np.float32) * 0.92, deep, (0.22 + 0.35 * fall).astype(np.float32))
    glassy = np.clip(glassy * (1 + ripple[..., None] * 0.05), 0, 1).astype(np.float32)
    sheet.lay(glassy, sheet.below(np.full(sheet.width, line, np.float32), 1.0))
