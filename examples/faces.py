"""Faces in the sample picture: skin, features, glasses."""

from dataclasses import dataclass

import numpy as np

from collage.painting.canvas import Plane
from examples.easel import Easel, Shape, curve, ellipse, points


def head(easel: Easel, face: Plane, at: tuple[float, float], skin: tuple[str, str]) -> None:
    """Skin: lit from the upper left, cool under the jaw, a blush on the cheeks."""
    cx, cy = at
    easel.wash(face, *skin, (cy - 70, cy + 130))
    easel.round(face, 34, 0.62)
    for side in (-1, 1):
        easel.tint(easel.mask(ellipse(cx + side * 38, cy + 34, 22, 17), 10) * face, "d0644e", 0.34)
        easel.tint(
            easel.mask(ellipse(cx + side * 60, cy + 46, 13, 44, side * 0.35), 10) * face,
            "8a4f3a",
            0.34,
        )
    easel.tint(easel.mask(ellipse(cx - 24, cy + 22, 15, 10), 7) * face, "fbdcbc", 0.5)
    easel.tint(easel.mask(ellipse(cx, cy + 112, 40, 14), 9) * face, "7d4a3c", 0.45)


def features(
    easel: Easel,
    face: Plane,
    at: tuple[float, float],
    size: float,
    brow: str,
    lips: tuple[str, str],
) -> None:
    """Eyes, brows, nose and mouth; offsets in units of a head of size 1."""
    on = _Place(face, at, size)
    for side in (-1, 1):
        _eye(easel, on, side)
        _lids(easel, on, side)
        arch = easel.mask(curve(on.spot(points("13,-26 30,-33 46,-25 30,-28", (0, 0), side))), 1)
        easel.tint(arch, brow, 0.9)
    _nose(easel, on)
    _mouth(easel, on, lips)


@dataclass(frozen=True)
class _Place:
    """Where on the easel a face is, and how large."""

    face: Plane
    at: tuple[float, float]
    size: float

    def spot(self, points: Shape) -> list[tuple[float, float]]:
        return [(self.at[0] + x * self.size, self.at[1] + y * self.size) for x, y in points]


def _eye(easel: Easel, on: _Place, side: int) -> None:
    (cx, cy), size = on.at, on.size
    socket = easel.mask(ellipse(cx + side * 29 * size, cy - 12 * size, 21 * size, 14 * size), 6)
    easel.tint(socket * on.face, "96583f", 0.5)
    white = easel.mask(
        curve(
            on.spot(
                [
                    (side * 29 - 15, -6),
                    (side * 29 - 6, -13),
                    (side * 29 + 6, -13),
                    (side * 29 + 15, -6),
                    (side * 29 + 5, -1),
                    (side * 29 - 5, -1),
                ],
            )
        ),
        0.6,
    )
    easel.tint(white, "f1e6d6")
    easel.tint(
        easel.mask(ellipse(cx + side * 29 * size, cy - 7.5 * size, 6.6 * size, 6.6 * size)) * white,
        "4a5a5e",
    )
    easel.tint(
        easel.mask(ellipse(cx + side * 29 * size, cy - 7.5 * size, 3.2 * size, 3.2 * size)) * white,
        "0f0f12",
    )
    easel.tint(
        easel.mask(ellipse(cx + (side * 29 - 2.4) * size, cy - 9.6 * size, 1.7 * size, 1.7 * size)),
        "ffffff",
    )


def _lids(easel: Easel, on: _Place, side: int) -> None:
    size = on.size
    lid = curve(
        on.spot(
            [
                (side * 29 - 16, -5),
                (side * 29 - 6, -14),
                (side * 29 + 6, -14),
                (side * 29 + 16, -5),
            ],
        ),
        closed=False,
    )
    easel.tint(easel.line(lid, 3.2 * size, 0.5), "3a2218", 0.95)
    fold = curve(
        on.spot([(side * 29 - 15, -13), (side * 29, -20), (side * 29 + 15, -13)]),
        closed=False,
    )
    easel.tint(easel.line(fold, 2 * size, 1), "7d4630", 0.6)
    bag = curve(on.spot([(side * 29 - 11, 4), (side * 29, 8), (side * 29 + 12, 3)]), closed=False)
    easel.tint(easel.line(bag, 2 * size, 1.4), "8e5138", 0.5)


def _nose(easel: Easel, on: _Place) -> None:
    (cx, cy), size = on.at, on.size
    shade = easel.mask(curve(on.spot(points("5,-14 9,10 15,30 8,38 2,34 3,8"))), 2.6)
    easel.tint(shade, "8f5138", 0.55)
    easel.tint(
        easel.line(curve(on.spot(points("-2,-12 -2.5,8 -3,24")), closed=False), 7 * size, 3),
        "fde2c6",
        0.6,
    )
    easel.tint(
        easel.mask(ellipse(cx - 2 * size, cy + 27 * size, 7 * size, 6 * size), 3), "fbdcbc", 0.55
    )


def _mouth(easel: Easel, on: _Place, lips: tuple[str, str]) -> None:
    (cx, cy), size = on.at, on.size
    base = curve(on.spot(points("-15,28 -12,36 -4,36 0,39 4,36 12,36 15,28")), closed=False)
    easel.tint(easel.line(base, 2.6 * size, 1), "7a3f2b", 0.75)
    upper = easel.mask(curve(on.spot(points("-23,61 -8,55.5 0,57.5 8,55.5 23,61 0,62.5"))), 0.8)
    easel.tint(upper, lips[0], 0.9)
    lower = easel.mask(curve(on.spot(points("-21,61.5 0,62.5 21,61.5 9,70 -9,70"))), 0.8)
    easel.tint(lower, lips[1], 0.9)
    easel.tint(
        easel.line(
            curve(on.spot(points("-25,60.5 -10,61.5 0,62.5 10,61.5 25,60.5")), closed=False),
            2.2 * size,
            0.4,
        ),
        "4c1f1a",
        0.95,
    )
    easel.tint(
        easel.line(curve(on.spot(points("-11,77 0,79 11,77")), closed=False), 4 * size, 2.4),
        "8a4c38",
        0.5,
    )
    easel.tint(
        easel.mask(ellipse(cx - 4 * size, cy + 88 * size, 13 * size, 8 * size), 5) * on.face,
        "f3c7a2",
        0.45,
    )


def glasses(easel: Easel, cx: float, cy: float) -> None:
    """Thin round frames with a glint."""
    for side in (-1, 1):
        lens = ellipse(cx + side * 32, cy, 27, 24)
        easel.tint(easel.mask(lens), "dfeaf0", 0.13)
        easel.tint(easel.line(np.concatenate([lens, lens[:1]]), 3), "3b2f20", 0.95)
        glint = easel.mask(
            [
                (cx + side * 32 - 18, cy + 8),
                (cx + side * 32 - 4, cy - 18),
                (cx + side * 32 + 2, cy - 18),
                (cx + side * 32 - 12, cy + 12),
            ],
            2,
        )
        easel.tint(glint, "ffffff", 0.30)
        easel.tint(
            easel.line([(cx + side * 59, cy - 4), (cx + side * 76, cy - 8)], 3), "3b2f20", 0.9
        )
    bridge = curve(points("-6,-2 0,-8 6,-2", (cx, cy)), closed=False)
    easel.tint(easel.line(bridge, 3), "3b2f20", 0.95)
