"""Shapes: outlines written as text, and the parts that a figure is drawn from.

Places are "x,y" in hundredths of the figure's height: x to the right of its middle, y up from the
ground. Lines between them are smooth, except at places that end in "!".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from collage.painting.canvas import Values

STEPS = 8
"""Points between two places of a smooth line."""


@dataclass(frozen=True)
class Part:
    """One piece of a figure: a filled outline, or lines of some width."""

    outline: Values
    """(N, 2) as x, y."""
    ink: str
    """A colour as "rrggbb", or the name of one of the figure's own."""
    width: float = 0
    """Of the line; 0 for a filled outline."""
    bulge: float = 1
    """How round it looks: 0 is flat, 1 is a body."""
    glow: bool = False
    """Whether it shines itself, so that night does not darken it."""


Parts = Sequence[Part]


def blob(places: str, ink: str, *, bulge: float = 1, glow: bool = False) -> Part:
    """A filled outline."""
    return Part(curve(places, closed=True), ink, 0, bulge, glow)


def line(places: str, width: float, ink: str, *, bulge: float = 0, glow: bool = False) -> Part:
    """A line of some width."""
    return Part(curve(places, closed=False), ink, width, bulge, glow)


def oval(
    x: float, y: float, rx: float, ry: float, ink: str, *, lean: float = 0, bulge: float = 1,
    glow: bool = False,
) -> Part:  # fmt: skip
    """A filled ellipse, leaning against the clock by `lean` radians."""
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    u, v = rx * np.cos(turn), ry * np.sin(turn)
    across = x + u * np.cos(lean) - v * np.sin(lean)
    up = y + u * np.sin(lean) + v * np.cos(lean)
    return Part(np.stack([across, up], axis=1).astype(np.float32), ink, 0, bulge, glow)


def box(
    left: float, low: float, right: float, high: float, ink: str, *, bulge: float = 0.25,
    glow: bool = False,
) -> Part:  # fmt: skip
    """A filled rectangle."""
    corners = [(left, low), (left, high), (right, high), (right, low)]
    return Part(np.array(corners, np.float32), ink, 0, bulge, glow)


def both(*parts: Part) -> list[Part]:
    """The parts, and each mirrored at the figure's middle."""
    return [*parts, *(moved(part, mirror=-1) for part in parts)]


def moved(part: Part, x: float = 0, y: float = 0, size: float = 1, mirror: float = 1) -> Part:
    """A part elsewhere, larger or smaller, or mirrored by -1."""
    outline = part.outline * np.array([size * mirror, size], np.float32)
    outline = np.asarray(outline + np.array([x, y], np.float32), np.float32)
    return Part(outline, part.ink, part.width * size, part.bulge, part.glow)


def all_moved(parts: Iterable[Part], x: float, y: float, size: float = 1) -> list[Part]:
    """Several parts elsewhere, larger or smaller."""
    return [moved(part, x, y, size) for part in parts]


def curve(places: str, closed: bool) -> Values:
    """The line through the places, (N, 2): Catmull-Rom, broken at places that end in "!"."""
    words = places.split()
    sharp = [word.endswith("!") for word in words]
    knots = np.array([[float(n) for n in word.strip("!").split(",")] for word in words])
    count = len(knots)
    t = np.linspace(0, 1, STEPS, endpoint=False)[:, None]
    pieces = []
    for i in range(count if closed else count - 1):
        j = (i + 1) % count
        b, c = knots[i], knots[j]
        a = b if sharp[i] or (not closed and i == 0) else knots[i - 1]
        d = c if sharp[j] or (not closed and j == count - 1) else knots[(j + 1) % count]
        straight = sharp[i] and sharp[j]
        if straight:
            pieces.append(b[None])
            continue
        bend = (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
        pieces.append(0.5 * (2 * b + (c - a) * t + bend))
    if not closed:
        pieces.append(knots[-1:])
    return np.concatenate(pieces).astype(np.float32)
