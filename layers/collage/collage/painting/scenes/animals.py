"""Animals, as parts a hundred units tall."""

from numpy.random import Generator

from collage.painting.scenes.shapes import Parts, blob, both, box, line, oval

DARK = "17140f"


def cat(rng: Generator) -> Parts:
    """A cat sitting upright, facing us."""
    marks = []
    if rng.random() < 0.6:
        marks += [line("0,89 0,82", 1.6, "shade"), *both(line("5,89 4,82", 1.5, "shade"))]
        marks += both(line("25,20 16,22", 2, "shade"), line("25,28 16,29", 2, "shade"))
        marks += both(line("22,37 15,37", 2, "shade"), line("23,72 17,71", 1.4, "shade"))
    eye = str(rng.choice(["a8c24a", "d9a93a", "6fb3a8"]))
    return [
        line("18,6 34,3 46,11 47,27 39,39", 8.5, "body", bulge=0.8),
        blob("-13,62 -21,44 -27,20 -24,1! 24,1! 27,20 21,44 13,62", "body"),
        blob("-8,60 -10,44 -5,26 5,26 10,44 8,60", "light", bulge=0.5),
        *both(blob("3,40 3.5,4 13,4 13,38 9,46", "body", bulge=0.7)),
        *both(oval(9, 4.5, 7, 4.6, "light", bulge=0.7)),
        blob(
            "0,89 -8,89 -12,92 -21,103! -24,84 -25,74 -20,63 -9,57 0,56 9,57 20,63 25,74 24,84 "
            "21,103! 12,92 8,89",
            "body",
        ),
        *both(blob("19.5,98! 21.5,87 13.5,90!", "c98f86", bulge=0.2)),
        *marks,
        *both(oval(4.2, 65.5, 5.4, 4.4, "light", bulge=0.6)),
        *both(oval(10, 75.5, 5, 5.2, "1e1a16", bulge=0), oval(10, 75.5, 4.4, 4.7, eye, bulge=0.3)),
        *both(oval(10, 75.5, 1.5, 4.3, DARK, bulge=0)),
        *both(oval(8.8, 77.4, 1.1, 1.1, "ffffff", bulge=0)),
        blob("-3,71 3,71 0,67.5", "b5655f", bulge=0.4),
        *both(line("0,68 1,65 4.5,64", 0.8, "4a2d28")),
        *both(line("7,67 27,70", 0.5, "f6f0e2"), line("7,65.5 27,63", 0.5, "f6f0e2")),
    ]


def dog(rng: Generator) -> Parts:
    """A dog sitting, with hanging ears and its tongue out."""
    patch = [oval(11, 80, 8.5, 9, "shade", bulge=0.4)] if rng.random() < 0.6 else []
    return [
        line("18,8 32,10 42,22 44,36", 6.5, "body", bulge=0.8),
        blob("-15,62 -22,42 -28,18 -25,1! 25,1! 28,18 22,42 15,62", "body"),
        blob("-9,62 -11,44 -5,28 5,28 11,44 9,62", "light", bulge=0.5),
        *both(blob("4,42 4,4 14,4 14,42 9,48", "body", bulge=0.7)),
        *both(oval(9.5, 4.5, 8, 4.8, "light", bulge=0.7)),
        blob("-14,96 -20,84 -18,68 -10,56 10,56 18,68 20,84 14,96 0,100", "body"),
        *patch,
        *both(blob("12,97 22,95 29,82 29,66 23,60 18,70 17,86", "shade", bulge=0.8)),
        blob("-9,76 -12,64 -7,56 7,56 12,64 9,76 0,80", "light", bulge=0.8),
        blob("-3.5,58 -4,50 0,47 4,50 3.5,58", "d8707a", bulge=0.5),
        line("-7,60 -3,58 0,60 3,58 7,60", 1.1, DARK),
        line("0,60 0,68", 0.9, DARK),
        oval(0, 70.5, 5.2, 3.8, DARK, bulge=0.8),
        oval(-1.4, 72, 1.5, 0.8, "b8b4ae", bulge=0),
        *both(oval(8, 82, 3.2, 3.6, DARK, bulge=0.5), oval(7, 83.4, 1, 1, "ffffff", bulge=0)),
        box(-12.5, 52, 12.5, 55.5, "b02f2a", bulge=0.6),
        oval(0, 51, 2.6, 2.8, "d9b23f"),
    ]


