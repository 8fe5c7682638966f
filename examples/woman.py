"""The woman in the sample picture."""

import numpy as np

from collage.painting.canvas import Plane
from examples.easel import Easel, curve, ellipse, points
from examples.faces import features, head


def woman(easel: Easel, rng: np.random.Generator) -> None:
    """Dark dress, patterned apron, white collar, hair parted in the middle and gathered behind."""
    cx, cy = 342.0, 478.0
    bun = easel.mask(ellipse(cx - 34, cy - 30, 60, 66))
    easel.tint(bun, "6b4524")
    easel.round(bun, 26, 0.7)
    body = easel.mask(
        curve(
            points(
                "110,1080 124,860 150,734 214,668 292,634 400,632 476,662 536,728 560,860 566,1080"
            )
        )
    )
    easel.shadow(body, 16, 6, 14, 0.6)
    easel.wash(body, "2b2f3f", "15161f", (630, 1030))
    easel.round(body, 60, 0.75)
    for fold in (
        points("182,740 170,850 184,1030"),
        points("500,730 520,850 512,1030"),
        points("150,800 146,900 152,1030"),
    ):
        easel.tint(easel.line(curve(fold, closed=False), 9, 5), "535a74", 0.5)
    _apron(easel, rng, body)
    neck = easel.mask(curve(points("306,560 380,560 386,610 404,646 342,676 284,646 302,610")))
    easel.wash(neck, "b9805c", "d8a47c", (560, 670))
    easel.round(neck, 22, 0.5)
    for side in (-1, 1):
        collar = easel.mask(
            curve(points("0,676 34,650 62,632 96,652 84,690 36,718", (344, 0), side))
        )
        easel.shadow(collar, 3, 8, 5, 0.6)
        easel.tint(collar, "f4ecd9")
        easel.round(collar, 10, 0.45)
    easel.tint(easel.mask(ellipse(344, 684, 17, 21)), "c99a3e")
    brooch = easel.mask(ellipse(344, 684, 13, 17))
    easel.tint(brooch, "8c3a2a")
    easel.tint(easel.mask(ellipse(345, 684, 6, 10)) * brooch, "f6e5cd")
    face = easel.mask(
        curve(
            points(
                "0,-102 44,-88 66,-40 65,12 52,60 26,96 0,106 -26,96 -52,60 -65,12 -66,-40 -44,-88",
                (cx, cy),
            )
        )
    )
    easel.shadow(face, 6, 26, 12, 0.55)
    head(easel, face, (cx, cy), ("e9b994", "cf8f6a"))
    features(easel, face, (cx, cy), 0.92, "7a5634", ("9c4a40", "b4605a"))
    _hair(easel, cx, cy)


def _hair(easel: Easel, cx: float, cy: float) -> None:
    hair = easel.mask(
        curve(
            points(
                "1,-76 30,-66 54,-34 64,14 74,-18 72,-70 42,-112 0,-122 -42,-112 -72,-70 "
                "-74,-18 -64,14 -54,-34 -30,-66",
                (cx, cy),
            )
        )
    )
    easel.tint(hair, "8a5c30")
    easel.round(hair, 18, 0.7)
    for number in range(9):
        for side in (-1, 1):
            reach = 16 + number * 6.5
            strand = curve(
                [
                    (cx + side * 3, cy - 116 + number * 3.5),
                    (cx + side * reach * 0.8, cy - 108 + number * 4),
                    (cx + side * (52 + number * 2.2), cy - 62 + number * 3),
                    (cx + side * 68, cy - 8),
                ],
                closed=False,
            )
            easel.tint(easel.line(strand, 2.2, 0.8) * hair, ("c99a5c", "5a3818")[number % 2], 0.5)
    curl = curve(
        points("66,6 76,40 66,76 78,112", (cx, cy)),
        closed=False,
    )
    easel.tint(easel.line(curl, 4, 0.8), "7a4e26", 0.9)


def _apron(easel: Easel, rng: np.random.Generator, body: Plane) -> None:
    """A printed apron: small flowers on madder, edged with braid."""
    outline = curve(
        points("232,1080 240,860 256,760 300,738 344,746 392,738 434,760 454,860 468,1080")
    )
    apron = easel.mask(outline) * body
    easel.shadow(apron, 4, 4, 6, 0.4)
    easel.wash(apron, "8f3b2e", "5f221d", (740, 1030))
    buds = [
        (226 + column * 16.5 + (row % 2) * 8 + rng.uniform(-1, 1), 752 + row * 15.5)
        for row in range(20)
        for column in range(16)
    ]
    easel.tint(easel.masks([ellipse(x, y, 3.6, 3.6) for x, y in buds]) * apron, "efd9b0", 0.85)
    easel.tint(easel.masks([ellipse(x, y, 1.5, 1.5) for x, y in buds]) * apron, "5f221d")
    easel.round(apron, 30, 0.6)
    easel.tint(easel.line(outline, 6) * body, "e6d3ac", 0.9)
    for x in (288, 344, 402):
        easel.tint(
            easel.line(curve([(x, 780), (x - 6, 880), (x + 4, 1030)], closed=False), 10, 6) * apron,
            "34100e",
            0.45,
        )
