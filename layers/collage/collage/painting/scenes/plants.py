"""Trees, flowers and fruit, as parts a hundred units tall."""

import numpy as np
from numpy.random import Generator

from collage.painting.scenes.shapes import Part, Parts, all_moved, blob, line, oval


def tree(rng: Generator) -> Parts:
    """A broad tree of many leaves."""
    parts: list[Part] = [
        blob("-7,0! -4,16 -4,44! 4,44! 4,16 8,0!", "trunk"),
        line("0,36 -14,54", 3, "trunk"),
        line("0,38 13,56", 2.6, "trunk"),
    ]
    for ink, count, reach in (("shade", 9, 1.0), ("body", 12, 0.92), ("light", 7, 0.7)):
        for _ in range(count):
            angle, away = rng.uniform(0, 2 * np.pi), np.sqrt(rng.random()) * reach
            x, y = 27 * away * np.cos(angle), 66 + 24 * away * np.sin(angle)
            if ink == "light":
                x, y = x - 6, y + 7
            size = rng.uniform(8, 13) * (0.7 if ink == "light" else 1)
            parts.append(oval(float(x), float(y), float(size), float(size * 0.85), ink))
    return parts


def pine(rng: Generator) -> Parts:
    """A pine in tiers."""
    parts: list[Part] = [line("0,0 0,30", 5, "trunk", bulge=0.6)]
    tiers = 5
    for i in range(tiers):
        low, wide = 12 + i * 16, 30 - i * 5.2
        ink = "body" if i % 2 else "shade"
        drop = float(rng.uniform(2, 5))
        parts.append(
            blob(f"{-wide},{low - drop}! {-wide / 2},{low + 3} 0,{low - 1} {wide / 2},{low + 3} "
                 f"{wide},{low - drop}! {wide * 0.35},{low + 13} 0,{low + 27}! "
                 f"{-wide * 0.35},{low + 13}", ink, bulge=0.7)
        )  # fmt: skip
    return parts


def palm(rng: Generator) -> Parts:
    """A palm leaning with the wind."""
    lean = float(rng.uniform(6, 16))
    parts: list[Part] = [line(f"0,0 {lean * 0.3},40 {lean},80", 5, "trunk", bulge=0.8)]
    for angle in np.linspace(-0.5, 3.6, 8) + rng.normal(0, 0.1, 8):
        x, y = float(np.cos(angle)), float(np.sin(angle))
        tip = (lean + 38 * x, 80 + 20 * y - 14)
        arch = (lean + 22 * x, 80 + 20 * y + 3)
        under = (lean + 20 * x, 80 + 16 * y - 6)
        parts.append(
            blob(f"{lean},80! {arch[0]},{arch[1]} {tip[0]},{tip[1]}! {under[0]},{under[1]}",
                 "body" if y > 0.3 else "shade", bulge=0.5)
        )  # fmt: skip
    return [*parts, *(oval(lean + d, 77, 3, 3, "7a4f2c") for d in (-3, 3))]


def flower(rng: Generator) -> Parts:
    """One flower on its stalk: daisy, tulip, poppy or sunflower by chance."""
    bend = float(rng.uniform(-8, 8))
    stalk = [
        line(f"0,0 {bend * 0.4},40 {bend},78", 2.2, "stalk", bulge=0.6),
        blob("0,14! 12,22 24,42! 8,36", "leaf", bulge=0.6),
        blob("0,24! -12,30 -22,50! -8,46", "leaf", bulge=0.6),
    ]
    kind = int(rng.integers(3))
    if kind == 0:
        head: list[Part] = [
            blob("0,-16 -11,-9 -14,8 -9,20! -4,9 0,22! 4,9 9,20! 14,8 11,-9", "body"),
            blob("-4,-14 -8,0 0,22! 8,0 4,-14", "light", bulge=0.6),
        ]
    else:
        count = 16 if kind == 1 else 7
        wide = 4.2 if kind == 1 else 9.5
        turns = np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(0, 1)
        head = [
            oval(float(13 * np.cos(a)), float(13 * np.sin(a)), 10.5, wide,
                 "body" if i % 2 else "light", lean=float(a), bulge=0.6)
            for i, a in enumerate(turns)
        ]  # fmt: skip
        head.append(oval(0, 0, 8, 8, "heart"))
    return [*stalk, *all_moved(head, bend, 82, 0.8)]


def bouquet(rng: Generator) -> Parts:
    """A vase of flowers."""
    parts: list[Part] = []
    for x in np.linspace(-30, 30, 7) + rng.normal(0, 3, 7):
        y = float(rng.uniform(56, 88) - abs(x) * 0.4)
        parts.append(line(f"{x * 0.1},36 {x * 0.5},{y * 0.75} {x},{y}", 1.5, "stalk"))
        if rng.random() < 0.7:
            parts.append(
                oval(float(x) * 0.8, y * 0.8, 8, 3.4, "leaf", lean=float(rng.uniform(0, 3)))
            )
    places = [(float(x), float(y)) for y, row in ((60, 4), (74, 4), (88, 3))
              for x in np.linspace(-27, 27, row) * (1.15 - (y - 60) / 90)]  # fmt: skip
    for x, y in places:
        kind = str(rng.choice(["body", "light", "sail"]))
        u, v = x + float(rng.normal(0, 3)), y + float(rng.normal(0, 3))
        turns = np.linspace(0, 2 * np.pi, 7, endpoint=False) + rng.uniform(0, 1)
        parts += [oval(u + 5 * float(np.cos(a)), v + 5 * float(np.sin(a)), 5, 3.6, kind,
                       lean=float(a), bulge=0.6) for a in turns]  # fmt: skip
        parts.append(oval(u, v, 3, 3, "heart"))
    return [
        *parts,
        blob("-10,40! -8,34 -18,22 -15,4 -9,0! 9,0! 15,4 18,22 8,34 10,40!", "vase"),
        line("-10,39 0,37.5 10,39", 1.6, "shade"),
        line("-17,20 0,17 17,20", 2.2, "shade"),
    ]


def apple(rng: Generator) -> Parts:
    """An apple with its leaf."""
    return [
        blob("0,78 -18,88 -40,80 -48,54 -40,22 -20,2 0,6 20,2 40,22 48,54 40,80 18,88", "body"),
        oval(-20, 60, 10, 16, "light", lean=0.3, bulge=0.2),
        oval(0, 79, 12, 4, "shade", bulge=0),
        line("0,77 3,90 9,100", 3.4, "5a4030", bulge=0.6),
        blob("5,90! 18,102 38,98! 24,86", "leaf", bulge=0.7),
    ]


def fruit(rng: Generator) -> Parts:
    """A bowl of fruit."""
    parts: list[Part] = []
    kinds = ["c8352b", "e0892b", "d9b23a", "8aa33c", "7a3550"]
    for x, y in ((-30, 52), (-10, 50), (12, 51), (32, 52), (-20, 66), (2, 68), (22, 66), (2, 84)):
        ink = str(rng.choice(kinds))
        parts += [oval(x, y, 14, 13.5, ink), line(f"{x},{y + 12} {x + 2},{y + 18}", 1.6, "4a3526")]
    return [
        *parts,
        blob("-56,50! -46,24 -22,8 22,8 46,24 56,50! 0,42", "vase"),
        blob("-20,8! -24,0! 24,0! 20,8!", "vase", bulge=0.5),
        line("-54,46 0,38 54,46", 2, "shade"),
    ]