def fox(rng: Generator) -> Parts:
    """A fox sitting in its own tail."""
    return [
        blob("10,2 30,-1 46,8 54,28 50,48 42,30 28,18 14,14", "body"),
        blob("54,28 50,48 44,34 48,26", "light", bulge=0.5),
        blob("-11,60 -18,40 -22,18 -19,1! 19,1! 22,18 18,40 11,60", "body"),
        blob("-9,62 -11,46 0,28 11,46 9,62", "light", bulge=0.5),
        *both(blob("2.5,30 2.5,3 11,3 11,34", "body", bulge=0.7)),
        *both(blob("2.5,14 2.5,1 11.5,1 11,14", "2a211d", bulge=0.6)),
        blob("0,90 -9,89 -13,91 -20,108! -24,84 -27,70! -12,61 0,53 12,61 27,70! 24,84 20,108! "
             "13,91 9,89", "body"),
        *both(blob("19,102! 21,88 14,91!", "2a211d", bulge=0.2)),
        *both(blob("27,70! 12,61 0,53 2,66 10,73", "light", bulge=0.4)),
        *both(oval(9, 77, 2.8, 3.2, DARK, bulge=0.3), oval(8.2, 78, 0.9, 0.9, "ffffff", bulge=0)),
        oval(0, 56.5, 3.2, 2.6, DARK),
    ]  # fmt: skip


def rabbit(rng: Generator) -> Parts:
    """A rabbit upright on its hind legs."""
    return [
        oval(21, 12, 7, 6.5, "light"),
        oval(0, 25, 21, 25, "body"),
        oval(0, 23, 12, 18, "light", bulge=0.5),
        *both(oval(15, 4.5, 10.5, 5, "body"), oval(6.5, 33, 4.4, 7, "body")),
        *both(blob("5,64 2,80 5,98 10,101 14,96 15,78 11,62", "body", bulge=0.8)),
        *both(blob("7,66 5.5,80 8,95 10.5,94 12,78 10,66", "d9a39c", bulge=0.3)),
        oval(0, 56, 16, 14.5, "body"),
        *both(oval(4, 50.5, 5, 4.2, "light", bulge=0.6)),
        *both(oval(8, 60, 2.7, 3.4, DARK, bulge=0.4), oval(7.3, 61.4, 0.9, 0.9, "ffffff")),
        blob("-2,55.5 2,55.5 0,53", "c2706f", bulge=0.3),
        line("0,53 0,50", 0.6, "5a3a34"),
        *both(line("5,52 18,54", 0.4, "f4efe4"), line("5,51 18,49", 0.4, "f4efe4")),
    ]


def horse(rng: Generator) -> Parts:
    """A horse standing, seen from the side."""
    return [
        blob("-46,60 -56,52 -60,36 -57,18 -52,10 -50,26 -50,42 -42,52", "shade"),
        blob("-30,40 -28,22 -31,12 -30,1! -24,1! -24,12 -20,24 -16,38", "shade", bulge=0.6),
        blob("16,40 18,22 16,12 16,1! 22,1! 22,12 26,24 28,38", "shade", bulge=0.6),
        blob(
            "66,74 64,79 56,86 50,94 46,98 44,102! 41,97 34,91 26,80 16,68 2,63 -16,64 -30,67 "
            "-42,63 -47,53 -45,42 -40,33 -42,22 -43,12 -43,1! -36,1! -36,12 -33,24 -26,34 -10,33 "
            "6,32 20,34 24,22 23,12 23,1! 30,1! 30,12 32,24 36,38 40,52 45,66 52,71 60,69 65,70",
            "body",
        ),
        blob("44,101! 36,98 25,88 16,74 8,64 14,62 22,70 30,82 40,92", "shade", bulge=0.5),
        line("45,100 51,91 52,86", 2.4, "shade"),
        oval(50.5, 87, 1.3, 1.4, DARK, bulge=0),
        oval(63.5, 75, 0.9, 0.8, DARK, bulge=0),
        *(box(x, 0, x + 7.4, 3.4, "2b241f") for x in (-43.4, 22.8)),
    ]


