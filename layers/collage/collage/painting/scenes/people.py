"""People, as parts a hundred units tall."""

from numpy.random import Generator

from collage.painting.scenes.shapes import Parts, blob, both, line, oval

DARK = "17140f"


def woman(rng: Generator) -> Parts:
    """A woman's head and shoulders."""
    return _portrait(rng, long_hair=True)


def man(rng: Generator) -> Parts:
    """A man's head and shoulders."""
    return _portrait(rng, long_hair=False)


def _portrait(rng: Generator, *, long_hair: bool) -> Parts:
    hair = str(rng.choice(["2b211c", "5a3a22", "8a5a2c", "b98a4a", "3f342e", "7f3420"]))
    skin, warm = [("e9b98f", "d28f6c"), ("c98f63", "ab6f48"), ("8a5a3c", "6d432b"),
                  ("f0c9a8", "dfa087")][int(rng.integers(4))]  # fmt: skip
    eye = str(rng.choice(["4f7a9a", "5a4630", "5f7a46"]))
    behind = [blob("-23,86 -29,66 -27,44 -20,34 20,34 27,44 29,66 23,86 0,98", hair)]
    return [
        *(behind if long_hair else []),
        blob("-58,0! -54,18 -38,28 -14,33 14,33 38,28 54,18 58,0!", "body"),
        blob("-10,50 -10,34 -15,30 0,22 15,30 10,34 10,50", warm, bulge=0.7),
        blob("-15,31 0,20 15,31 19,28 0,13 -19,28", "light", bulge=0.5),
        blob("-21,74 -19,56 -11,43 0,39 11,43 19,56 21,74 16,90 0,96 -16,90", skin, bulge=0.55),
        *both(oval(21, 66, 3.2, 5.5, skin, bulge=0.6)),
        blob("-22,70 -24,86 -14,99 6,101 20,94 24,82 22,70 18,82 4,88 -12,84 -19,78", hair),
        *both(oval(8.6, 68, 4.4, 2.5, "fbf7ee", bulge=0.2), oval(8.6, 68, 2.3, 2.4, eye, bulge=0)),
        *both(oval(8.6, 68, 1.1, 1.2, DARK, bulge=0), line("4,70.6 9,71.4 13.4,69.4", 1, hair)),
        *both(line("4,76 9,77.6 14,75.6", 1.6, hair)),
        line("1,70 2.6,60 -1.6,58.4", 1.1, warm),
        blob("-6.5,51 -2,52.8 0,52 2,52.8 6.5,51 0,47.8", "b3504a", bulge=0.4),
        line("-6.5,51 0,50.4 6.5,51", 0.6, "6e2c2a"),
        line("-19,28 0,12 19,28", 1, "shade"),
    ]
