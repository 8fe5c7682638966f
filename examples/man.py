"""The man in the sample picture, and his pitchfork."""

import numpy as np

from collage.painting.canvas import Plane
from examples.easel import Easel, curve, ellipse, points
from examples.faces import features, glasses, head


def man(easel: Easel) -> None:
    """Dark jacket over overalls, striped shirt, round glasses, the fork held upright."""
    cx, cy = 672.0, 424.0
    body = easel.mask(
        curve(
            points(
                "446,1080 452,880 470,740 520,656 606,612 740,612 836,650 896,736 922,880 934,1080"
            )
        )
    )
    easel.shadow(body, 18, 4, 16, 0.65)
    _shirt(easel, body)
    _overalls(easel)
    _jacket(easel)
    _collar(easel)
    for side in (-1, 1):
        ear = easel.mask(ellipse(cx + side * 77, cy + 6, 14, 29, side * -0.12))
        easel.tint(ear, "c98a68")
        easel.round(ear, 8, 0.6)
    face = easel.mask(
        curve(
            points(
                "0,-136 46,-124 73,-78 75,-10 68,44 46,96 20,120 0,124 -20,120 -46,96 "
                "-68,44 -75,-10 -73,-78 -46,-124",
                (cx, cy),
            )
        )
    )
    easel.shadow(face, 8, 30, 12, 0.6)
    head(easel, face, (cx, cy), ("e3ad86", "bf7d5a"))
    features(easel, face, (cx, cy), 1.08, "6d6459", ("8c4a40", "a0605a"))
    for side in (-1, 1):
        crease = curve(
            points("20,36 34,54 36,76", (cx, cy), side),
            closed=False,
        )
        easel.tint(easel.line(crease, 3.4, 2), "8a4e34", 0.6)
        tuft = easel.mask(
            curve(points("70,-84 80,-50 78,-12 66,-20 62,-62", (cx, cy), side)),
            2.5,
        )
        easel.tint(tuft, "8d877c", 0.95)
    for y in (-88, -74):
        brow = curve([(cx - 34, cy + y + 3), (cx, cy + y - 2), (cx + 34, cy + y + 3)], closed=False)
        easel.tint(easel.line(brow, 2.6, 1.6), "9a6042", 0.5)
    easel.tint(easel.mask(ellipse(cx - 18, cy - 104, 30, 16, -0.3), 9) * face, "fbe0c0", 0.65)
    glasses(easel, cx, cy - 8)
    _pitchfork(easel)


def _shirt(easel: Easel, body: Plane) -> None:
    shirt = easel.mask(curve(points("590,1080 590,700 612,610 672,636 734,610 764,700 772,1080")))
    easel.tint(body, "2c3038")
    easel.wash(shirt, "efe9db", "cdc5b4", (610, 900))
    for x in range(596, 772, 13):
        easel.tint(easel.line([(x, 620), (x + 3, 860)], 2.4) * shirt, "6f8ba6", 0.55)
    easel.tint(
        easel.mask(curve(points("656,640 688,640 690,900 658,900")), 2) * shirt,
        "faf4e6",
        0.6,
    )
    for y in (668, 712, 756):
        easel.tint(easel.mask(ellipse(673, y, 5, 5)), "b59a6a")


def _collar(easel: Easel) -> None:
    neck = easel.mask(curve(points("628,520 716,520 720,590 734,624 672,650 610,624 624,590")))
    easel.wash(neck, "a66f50", "cf9a76", (530, 640))
    easel.round(neck, 22, 0.5)
    band = easel.mask(
        curve(
            points(
                "606,616 640,634 672,640 704,634 738,616 740,634 706,656 672,662 638,656 604,634"
            )
        )
    )
    easel.tint(band, "f6f0e2")
    easel.round(band, 6, 0.5)
    easel.tint(easel.mask(ellipse(672, 651, 6, 6)), "c99a3e")


