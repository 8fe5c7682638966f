"""Moods: the colours of a scene by its hour, its season and the colours that are asked for."""

from dataclasses import dataclass, replace

import numpy as np

from collage.painting.canvas import Values, mix
from collage.painting.colour import inks

COLOURS = {
    "red": "c22f2a", "orange": "e5822c", "yellow": "f0c53b", "green": "4f8a3f", "blue": "2f64ad",
    "purple": "7a479c", "pink": "e58aa8", "brown": "7c5234", "black": "232226", "white": "f3f0e8",
    "grey": "8b8f96", "gold": "cf9f37", "silver": "b9c0c8", "turquoise": "35a79c",
}  # fmt: skip
"""Colours by name."""


@dataclass(frozen=True)
class Mood:
    """The colours that everything in a scene is drawn with, (3,) each, or (N, 3) for ramps."""

    sky: Values
    """From the top down to the horizon."""
    cloud: Values
    sun: Values
    air: Values
    """What far things fade into."""
    land: Values
    """From far to near."""
    leaf: Values
    """What trees may be coloured."""
    water: Values
    """From the horizon to the near shore."""
    light: Values
    """What colours are multiplied by."""
    night: bool = False
    low_sun: bool = False
    snow: bool = False


def _mood(
    sky: str, cloud: str, sun: str, air: str, land: str, water: str, light: tuple[float, ...]
) -> Mood:
    leaf = inks("3f6b34", "557f3a", "2f5a3a", "6d8b3e")
    return Mood(
        inks(*sky.split()), inks(cloud)[0], inks(sun)[0], inks(air)[0], inks(*land.split()), leaf,
        inks(*water.split()), np.array(light, np.float32),
    )  # fmt: skip


HOURS = {
    "day": (
        _mood("2f6fb4 6fa8d8 c9e0ea", "fbf8f0", "fff4c8", "b9d3de",
              "7f9f7a 8aa34f 6f8f3a 4c6a2a", "7fb4c4 3f86a5 235f86", (1, 1, 1)),
        _mood("4c8fc4 9cc7de efe9d2", "fffaf0", "fff0b8", "cfdcd8",
              "8fae86 a5b55a 839a42 55702f", "96c4c8 5a9cae 2f6f8c", (1.02, 1, 0.97)),
        _mood("5b7fa0 93aebf d8dcd8", "e9ecec", "fdf6dc", "bfcace",
              "78937c 7d9656 647f43 465f30", "93b0ba 557f94 345f78", (0.96, 0.98, 1)),
    ),
    "sunset": (
        _mood("2a2f63 8a4a7a e2704f f9c168", "f2a06a", "fff0b0", "d98f6a",
              "7a5a5e 7a6a3f 5b5a33 373a25", "e8a468 8f5f74 33345c", (1.0, 0.82, 0.68)),
        _mood("3b2a5c b4476a f0784a ffd07a", "f58f7a", "ffe89a", "cc7f7a",
              "6e4f66 6f5a48 52482f 302c22", "f0a26a a3546c 3a2f55", (1.02, 0.8, 0.7)),
    ),
    "dawn": (
        _mood("7f9fc8 c9b6cf f6d3c0 fdeccb", "fbe3d8", "fffbe0", "e3cfcb",
              "93a091 96a468 7b8b4c 596a37", "f0d8c8 9fb4c2 57809c", (1.0, 0.93, 0.88)),
    ),
    "night": (
        _mood("060b1e 10204a 27437a", "3d5385", "f3f1dc", "2b3f66",
              "22344a 1f3a3c 18302c 0e1f1c", "34538a 16305c 0a1a38", (0.42, 0.5, 0.72)),
        _mood("0a0820 1f1f52 4a4a86", "564f86", "fbf3d0", "3b3f6c",
              "2b2f4c 24343f 1b2b30 101c20", "50548c 22295a 0e1434", (0.46, 0.48, 0.7)),
    ),
    "storm": (
        _mood("2b323c 566270 9aa4a6", "c2c6c4", "f0efe2", "8f9a9c",
              "5f7066 66754c 4e5f3a 343f2a", "8a999c 4a6470 273f4e", (0.8, 0.84, 0.88)),
    ),
}  # fmt: skip
"""By the hour the moods there are; a seed takes one."""

SEASONS = {
    "autumn": ("9c8a6a b08a42 96702f 5f4a24", "c2571f d98a26 a83a22 e0b23c 7c6a2e"),
    "winter": ("c9d6e0 e4ebf0 f1f4f5 dfe6ec", "4b5f5a 5d6d66 39504e 6f7f7a"),
    "spring": ("9fc08f a9c865 86b04a 5c8a38", "f0b6c4 8fbf5a f6d6dc 6faa4a a8cf6a"),
    "summer": ("9aa86a c2b24e a39a3f 6f7a30", "4c7f34 688f3a 3a6a33 7f9a3f"),
}
"""Land from far to near and leaves, of seasons."""


def mood_of(hour: str, variant: int, season: str | None, colours: tuple[str, ...]) -> Mood:
    """The mood of an hour (one of `HOURS`), in a season (one of `SEASONS`), drawn towards colours.

    Args:
        hour: Which table of `HOURS`.
        variant: Any number; which of the hour's moods.
        season: One of `SEASONS`, or None.
        colours: Names of `COLOURS` that the whole picture leans to.
    """
    table = HOURS[hour]
    mood = table[variant % len(table)]
    mood = replace(mood, night=hour == "night", low_sun=hour in ("sunset", "dawn"))
    if season:
        land, leaf = (inks(*text.split()) for text in SEASONS[season])
        dim = 0.35 if hour == "night" else 1.0
        lit = np.clip(land * mood.light * np.float32(dim + 0.15 * (dim < 1)), 0, 1)
        mood = replace(mood, land=mix(mood.land, lit, 0.85), leaf=leaf, snow=season == "winter")
    for name in colours:
        mood = _lean(mood, inks(COLOURS[name])[0])
    return mood


def _lean(mood: Mood, colour: Values) -> Mood:
    """Every colour drawn towards one, its own lightness kept."""

    def drawn(values: Values) -> Values:
        grey = (values @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]
        # The colour at each lightness: black below, the colour in the middle, white above.
        tinted = np.where(grey < 0.5, colour * grey * 2, 1 - (1 - colour) * (1 - grey) * 2)
        return np.asarray(np.clip(mix(values, tinted, 0.62), 0, 1), np.float32)

    return replace(
        mood,
        sky=drawn(mood.sky), cloud=drawn(mood.cloud), air=drawn(mood.air), land=drawn(mood.land),
        leaf=drawn(mood.leaf), water=drawn(mood.water),
    )  # fmt: skip
