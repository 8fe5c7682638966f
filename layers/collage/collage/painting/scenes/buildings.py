"""Things that people built, as parts a hundred units tall."""

from collections.abc import Sequence
from math import cos, sin

from numpy.random import Generator

from collage.painting.scenes.shapes import Part, Parts, all_moved, blob, both, box, line, oval

WINDOW, LIT = "window", "lit"


def lighthouse(rng: Generator) -> Parts:
    """A lighthouse in bands, on its rock."""
    count = int(rng.integers(2, 4))
    bands: list[Part] = []
    for i in range(count):
        low = 8 + (i + 0.45) * 62 / count
        high = low + 31 / count
        a, b = (12 - 5 * y / 72 for y in (low, high))
        bands.append(blob(f"{-a},{low}! {-b},{high}! {b},{high}! {a},{low}!", "body", bulge=0.6))
    return [
        blob("-46,-6 -34,4 -20,10 0,12 18,9 34,3 48,-7 20,-12 -20,-12", "6f675e"),
        blob("-12,6! -7,72! 7,72! 12,6!", "light", bulge=0.6),
        *bands,
        box(-3, 7, 3, 16, "4a382c"),
        *(box(-1.4, y, 1.4, y + 4.6, WINDOW) for y in (27, 47)),
        box(-10, 72, 10, 75, "3a3c42"),
        *(line(f"{x},75 {x},79", 0.5, "3a3c42") for x in (-9, -6, 6, 9)),
        line("-9.5,79 9.5,79", 0.6, "3a3c42"),
        box(-5.4, 75, 5.4, 86, "ffe9a0", glow=True),
        *(line(f"{x},75 {x},86", 0.7, "3a3c42") for x in (-5.4, -1.8, 1.8, 5.4)),
        blob("-7.4,86! -4,92 0,95 4,92 7.4,86!", "roof"),
        line("0,95 0,101", 0.9, "3a3c42"),
    ]


def house(rng: Generator) -> Parts:
    """A house with a gable, a door and a smoking chimney."""
    side = float(rng.choice([-1, 1]))
    floors = int(rng.integers(1, 3))
    eaves = 34 + 14 * floors
    top = min(100, eaves + 34)
    windows: list[Part] = []
    for floor in range(floors):
        y = 16 + floor * 24
        for x in (-30.0, 18.0) if floor == 0 else (-30.0, -6.0, 18.0):
            windows += _window(x, y, 12, 14)
    return [
        *_smoke(side * 24, top + 2, rng),
        box(side * 24 - 5, eaves, side * 24 + 5, top - 2, "8a4a38"),
        box(-42, 0, 42, eaves, "body"),
        blob(f"-42,{eaves}! 0,{top - 4}! 42,{eaves}!", "body", bulge=0.2),
        blob(f"-50,{eaves - 4}! 0,{top}! 50,{eaves - 4}! 50,{eaves + 3}! 0,{top + 8}! "
             f"-50,{eaves + 3}!", "roof", bulge=0.5),
        oval(0, eaves + 8, 6, 6, "light", bulge=0.2),
        oval(0, eaves + 8, 4.4, 4.4, WINDOW, bulge=0),
        *windows,
        box(-8, 0, 8, 24, "door"),
        oval(5, 12, 1.2, 1.2, "e0c060"),
    ]  # fmt: skip


def church(rng: Generator) -> Parts:
    """A village church with a pointed steeple."""
    return [
        blob("-4,34! -4,40! 20,54! 52,40! 56,34!", "roof", bulge=0.5),
        box(-2, 0, 52, 36, "body"),
        *(part for x in (12.0, 26.0, 40.0) for part in _arch(x, 9, 7, 17)),
        box(-26, 0, -2, 56, "body"),
        blob("-29,55! -14,92! 1,55!", "roof", bulge=0.5),
        line("-14,92 -14,101", 1.1, "3a3530"),
        line("-17,97.5 -11,97.5", 1.1, "3a3530"),
        oval(-14, 45, 5, 5, "f2ead6", bulge=0.2),
        line("-14,48 -14,45 -11.5,44", 0.7, "2a2622"),
        *_arch(-14, 24, 7, 12),
        *_arch(-14, 0, 9, 15, "door"),
    ]


def castle(rng: Generator) -> Parts:
    """A castle with four towers and flags."""
    parts: list[Part] = [box(-46, 0, 46, 40, "body")]
    parts += _battlements(-46, 46, 40, 9)
    for x, width, top in ((-46, 18, 62), (46, 18, 62), (-20, 16, 76), (20, 16, 76)):
        half = width / 2
        parts += [box(x - half, 0, x + half, top, "body", bulge=0.7)]
        parts += [blob(f"{x - half - 3},{top}! {x},{top + 20}! {x + half + 3},{top}!", "roof")]
        parts += [line(f"{x},{top + 20} {x},{top + 28}", 0.8, "3a3530")]
        parts += [blob(f"{x},{top + 28}! {x + 9},{top + 26}! {x},{top + 23}!", "flag", bulge=0.3)]
        parts += _arch(x, top - 18, 5, 10)
    return [*parts, *_arch(0, 0, 16, 26, "door"), *_arch(-33, 20, 5, 10), *_arch(33, 20, 5, 10)]