def sheep(rng: Generator) -> Parts:
    """A sheep, all wool."""
    legs = [box(x, 0, x + 5, 30, "3a332d", bulge=0.6) for x in (-32, -20, 14, 26)]
    curls = [
        oval(float(x), float(y), 15, 14, "body", bulge=0.8)
        for x, y in zip(
            [-38, -28, -12, 6, 22, 34, 36, 20, 2, -16, -32, -20, 4, 20],
            [48, 64, 72, 74, 68, 56, 42, 34, 30, 30, 36, 50, 52, 50],
            strict=True,
        )
    ]
    return [
        *legs,
        *curls,
        blob("34,76 46,84 60,76 64,60 58,50 50,52 40,62", "3f3831"),
        oval(34, 74, 9, 3.6, "3f3831", lean=0.5),
        oval(40, 80, 12, 8, "body", bulge=0.7),
        oval(52, 70, 2, 2.3, "f3efe2", bulge=0),
        oval(52.6, 69.6, 1, 1.2, DARK, bulge=0),
    ]


def cow(rng: Generator) -> Parts:
    """A spotted cow, seen from the side."""
    legs = [box(x, 0, x + 8, 34, tone, bulge=0.7) for x, tone in
            ((-34, "shade"), (20, "shade"), (-46, "body"), (30, "body"))]  # fmt: skip
    spots = [oval(float(rng.uniform(-40, 26)), float(rng.uniform(40, 64)),
                  float(rng.uniform(6, 11)), float(rng.uniform(5, 8)), "shade", bulge=0.2)
             for _ in range(4)]  # fmt: skip
    return [
        line("-52,68 -58,54 -56,34", 2.4, "body"),
        oval(-58, 30, 3, 5, "shade"),
        *legs,
        oval(-14, 30, 8, 6, "d99a92"),
        blob("-54,60 -50,74 -20,76 14,74 34,78 42,62 40,40 28,30 0,28 -30,30 -50,36", "body"),
        *spots,
        blob("30,72 36,88 48,92 60,84 68,66 64,58 54,60 44,56", "body"),
        blob("58,66 68,68 70,60 64,55 57,58", "d9a59a", bulge=0.6),
        line("42,90 40,100 46,103", 2.4, "e2d6b8"),
        oval(33, 85, 8, 3.6, "shade", lean=2.6),
        oval(53, 80, 2, 2.4, DARK, bulge=0),
    ]


def elephant(rng: Generator) -> Parts:
    """An elephant, seen from the side."""
    legs = [box(x, 0, x + 15, 40, tone, bulge=0.9) for x, tone in
            ((-34, "shade"), (16, "shade"), (-50, "body"), (2, "body"))]  # fmt: skip
    nails = [oval(x, 1.6, 2, 1.8, "e6dccb") for x in (-46, -41, 6, 11)]
    return [
        line("-54,58 -60,44 -60,30", 2, "shade"),
        *legs,
        *nails,
        blob("-56,52 -54,76 -34,90 -6,92 20,86 30,60 24,36 0,30 -36,30 -52,36", "body"),
        blob("14,84 26,97 44,96 54,84 54,68 62,50 62,30 58,14 66,10 70,24 71,44 66,62 56,74",
             "body"),
        blob("54,80 54,68 61,52 61,30 57,16 62,8 69,12 71,30 70,48 64,64 60,74 38,52 22,60",
             "body"),
        blob("50,58 58,50 68,50 72,56! 66,54 58,55", "f4ead2", bulge=0.4),
        blob("18,90 2,86 -4,66 2,46 14,40 26,50 32,70 30,84", "shade"),
        oval(46, 80, 2.1, 2.3, DARK, bulge=0),
        oval(46.6, 80.8, 0.7, 0.7, "ffffff", bulge=0),
    ]  # fmt: skip


