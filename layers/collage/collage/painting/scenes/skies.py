"""Skies: the upper part of a scene with its sun or moon, clouds and stars."""

import numpy as np

from collage.painting.canvas import blur, step
from collage.painting.colour import inks, ramp
from collage.painting.scenes.sheet import Sheet


def sky(sheet: Sheet, horizon: float, *, cloudy: float = 0.5) -> tuple[float, float]:
    """Paint the whole sheet as sky down to `horizon`, in pixels; where its light stands, x and y.

    `cloudy` is the share of the sky that clouds take, 0..1.
    """
    _, y = sheet.positions()
    fall = y / max(1.0, horizon) + sheet.noise(0.8) * 0.12
    sheet.picture = ramp(fall.astype(np.float32), sheet.mood.sky)
    x_light = float(sheet.rng.uniform(0.14, 0.86)) * sheet.width
    sheet.light_x = 1.0 if x_light > sheet.width / 2 else -1.0
    low = sheet.mood.low_sun
    y_light = horizon * float(
        sheet.rng.uniform(0.7, 0.93) if low else sheet.rng.uniform(0.14, 0.36)
    )
    if sheet.mood.night:
        _stars(sheet, horizon)
        _moon(sheet, x_light, y_light)
    elif cloudy < 0.8:
        _sun(sheet, x_light, y_light)
    _clouds(sheet, horizon, cloudy)
    return x_light, y_light


def _sun(sheet: Sheet, x: float, y: float) -> None:
    side = sheet.side
    sheet.shine(x, y, 0.62 * side, sheet.mood.sun, 0.4)
    sheet.shine(x, y, 0.2 * side, sheet.mood.sun, 0.6)
    across, down = sheet.positions()
    radius = side * (0.062 if sheet.mood.low_sun else 0.046)
    disc = np.clip(radius - np.hypot(across - x, down - y) + 0.5, 0, 1)
    sheet.lay(sheet.mood.sun, np.asarray(disc, np.float32))


def _moon(sheet: Sheet, x: float, y: float) -> None:
    side = sheet.side
    sheet.shine(x, y, 0.4 * side, sheet.mood.sun, 0.22)
    sheet.shine(x, y, 0.14 * side, sheet.mood.sun, 0.4)
    across, down = sheet.positions()
    radius = side * 0.062
    disc = np.clip(radius - np.hypot(across - x, down - y) + 0.5, 0, 1)
    if sheet.rng.random() < 0.4:
        bite = np.hypot(across - x - radius * 0.55 * sheet.light_x, down - y + radius * 0.2)
        disc = disc * np.clip(bite - radius * 0.9, 0, 1)
    seas = step(0.05, 0.2, sheet.noise(0.035)) * 0.12
    sheet.lay(sheet.mood.sun * np.float32(1.0), np.asarray(disc * (1 - seas), np.float32))


def _stars(sheet: Sheet, horizon: float) -> None:
    count = int(70 * sheet.width / sheet.side)
    for _ in range(count):
        x, y = sheet.rng.uniform(0, sheet.width), sheet.rng.uniform(0, horizon * 0.95)
        bright = float(sheet.rng.random()) ** 2
        radius = sheet.side * (0.0022 + 0.0035 * bright)
        rows = slice(max(0, int(y - 5 * radius) - 2), int(y + 5 * radius) + 3)
        columns = slice(max(0, int(x - 5 * radius) - 2), int(x + 5 * radius) + 3)
        area = sheet.picture[rows, columns]
        down = np.arange(rows.start, rows.start + area.shape[0])[:, None] - y
        across = np.arange(columns.start, columns.start + area.shape[1])[None, :] - x
        away = (np.square(across) + np.square(down)) / max(0.5, radius * radius)
        glow = (np.exp(-away) * (0.45 + 0.55 * bright))[..., None]
        sheet.picture[rows, columns] = area + (sheet.mood.sun - area) * glow.astype(np.float32)


def _clouds(sheet: Sheet, horizon: float, cloudy: float) -> None:
    x, y = sheet.positions()
    field = sheet.noise(0.34, 4) + sheet.noise(0.11, 3) * 0.45
    # Clouds are flat and dense towards the horizon, and thin out to the top.
    stretch = np.clip(y / max(1.0, horizon), 0, 1)
    rows = np.clip(np.sqrt(stretch) * (field.shape[0] - 1), 0, field.shape[0] - 1).astype(int)
    field = field[rows, np.clip(x, 0, field.shape[1] - 1).astype(int)]
    bound = float(np.quantile(field[:: max(1, field.shape[0] // 64)], 1 - cloudy))
    body = step(bound, bound + 0.14, field) * step(1.02, 0.8, stretch)
    lit = np.clip(
        0.55 + (field - np.roll(field, max(1, round(0.02 * sheet.side)), axis=0)) * 4, 0, 1
    )
    shadow = sheet.mood.sky[0] * 0.45 + sheet.mood.cloud * 0.5
    colours = shadow + (sheet.mood.cloud - shadow) * blur(lit, 0.004 * sheet.side)[..., None]
    sheet.lay(np.asarray(colours, np.float32), np.asarray(body * 0.85, np.float32))


def space(sheet: Sheet) -> None:
    """Paint the whole sheet as the deep sky: nebulae, stars and a planet with its ring."""
    field = np.clip(0.5 + sheet.noise(0.5, 4) * 1.3, 0, 1).astype(np.float32)
    sheet.picture = ramp(field, inks("05060f", "0d1030", "2a1f58", "6a2f7a", "c2607a"))
    veil = step(0.1, 0.4, sheet.noise(0.3, 4))
    sheet.lay(inks("3f8fa8")[0], veil * 0.5)
    _stars(sheet, sheet.height * 1.05)
    _stars(sheet, sheet.height * 1.05)
    x, y = sheet.rng.uniform(0.15, 0.85) * sheet.width, sheet.rng.uniform(0.14, 0.42) * sheet.height
    radius = sheet.side * sheet.rng.uniform(0.1, 0.2)
    across, down = sheet.positions()
    u, v = (across - x) / radius, (down - y) / radius
    away = np.hypot(u, v)
    bands = np.clip(0.5 + 0.5 * np.sin(v * 9 + sheet.noise(0.1) * 3 + u * 1.5), 0, 1)
    tint = inks(*str(sheet.rng.choice(["b5653a f0c98a", "3f6f9a b8dcd8", "8a4a7a f0b0a0"])).split())
    ball = ramp(np.asarray(bands, np.float32), tint)
    shade = np.clip(0.75 - 0.55 * (u * sheet.light_x * -1 + v) - away**4 * 0.3, 0.06, 1.1)
    inside = np.clip((1 - away) * radius + 0.5, 0, 1)
    sheet.lay(np.clip(ball * shade[..., None], 0, 1).astype(np.float32), inside.astype(np.float32))
    if sheet.rng.random() < 0.7:
        flat = np.hypot(u * 0.96 + v * 0.26, (v * 0.96 - u * 0.26) * 3.6)
        ring = step(1.3, 1.4, flat) * step(1.95, 1.85, flat) * (0.55 + 0.3 * np.sin(flat * 30))
        behind = (v * 0.96 - u * 0.26 < 0) & (away < 1)
        sheet.lay(tint[1], np.where(behind, 0, ring * 0.8).astype(np.float32))
