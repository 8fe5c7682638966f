"""Staging: the figures of a scene put where they belong, with their shadow or wake."""

import numpy as np

from collage.painting.canvas import step
from collage.painting.scenes.figures import FIGURES, coat
from collage.painting.scenes.growth import plant
from collage.painting.scenes.sheet import Sheet
from collage.painting.scenes.terrain import Ground
from collage.painting.scenes.words import Want, Wish


def place_figures(sheet: Sheet, wish: Wish, setting: str, ground: Ground, light: float) -> None:
    """What was asked for: far things first, each in a place of its own."""
    crowd: list[tuple[Want, int]] = []
    for want in wish.wants:
        count = want.count or (int(sheet.rng.integers(5, 9)) if want.figure == "flower" else 3)
        crowd += [(want, i) for i in range(min(count, 8))]
    if not crowd:
        return
    share = {1: 1.0, 2: 0.8, 3: 0.66, 4: 0.56}.get(len(crowd), 0.48)
    wide = sheet.width / len(crowd)
    slots = [wide * (i + 0.5) for i in range(len(crowd))]
    if len(crowd) == 1:
        slots = [sheet.width * float(sheet.rng.choice([0.38, 0.5, 0.62]))]
    else:
        sheet.rng.shuffle(slots)
    standing = []
    for (want, _), slot in zip(crowd, slots, strict=True):
        figure = FIGURES[want.figure]
        depth = float(sheet.rng.uniform(0, 1)) if len(crowd) > 1 else 0.0
        height = (
            figure.size
            * sheet.side
            * share
            * (1 - 0.3 * depth)
            * float(sheet.rng.uniform(0.94, 1.08))
        )
        x = slot + float(sheet.rng.normal(0, 0.06)) * wide * (len(crowd) > 1)
        foot = _foot(sheet, want.figure, setting, ground, height)
        if figure.place in ("land", "shore"):
            foot -= depth * 0.45 * (ground.near - ground.far)
        standing.append((foot, x, height, want))
    for foot, x, height, want in sorted(standing, key=lambda one: one[0]):
        if FIGURES[want.figure].place in ("land", "table") and setting not in ("space", "water"):
            _shadow(sheet, x, foot, height)
        stand(sheet, want.figure, want.colour, x, foot, height)
        if want.figure == "lighthouse" and (sheet.mood.night or sheet.mood.low_sun):
            _beam(sheet, x, foot - 0.8 * height)
        if want.figure == "boat" and setting in ("sea", "lake"):
            _wake(sheet, x, foot, height)


def stand(
    sheet: Sheet,
    name: str,
    colour: str | None,
    x: float,
    foot: float,
    height: float,
    haze: float = 0,
) -> None:
    """One figure of `FIGURES` on its feet, with what hour and season do to it."""
    if name == "tree" and colour is None:
        plant(sheet, x, foot, height, haze=haze, kind="tree")
        return
    own = coat(name, colour, sheet.rng)
    if name == "tree":
        own |= {"trunk": "5f4632"}
    if sheet.mood.night:
        own |= {"window": "ffcf70"}
    if sheet.mood.snow:
        own |= {"roof": "eef2f5"}
    flip = bool(sheet.rng.random() < 0.5) and name != "church"
    parts = FIGURES[name].draw(sheet.rng)
    sheet.stamp(parts, own, x, foot, height, flip=flip, haze=haze)


def _foot(sheet: Sheet, figure: str, setting: str, ground: Ground, height: float) -> float:
    """The y that a figure stands on, in pixels, where it stands near."""
    place = FIGURES[figure].place
    foot = ground.near
    if setting == "space":
        foot = sheet.height * 0.5 + height * 0.5
    elif setting == "water" and place == "water":
        foot = float(sheet.rng.uniform(0.42, 0.7)) * sheet.height + height * 0.3
    elif place == "air":
        foot = max(height * 1.08, ground.far * float(sheet.rng.uniform(0.72, 0.98)))
    elif place == "front":
        foot = sheet.height * (1.002 if figure in ("woman", "man") else 0.9)
    elif place == "water" and setting in ("sea", "lake"):
        foot = ground.water + 0.07 * sheet.side
    elif figure in ("church", "castle", "windmill", "house"):
        foot = ground.near * 0.55 + ground.far * 0.45
    return foot


def _shadow(sheet: Sheet, x: float, foot: float, height: float) -> None:
    """A soft shadow on the ground, away from the light."""
    across, down = sheet.positions()
    lean = -sheet.light_x * height * 0.16
    u = (across - x - lean) / (height * 0.42)
    v = (down - foot + height * 0.01) / (height * 0.06)
    sheet.lay(sheet.mood.sky[0] * 0.25, np.exp(-(u * u) - v * v).astype(np.float32) * 0.55)


def _wake(sheet: Sheet, x: float, line: float, height: float) -> None:
    """The hull's dip into the water: its reflection in broken bands."""
    across, down = sheet.positions()
    u = (across - x) / (height * 0.5)
    v = (down - line) / (height * 0.5)
    bands = step(-0.2, 0.5, np.sin(v * 42 + sheet.noise(0.05) * 9).astype(np.float32))
    dark = np.exp(-(u**4)) * np.exp(-np.clip(v, 0, None) * 3.2) * (v > -0.02) * bands
    sheet.lay(sheet.mood.water[-1] * 0.75, (dark * 0.6).astype(np.float32))
    foam = np.exp(-np.square((down - line) / (height * 0.012))) * np.exp(
        -(np.square(u * 0.95) ** 2)
    )
    sheet.lay(np.clip(sheet.mood.cloud * 1.05, 0, 1), foam.astype(np.float32) * 0.6)


def _beam(sheet: Sheet, x: float, y: float) -> None:
    """The two beams of a lighthouse whose lamp is at x and y."""
    across, down = sheet.positions()
    for side in (-1.0, 1.0):
        u = (across - x) * side
        spread = np.clip(u, 0, None) * 0.13 + 1
        off = (down - y + u * 0.06) / spread
        ray = np.exp(-off * off * 2) * (u > 0) * np.exp(-np.clip(u, 0, None) / (0.9 * sheet.side))
        sheet.lay(np.array([1, 0.95, 0.75], np.float32), (ray * 0.55).astype(np.float32))
    sheet.shine(x, y, 0.05 * sheet.side, np.array([1, 0.95, 0.75], np.float32), 0.8)