def windmill(rng: Generator) -> Parts:
    """A windmill with four sails."""
    turn = float(rng.uniform(0.2, 1.3))
    return [
        blob("-19,0! -11,62! 11,62! 19,0!", "body", bulge=0.7),
        box(-24, 24, 24, 27, "5a4030"),
        blob("-13,61! -8,72 0,76 8,72 13,61!", "roof"),
        *_arch(0, 0, 10, 17, "door"),
        *(part for y in (32.0, 47.0) for part in _window(-3.5, y, 7, 8)),
        *(part for i in range(4) for part in _sail(turn + i * 1.5708)),
        oval(0, 66, 3.4, 3.4, "3a2e26"),
    ]


def boat(rng: Generator) -> Parts:
    """A sailing boat."""
    return [
        line("0,12 0,100", 1.8, "5a4030", bulge=0.6),
        blob("3,98! 14,70 34,34 42,22! 3,20!", "light", bulge=0.5),
        blob("-3,92! -10,62 -30,22! -3,20!", "sail", bulge=0.5),
        blob("0,100! 12,97! 0,94!", "flag", bulge=0.2),
        blob("-48,16! -40,2 -30,-4 32,-4 44,4 54,18!", "body"),
        line("-46,14 0,11 51,16", 1.8, "light"),
    ]


def balloon(rng: Generator) -> Parts:
    """A hot-air balloon."""
    return [
        *both(line("13,34 5,13", 0.6, "4a3a2c"), line("6,31 3,13", 0.6, "4a3a2c")),
        blob("-15,34 -32,52 -37,72 -26,92 0,101 26,92 37,72 32,52 15,34 0,31", "body"),
        *both(blob("15,34 32,52 37,72 26,92 18,95 27,74 23,52 10,33", "sail", bulge=0.3)),
        blob("-5,31 -10,52 -12,74 -6,98 0,101 6,98 12,74 10,52 5,31", "light", bulge=0.5),
        box(-6.5, 2, 6.5, 13, "8a5f36", bulge=0.8),
        line("-7,13 7,13", 1.8, "6a4528"),
    ]


def car(rng: Generator) -> Parts:
    """A small round car, seen from the side."""
    wheels = [
        part
        for x in (-44.0, 44.0)
        for part in (oval(x, 15, 17, 17, "1d1c1e"), oval(x, 15, 8.5, 8.5, "c9ccd0"))
    ]
    return [
        blob("-84,18! -84,40 -74,52 -52,58 -38,84 -10,94 22,90 44,60 74,52 86,40 86,18!", "body"),
        blob("-44,60! -32,80 -8,87 -6,60!", WINDOW, bulge=0.3),
        blob("0,60! 0,87 20,82 36,60!", WINDOW, bulge=0.3),
        line("-3,86 -3,24", 0.9, "shade"),
        line("4,52 13,52", 2, "d8dbe0"),
        oval(80, 41, 5, 6, "fff0b8", glow=True),
        oval(-81, 40, 3, 5, "a8241f"),
        box(-86, 15, 88, 22, "c2c5ca", bulge=0.7),
        *wheels,
    ]


def bridge(rng: Generator) -> Parts:
    """A stone bridge of three arches."""
    holes = [
        blob(f"{x - r},-4! {x - r},{h * 0.5} {x},{h} {x + r},{h * 0.5} {x + r},-4!", "under",
             bulge=0)
        for x, r, h in ((-92, 26, 40), (0, 34, 58), (92, 26, 40))
    ]  # fmt: skip
    return [
        blob("-170,-4! -170,50 -90,64 0,84 90,64 170,50 170,-4!", "body", bulge=0.4),
        *holes,
        line("-170,54 -90,68 0,88 90,68 170,54", 7, "shade", bulge=0.5),
    ]


def tower(rng: Generator) -> Parts:
    """A tower block, lit window by window."""
    wide = float(rng.uniform(14, 24))
    rows, columns = int(rng.integers(8, 13)), int(rng.integers(3, 5))
    parts: list[Part] = [box(-wide, 0, wide, 100, "body", bulge=0.15)]
    if rng.random() < 0.4:
        parts += [box(-wide * 0.6, 100, wide * 0.6, 106, "body"), line("0,106 0,120", 1, "shade")]
    w, h = 2 * wide / (columns * 1.7), 92 / (rows * 1.7)
    for i in range(rows):
        for j in range(columns):
            x = -wide + (j + 0.5) * 2 * wide / columns - w / 2
            y = 5 + i * 92 / rows
            lit = rng.random() < 0.5
            parts.append(box(x, y, x + w, y + h, LIT if lit else "pane", bulge=0, glow=lit))
    return parts


