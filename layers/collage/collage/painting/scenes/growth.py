"""Growth: trees, grass and weeds of the season."""

import cv2
import numpy as np

from collage.painting.canvas import Values, mix
from collage.painting.colour import inks
from collage.painting.scenes.figures import FIGURES, coat
from collage.painting.scenes.shapes import line
from collage.painting.scenes.sheet import Sheet
from collage.painting.scenes.terrain import between


def plant(
    sheet: Sheet, x: float, foot: float, tall: float, *, haze: float = 0, kind: str | None = None
) -> None:
    """A tree or pine of the season, `tall` pixels."""
    kind = kind or ("pine" if sheet.rng.random() < 0.25 else "tree")
    own = coat(kind, None, sheet.rng)
    leaf = sheet.mood.leaf[int(sheet.rng.integers(len(sheet.mood.leaf)))]
    if kind == "pine":
        leaf = mix(inks(own["body"])[0], leaf, 0.35)
    own |= {"body": code(leaf), "shade": code(leaf * 0.7), "light": code(leaf * 0.82 + 0.16)}
    if sheet.mood.snow:
        own["light"] = "f0f4f6"
    sheet.stamp(FIGURES[kind].draw(sheet.rng), own, x, foot, tall, haze=haze)


def grass(sheet: Sheet, top: float) -> None:
    """Blades and specks of flowers, larger towards the viewer."""
    rest = max(1.0, sheet.height - top)
    count = int((160 if sheet.mood.snow else 520) * sheet.width / sheet.side)
    tips = sheet.rng.random((count, 2)) * (sheet.width, 1)
    order = np.argsort(tips[:, 1])
    base = between(sheet.mood.land, 0.85)
    petals = inks("f4efe2", "e8c23f", "d8584a", "b48fd0") * sheet.mood.light
    picture = np.ascontiguousarray(sheet.picture)
    for x, share in tips[order]:
        y = top + share**0.8 * rest
        long = sheet.side * (0.006 + 0.034 * share)
        lean = sheet.rng.normal(0, 0.35) * long
        tone = base * float(sheet.rng.uniform(0.72, 1.4))
        path = np.array([[x, y], [x + lean * 0.4, y - long * 0.6], [x + lean, y - long]]) * 16
        thick = max(1, round(0.0035 * sheet.side * (0.4 + share)))
        colour = tuple(float(c) for c in np.clip(tone, 0, 1))
        cv2.polylines(picture, [path.astype(np.int32)], False, colour, thick, cv2.LINE_AA, 4)
        if sheet.rng.random() < 0.1 and not sheet.mood.snow:
            petal = petals[int(sheet.rng.integers(len(petals)))]
            place = (round((x + lean) * 16), round((y - long) * 16))
            radius = round(sheet.side * (0.002 + 0.004 * share) * 16)
            paint = tuple(float(c) for c in np.clip(petal, 0, 1))
            cv2.circle(picture, place, radius, paint, -1, cv2.LINE_AA, 4)
    sheet.picture = picture


def weed(sheet: Sheet, x: float, foot: float, tall: float) -> None:
    """A water plant of a few swaying blades, `tall` pixels."""
    sway = float(sheet.rng.uniform(-14, 14))
    ink = str(sheet.rng.choice(["3f7a4a", "5a8f4a", "2f6a5a", "8a4a5a"]))
    blades = [
        line(f"{d},0 {d + sway},35 {d - sway * 0.6},65 {d + sway},100", 5, ink, bulge=0.5)
        for d in (-10, 0, 9)
    ]
    sheet.stamp(blades, {}, x, foot, tall, haze=0.15)


def code(colour: Values) -> str:
    """A colour of 0..1 as "rrggbb"."""
    return "".join(f"{round(float(np.clip(c, 0, 1)) * 255):02x}" for c in colour)