def bird(rng: Generator) -> Parts:
    """A small bird on a twig."""
    return [
        line("-60,14 -20,18 20,16 62,22", 3.2, "6a4a33", bulge=0.7),
        line("30,17 44,30 52,32", 1.8, "6a4a33"),
        oval(52, 35, 7, 3.6, "6f9440", lean=0.7),
        line("2,30 4,18", 1.8, "c98a3a"),
        line("12,30 13,18", 1.8, "c98a3a"),
        blob("-22,42 -48,24 -62,8! -56,4! -34,16 -14,32", "shade", bulge=0.6),
        blob("40,84 31,96 14,98 2,88 -10,70 -28,48 -28,36 -12,26 14,26 32,38 38,58", "body"),
        blob("33,74 38,58 32,38 14,27 2,30 8,48 20,64", "light", bulge=0.6),
        blob("2,72 14,66 16,50 4,38 -20,32 -44,22! -30,46 -14,62", "shade", bulge=0.8),
        line("-2,60 -14,48 -30,36", 1.1, "light"),
        blob("38,88! 55,82! 39,77!", "e0a030", bulge=0.5),
        oval(28, 86, 3.6, 3.8, DARK, bulge=0.3),
        oval(29, 87.4, 1.2, 1.2, "ffffff", bulge=0),
    ]


def owl(rng: Generator) -> Parts:
    """An owl that looks at us."""
    feathers = [
        line(f"{x - 3},{y + 2} {x},{y} {x + 3},{y + 2}", 1.2, "shade")
        for y in (20, 28, 36, 44)
        for x in (-8, 0, 8)
    ]
    return [
        line("-58,2 0,5 58,0", 4.5, "5f4330", bulge=0.8),
        blob("-20,86 -25,101! -31,80 -30,50 -26,22 -12,6 12,6 26,22 30,50 31,80 25,101! 20,86 0,90",
             "body"),
        oval(0, 34, 18, 27, "light", bulge=0.6),
        *feathers,
        *both(blob("24,66 34,46 30,20 20,12 22,34", "shade", bulge=0.8)),
        *both(oval(11.5, 72, 12.5, 13, "light", bulge=0.5), oval(11.5, 72, 7.6, 7.8, "e8a92c")),
        *both(oval(11.5, 72, 4.2, 4.4, DARK, bulge=0), oval(10, 74, 1.5, 1.5, "ffffff", bulge=0)),
        blob("-4,68 4,68 0,57!", "d99a3a"),
        *both(*(line(f"{x},8 {x + 1},1", 2.4, "d99a3a") for x in (5, 9))),
    ]  # fmt: skip


def fish(rng: Generator) -> Parts:
    """A fish, swimming."""
    bands = [line(f"{x},{50 + h} {x + 3},50 {x},{50 - h}", 5, "shade") for x, h in
             ((-22, 14), (4, 24))] if rng.random() < 0.7 else []  # fmt: skip
    return [
        blob("-44,52 -74,82 -80,78 -66,50 -80,22 -74,18 -44,48", "shade", bulge=0.6),
        blob("-24,68 -8,92 24,86 22,70", "shade", bulge=0.5),
        blob("-14,32 -4,12 12,16 10,32", "shade", bulge=0.5),
        blob("62,52 50,68 24,80 -8,76 -34,60 -50,50 -34,40 -8,24 24,20 50,34", "body"),
        *bands,
        blob("14,52 -4,60 -10,48 0,42", "shade", bulge=0.6),
        line("34,66 28,52 34,36", 1.4, "shade"),
        oval(44, 56, 5.4, 5.4, "f6f1e0", bulge=0.3),
        oval(45, 56, 3, 3.2, DARK, bulge=0),
        oval(46, 57.4, 1, 1, "ffffff", bulge=0),
        line("61,48 54,45", 1.2, "5a2f28"),
    ]


def butterfly(rng: Generator) -> Parts:
    """A butterfly with open wings."""
    return [
        *both(blob("2,52 20,86 48,98 62,84 54,60 26,48", "body", bulge=0.5)),
        *both(blob("2,48 26,48 48,38 50,18 34,6 14,18", "shade", bulge=0.5)),
        *both(blob("6,54 22,78 44,88 52,80 44,62 24,52", "light", bulge=0.3)),
        *both(oval(50, 84, 5, 5, DARK, bulge=0), oval(36, 24, 6, 7, "light", bulge=0.2)),
        *both(oval(36, 24, 3, 3.6, DARK, bulge=0)),
        *both(line("1,72 8,90 16,98", 1, DARK), oval(16.5, 98, 1.8, 1.8, DARK)),
        oval(0, 48, 3.6, 26, "2b211c"),
        oval(0, 73, 4, 4.4, "2b211c"),
    ]