def rocket(rng: Generator) -> Parts:
    """A rocket on its flame."""
    return [
        blob("-8,14 -10,2 0,-22! 10,2 8,14", "ffb02e", glow=True),
        blob("-4,14 -5,4 0,-8! 5,4 4,14", "fff3b0", glow=True),
        *both(blob("11,40 25,22 26,8! 12,16!", "sail", bulge=0.6)),
        blob("-11,12! -17,42 -12,76 0,101! 12,76 17,42 11,12!", "light"),
        blob("-11.4,78 0,101! 11.4,78 0,75", "sail"),
        oval(0, 56, 7.4, 7.4, "sail", bulge=0.5),
        oval(0, 56, 5.2, 5.2, WINDOW, bulge=0.5),
        box(-11.6, 11, 11.6, 15, "5a5e66", bulge=0.6),
    ]


def robot(rng: Generator) -> Parts:
    """A friendly robot."""
    return [
        line("0,92 0,101", 1.4, "shade"),
        oval(0, 101, 2.8, 2.8, "d8432f", glow=True),
        *both(line("22,52 33,42 33,26", 6, "shade", bulge=0.8), oval(33, 24, 5, 5, "body")),
        *both(box(5, 2, 14, 24, "shade", bulge=0.7), box(2.5, 0, 18, 6, "body", bulge=0.7)),
        blob("-22,58! -19,22! 19,22! 22,58!", "body", bulge=0.6),
        box(-12, 32, 12, 50, "light", bulge=0.3),
        *(oval(x, 45, 2.2, 2.2, c) for x, c in ((-7, "d8432f"), (0, "e8b02e"), (7, "4f9a4a"))),
        line("-9,37 -3,37 0,41 3,34 6,37 9,37", 1, "2b3a4a"),
        box(-5, 57, 5, 64, "shade", bulge=0.6),
        blob("-20,92! -22,64! 22,64! 20,92!", "body", bulge=0.6),
        *both(oval(9, 80, 6, 6, "20262e"), oval(9, 80, 4, 4, "8fe6f0", bulge=0.3, glow=True)),
        line("-9,69.5 9,69.5", 2.4, "20262e"),
        *both(oval(23, 78, 3, 5, "shade")),
    ]


def _window(left: float, low: float, wide: float, high: float) -> Sequence[Part]:
    right, top = left + wide, low + high
    return [
        box(left - 1.4, low - 1.4, right + 1.4, top + 1.4, "light"),
        box(left, low, right, top, WINDOW, bulge=0),
        line(f"{left + wide / 2},{low} {left + wide / 2},{top}", 1.1, "light"),
        line(f"{left},{low + high / 2} {right},{low + high / 2}", 1.1, "light"),
    ]


def _arch(x: float, low: float, wide: float, high: float, ink: str = WINDOW) -> Sequence[Part]:
    half, waist = wide / 2, low + high * 0.6
    left, right = x - half, x + half
    text = f"{left},{low}! {left},{waist} {x},{low + high} {right},{waist} {right},{low}!"
    return [blob(text, ink, bulge=0.1)]


def _battlements(left: float, right: float, y: float, count: int) -> Sequence[Part]:
    wide = (right - left) / (2 * count - 1)
    starts = [left + 2 * i * wide for i in range(count)]
    return [box(start, y - 1, start + wide, y + 5, "body") for start in starts]


def _sail(turn: float) -> Sequence[Part]:
    def at(along: float, across: float) -> str:
        x = along * cos(turn) - across * sin(turn)
        return f"{x:.2f},{66 + along * sin(turn) + across * cos(turn):.2f}!"

    frame = " ".join([at(10, 0), at(44, 0), at(44, 10), at(10, 10)])
    bars = [line(f"{at(d, 0)} {at(d, 10)}", 0.6, "5a4030") for d in (18, 27, 36)]
    return [
        blob(frame, "sail", bulge=0),
        *bars,
        line(f"{at(0, 0)} {at(46, 0)}", 1.8, "4a3526"),
    ]


def _smoke(x: float, y: float, rng: Generator) -> Sequence[Part]:
    drift = float(rng.uniform(3, 8))
    puffs = [oval(i * drift, i * 6.0, 3.4 + i * 1.3, 3 + i, "e4e2de", bulge=0.3) for i in range(4)]
    return all_moved(puffs, x, y + 3)
