"""A scene: sky, ground and figures, as the words of a prompt and a seed have them."""

import numpy as np
from numpy.random import Generator

from collage.painting.canvas import Picture, clip
from collage.painting.scenes import skies
from collage.painting.scenes.figures import FIGURES
from collage.painting.scenes.lands import desert, forest, meadow, mountains
from collage.painting.scenes.moods import HOURS, mood_of
from collage.painting.scenes.sheet import Sheet
from collage.painting.scenes.staging import place_figures, stand
from collage.painting.scenes.terrain import Ground
from collage.painting.scenes.towns import city, table
from collage.painting.scenes.waters import glitter, lake, sea, seabed
from collage.painting.scenes.weather import flock, rain, snowfall
from collage.painting.scenes.words import Wish

HORIZONS = {
    "meadow": (meadow, 0.52), "hills": (meadow, 0.46), "mountains": (mountains, 0.6),
    "sea": (sea, 0.52), "lake": (lake, 0.5), "forest": (forest, 0.6), "city": (city, 0.6),
    "desert": (desert, 0.5), "water": (seabed, 0.0), "room": (table, 0.0),
}  # fmt: skip
"""Every setting's ground, and where its horizon lies as a share of the height; 0 has no sky."""
HOME = {"water": "sea", "shore": "sea", "table": "room"}
"""The setting of a figure's place, where the prompt names none."""
OWN_HOME = {"fish": "water", "bridge": "lake", "tower": "city", "rocket": "space", "pine": "forest"}
UNASKED = {"meadow": 3, "hills": 3, "mountains": 2, "sea": 3, "lake": 3}
"""Settings for a prompt that says when and not where, and how often."""


def draw_scene(wish: Wish, shape: tuple[int, int], rng: Generator) -> Picture:
    """The scene of a wish, (H, W, 3)."""
    setting = _setting(wish, rng)
    hour = wish.hour or str(rng.choice(["day", "day", "day", "sunset", "dawn"]))
    if setting in ("room", "water"):
        hour = wish.hour or "day"
    mood = mood_of(
        hour if hour in HOURS else "day", int(rng.integers(6)), wish.season, wish.colours
    )
    sheet = Sheet(np.zeros((*shape, 3), np.float32), mood, rng)
    ground, light = _land(sheet, setting, hour)
    _company(sheet, wish, setting, ground)
    place_figures(sheet, wish, setting, ground, light)
    if mood.snow and setting not in ("room", "water", "space"):
        snowfall(sheet)
    if hour == "storm" and not mood.snow and setting not in ("room", "water", "space"):
        rain(sheet)
    return clip(sheet.picture)


def _setting(wish: Wish, rng: Generator) -> str:
    if wish.setting:
        return wish.setting
    for want in wish.wants:
        home = OWN_HOME.get(want.figure) or HOME.get(FIGURES[want.figure].place)
        if home:
            return home
    if wish.wants:
        return str(rng.choice(["meadow", "meadow", "hills"]))
    share = np.array(list(UNASKED.values()), float)
    return str(rng.choice(list(UNASKED), p=share / share.sum()))


def _land(sheet: Sheet, setting: str, hour: str) -> tuple[Ground, float]:
    """Sky and ground; where figures stand, and the light's x."""
    if setting == "space":
        skies.space(sheet)
        middle = sheet.height * 0.72
        return Ground(sheet.height * 0.9, middle, middle), 0.0
    draw, share = HORIZONS[setting]
    horizon = sheet.height * (share + float(sheet.rng.uniform(-0.04, 0.04)))
    light = 0.0
    if share:
        cloudy = {"storm": 0.85, "night": 0.2}.get(hour, float(sheet.rng.uniform(0.2, 0.6)))
        light, _ = skies.sky(sheet, horizon, cloudy=cloudy)
    else:
        sheet.light_x = float(sheet.rng.choice([-1, 1]))
    ground = draw(sheet, horizon)
    if setting == "sea" and hour != "storm":
        beach = ground.water + 0.3 * (sheet.height - ground.water)
        before = sheet.picture.copy()
        glitter(sheet, light, horizon + 1)
        _, y = sheet.positions()
        sheet.picture = np.where((y < beach)[..., None], sheet.picture, before)
    return ground, light


def _company(sheet: Sheet, wish: Wish, setting: str, ground: Ground) -> None:
    """Small things that nobody asked for: a house far off, a boat, birds in the sky."""
    asked = {want.figure for want in wish.wants}
    rng, side = sheet.rng, sheet.side
    homely = setting in ("meadow", "hills") and not asked & {"house", "church", "castle"}
    if homely and rng.random() < 0.6:
        name = str(rng.choice(["house", "house", "church"]))
        x = float(rng.uniform(0.1, 0.9)) * sheet.width
        stand(sheet, name, None, x, ground.far, side * 0.1, haze=0.2)
    if setting in ("sea", "lake") and "boat" not in asked and rng.random() < 0.75:
        x = float(rng.uniform(0.1, 0.9)) * sheet.width
        y = ground.water * 0.55 + ground.far * 0.45 if setting == "lake" else ground.water * 0.96
        stand(sheet, "boat", None, x, y, side * float(rng.uniform(0.07, 0.13)), haze=0.25)
    if setting not in ("room", "water", "space") and not sheet.mood.night and rng.random() < 0.6:
        flock(sheet, int(rng.integers(3, 9)))