def _overalls(easel: Easel) -> None:
    """A denim bib on two straps."""
    bib = easel.mask(curve(points("588,1090 592,900 604,812 672,800 746,812 762,900 772,1090")))
    easel.shadow(bib, 3, 5, 6, 0.4)
    easel.wash(bib, "5c7899", "34475f", (800, 1030))
    easel.round(bib, 26, 0.45)
    for side in (-1, 1):
        strap = easel.line([(674 + side * 62, 640), (674 + side * 56, 826)], 21)
        easel.shadow(strap, 3, 3, 3, 0.4)
        easel.tint(strap, "54708f")
        easel.tint(
            easel.line([(674 + side * 56 - 8, 650), (674 + side * 52 - 8, 820)], 1.6),
            "c9d2d6",
            0.55,
        )
        easel.tint(easel.mask(ellipse(674 + side * 56, 826, 9, 9)), "d2a545")
        easel.tint(easel.mask(ellipse(674 + side * 56 - 2, 824, 3, 3)), "fff0c0")
    pocket = easel.mask(points("628,866 718,866 714,950 673,962 632,950"))
    easel.tint(pocket, "6a87a8", 0.7)
    seam = points("632,870 635,946 673,957 711,946 714,870 632,870")
    easel.tint(easel.line(seam, 1.8), "dcc79a", 0.8)
    easel.tint(easel.line(points("600,822 672,811 750,822"), 1.8), "dcc79a", 0.8)


def _jacket(easel: Easel) -> None:
    """Both fronts hanging open, lapels, folds of the sleeves."""
    fronts = (
        points("446,1090 452,880 470,740 520,656 598,616 616,700 606,860 598,1090"),
        points("934,1090 922,880 896,736 836,650 748,616 738,700 752,860 766,1090"),
    )
    for front in fronts:
        cloth = easel.mask(curve(front))
        easel.shadow(cloth, 6, 4, 7, 0.5)
        easel.wash(cloth, "39404c", "1b1e26", (620, 1040))
        easel.round(cloth, 40, 0.8)
    for side in (-1, 1):
        lapel = easel.mask(
            points("76,622 104,640 128,742 98,760 74,880 58,720", (673, 0), side),
            0.6,
        )
        easel.shadow(lapel, 4, 5, 5, 0.5)
        easel.tint(lapel, "414956")
        easel.round(lapel, 8, 0.5)
        for fold in (
            points("0,700 12,800 2,900 10,1030"),
            points("36,760 26,860 40,990"),
        ):
            path = curve([(673 + side * (188 + x), y) for x, y in fold], closed=False)
            easel.tint(easel.line(path, 8, 5), "6b7484", 0.42)
            easel.tint(easel.line(path + np.array([9, 0]), 9, 5), "0b0c10", 0.5)


def _pitchfork(easel: Easel) -> None:
    """Three tines, a worn shaft, and the hand that holds it."""
    x = 508.0
    shaft = easel.mask([(x - 8, 690), (x + 8, 690), (x + 11, 1090), (x - 9, 1090)])
    easel.shadow(shaft, 12, 4, 6, 0.55)
    easel.wash(shaft, "b98a52", "8a5f33", (690, 1030))
    easel.round(shaft, 6, 0.7)
    tines = (
        curve([(x - 44, 452), (x - 46, 560), (x - 42, 640), (x - 20, 676), (x, 694)], closed=False),
        curve([(x, 440), (x, 560), (x, 700)], closed=False),
        curve([(x + 44, 452), (x + 46, 560), (x + 42, 640), (x + 20, 676), (x, 694)], closed=False),
    )
    for tine in tines:
        iron = easel.line(tine, 9)
        easel.shadow(iron, 9, 5, 5, 0.5)
        easel.tint(iron, "5c6268")
        easel.tint(easel.line(tine - np.array([2, 0]), 2.4, 0.6), "dfe3e2", 0.85)
    easel.tint(easel.line([(x, 684), (x, 728)], 17), "4a4f55")
    easel.tint(easel.line([(x - 4, 686), (x - 4, 726)], 3, 1), "aeb4b6", 0.8)
    cuff = easel.mask(curve(points("552,842 640,850 640,936 552,918")))
    easel.wash(cuff, "343a46", "1b1e26", (840, 940))
    easel.round(cuff, 20, 0.7)
    palm = easel.mask(
        curve(points("484,846 520,828 566,840 584,876 566,916 520,926 486,908 476,876"))
    )
    easel.shadow(palm, 6, 9, 6, 0.55)
    easel.wash(palm, "dda47c", "b9785a", (830, 926))
    easel.round(palm, 16, 0.6)
    for number in range(4):
        y = 848 + number * 20
        finger = easel.mask(ellipse(506, y, 33, 11.5, 0.06))
        easel.tint(finger, "dca27a")
        easel.round(finger, 8, 0.75)
        easel.tint(easel.line([(478, y + 11), (534, y + 11)], 2.4, 0.8), "7a432f", 0.7)
    thumb = easel.mask(ellipse(538, 838, 13, 30, -0.5))
    easel.tint(thumb, "e3ab84")
    easel.round(thumb, 9, 0.6)
