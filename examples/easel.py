"""An easel for drawing with numbers: smooth shapes, round shading and soft light on one picture."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from collage.painting.canvas import Picture, Plane, blur, clip, mix, positions, resize

Shape = Sequence[tuple[float, float]]
Outline = NDArray[np.float64] | Shape


def colour(code: str) -> NDArray[np.float32]:
    """A colour written as "rrggbb", (3,) float32 in 0..1."""
    return np.array([int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)


def points(text: str, at: tuple[float, float] = (0, 0), mirror: float = 1) -> Shape:
    """Places written as "x,y x,y", moved to `at`; a `mirror` of -1 turns them left to right."""
    pairs = (pair.split(",") for pair in text.split())
    return [(at[0] + mirror * float(x), at[1] + float(y)) for x, y in pairs]


def curve(knots: Shape, closed: bool = True) -> NDArray[np.float64]:
    """A smooth line through the knots, (N, 2): Catmull-Rom, 14 steps between two knots."""
    places = np.asarray(knots, np.float64)
    count = len(places)
    spans = count if closed else count - 1
    t = np.linspace(0, 1, 14, endpoint=False)[:, None]
    pieces = []
    for i in range(spans):
        around = np.arange(i - 1, i + 3)
        around = around % count if closed else np.clip(around, 0, count - 1)
        a, b, c, d = places[around]
        pieces.append(
            0.5
            * (
                2 * b
                + (c - a) * t
                + (2 * a - 5 * b + 4 * c - d) * t**2
                + (3 * b - a - 3 * c + d) * t**3
            )
        )
    if not closed:
        pieces.append(places[-1:])
    return np.concatenate(pieces)


def ellipse(cx: float, cy: float, rx: float, ry: float, lean: float = 0) -> NDArray[np.float64]:
    """The outline of an ellipse, (N, 2), leaning clockwise by `lean` radians."""
    t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    x, y = rx * np.cos(t), ry * np.sin(t)
    turned = [cx + x * np.cos(lean) - y * np.sin(lean), cy + x * np.sin(lean) + y * np.cos(lean)]
    return np.stack(turned, axis=1)


class Easel:
    """A picture being drawn; places and lengths are in units of a 1024 x 1024 sheet."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.scale = side / 1024
        self.picture: Picture = np.zeros((side, side, 3), np.float32)

    def mask(self, outline: Outline, soft: float = 0) -> Plane:
        """1 inside the outline and 0 outside, (H, W), its border softened by `soft` units."""
        return self.masks([outline], soft)

    def masks(self, outlines: Sequence[Outline], soft: float = 0) -> Plane:
        """The mask of many outlines at once."""
        plane = np.zeros((self.side, self.side), np.uint8)
        for outline in outlines:
            cv2.fillPoly(plane, [self._fixed(outline)], (255,), cv2.LINE_AA, 4)
        return blur(np.asarray(plane, np.float32) / 255, soft * self.scale)

    def line(self, path: Outline, width: float, soft: float = 0) -> Plane:
        """1 on a line of `width` units, (H, W)."""
        return self.lines([path], width, soft)

    def lines(self, paths: Sequence[Outline], width: float, soft: float = 0) -> Plane:
        """The mask of many lines at once."""
        plane = np.zeros((self.side, self.side), np.uint8)
        pen = max(1, round(width * self.scale))
        for path in paths:
            cv2.polylines(plane, [self._fixed(path)], False, (255,), pen, cv2.LINE_AA, 4)
        return blur(np.asarray(plane, np.float32) / 255, soft * self.scale)

    def _fixed(self, outline: Outline) -> NDArray[np.int32]:
        """Points in sixteenths of a pixel, as OpenCV draws them."""
        return np.round(np.asarray(outline, np.float64) * self.scale * 16).astype(np.int32)

    def tint(self, mask: Plane, code: str, amount: float = 1.0) -> None:
        """Lays one colour over the picture through the mask."""
        left, top, width, height = cv2.boundingRect((mask > 0).astype(np.uint8))
        box = slice(top, top + height), slice(left, left + width)
        self.picture[box] = mix(self.picture[box], colour(code), mask[box] * amount)

    def wash(self, mask: Plane, top: str, bottom: str, rows: tuple[float, float]) -> None:
        """Lays a gradient from `top` to `bottom`, between two rows in units, through the mask."""
        _, y = positions(mask.shape)
        low, high = rows[0] * self.scale, rows[1] * self.scale
        t = clip((y - low) / (high - low))[..., None]
        self.picture = mix(self.picture, mix(colour(top), colour(bottom), t), mask)

    def round(self, mask: Plane, size: float, strength: float = 0.5) -> None:
        """Shades what lies in the mask as if it swelled by `size` units, lit from upper left."""
        # Slopes are taken on a small copy: they are smooth there, and so is their enlargement.
        reduce = max(1, int(size * self.scale / 4))
        swell = blur(resize(mask, (self.side // reduce,) * 2), size * self.scale / reduce)
        dx = np.asarray(cv2.Sobel(swell, cv2.CV_32F, 1, 0), np.float32)
        dy = np.asarray(cv2.Sobel(swell, cv2.CV_32F, 0, 1), np.float32)
        slope = resize(dx * 0.8 + dy * 0.6, mask.shape)
        light = np.tanh(slope * (size * self.scale / reduce * 0.8))
        light = light * strength * mask
        shadow = np.minimum(light, 0)[..., None] * np.array([1.0, 0.94, 0.82], np.float32)
        gleam = np.maximum(light, 0)[..., None] * np.array([0.34, 0.31, 0.24], np.float32)
        self.picture = clip(self.picture * (1 + shadow) + gleam)

    def shadow(self, mask: Plane, dx: float, dy: float, soft: float, amount: float) -> None:
        """Darkens the picture where the mask, moved by (dx, dy), would cast its shadow."""
        move = np.array([[1, 0, dx * self.scale], [0, 1, dy * self.scale]], np.float32)
        cast = np.asarray(cv2.warpAffine(mask, move, (self.side, self.side)), np.float32)
        cast = blur(cast, soft * self.scale) * amount
        dark = self.picture * np.array([0.30, 0.30, 0.42], np.float32)
        self.picture = mix(self.picture, dark, cast)
