"""The sheet: a picture being drawn, and the light everything on it stands in."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from collage.painting.canvas import Picture, Plane, Values, blur, mix, positions
from collage.painting.colour import inks
from collage.painting.noise import clouds
from collage.painting.scenes.moods import Mood
from collage.painting.scenes.shapes import Part, Parts

LEAST = 32
"""The shortest side of a tile, in pixels."""


@dataclass
class Sheet:
    """A picture in progress; places are in pixels, y down."""

    picture: Picture
    mood: Mood
    rng: Generator
    light_x: float = -0.6
    """Where the light comes from: -1 from the left, 1 from the right."""

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.picture.shape[1])

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.picture.shape[0])

    @property
    def side(self) -> float:
        """What sizes are measured by, in pixels: a little more than the shorter side.

        One that is thinner than a tile may be is not filled with ever more and smaller things.
        """
        shorter = min(self.height, self.width * 1.15, self.height * 1.15)
        return float(max(shorter, min(self.width / 16, LEAST)))

    def noise(self, cell: float, octaves: int = 3) -> Plane:
        """Clouds of the sheet's size around 0, -0.5..0.5; `cell` as a share of its side."""
        return clouds(self.picture.shape, max(2.0, cell * self.side), self.rng, octaves) - 0.5

    def positions(self) -> tuple[Plane, Plane]:
        """The x and the y of every pixel."""
        return positions(self.picture.shape)

    def lay(self, colours: Values, amount: Plane) -> None:
        """Colours, one or a picture, laid over with an opacity of (H, W)."""
        self.picture = mix(self.picture, colours, amount)

    def below(self, edge: Values, soft: float = 0.7) -> Plane:
        """1 below a line of (W,) heights in pixels, 0 above, its border `soft` pixels."""
        _, y = self.positions()
        return np.asarray(np.clip((y - edge[None, :]) / (2 * soft) + 0.5, 0, 1), np.float32)

    def shine(self, x: float, y: float, radius: float, colour: Values, strength: float) -> None:
        """A glow around a place."""
        across, down = self.positions()
        away = np.square((across - x) / radius) + np.square((down - y) / radius)
        self.lay(colour, np.asarray(strength * np.exp(-away), np.float32))

    def stamp(
        self,
        parts: Parts,
        own: Mapping[str, str],
        x: float,
        ground: float,
        height: float,
        *,
        flip: bool = False,
        haze: float = 0,
    ) -> None:
        """A figure standing at `x` on `ground`, `height` pixels tall.

        `own` are its colours by their names; `haze` is how much the air takes of it, 0..1.
        """
        scale = height / 100
        turn = np.array([-scale if flip else scale, -scale], np.float32)
        place = np.array([x, ground], np.float32)
        for part in parts:
            path = part.outline * turn + place
            room = part.width * scale + 3
            low = np.maximum(np.floor(path.min(axis=0) - room), 0).astype(int)
            high = np.ceil(path.max(axis=0) + room).astype(int)
            high = np.minimum(high, (self.width, self.height))
            if (high - low).min() < 1:
                continue
            rows, columns = slice(low[1], high[1]), slice(low[0], high[0])
            area = self.picture[rows, columns]
            cover = _cover(part, path - low, area.shape, scale)
            if cover.any():
                lit = self._lit(part, inks(own.get(part.ink, part.ink))[0], cover, scale)
                self.picture[rows, columns] = mix(area, mix(lit, self.mood.air, haze), cover)

    def _lit(self, part: Part, colour: Values, cover: Plane, scale: float) -> Picture:
        """The colour of a part as the light of the hour falls on its roundness."""
        base = np.broadcast_to(colour, (*cover.shape, 3))
        if part.glow:
            return base
        shade = np.zeros(cover.shape, np.float32)
        if part.bulge > 0:
            solid = np.pad((cover > 0.5).astype(np.uint8), 1)
            deep = np.asarray(cv2.distanceTransform(solid, cv2.DIST_L2, 3), np.float32)[1:-1, 1:-1]
            reach = max(1.0, float(deep.max()))
            round_ = blur(np.sqrt(np.minimum(1, deep / reach)), max(0.6, reach * 0.12))
            dx = np.asarray(cv2.Sobel(round_, cv2.CV_32F, 1, 0), np.float32)
            dy = np.asarray(cv2.Sobel(round_, cv2.CV_32F, 0, 1), np.float32)
            slope = (dx * -self.light_x + dy * 0.8) * reach * 0.35
            # The light comes from above on one side: slopes that rise towards it are bright.
            shade = np.asarray(np.tanh(slope) * 0.42 * part.bulge, np.float32)
        grain = clouds(cover.shape, max(2.0, 5 * scale), self.rng) - 0.5
        tone = 1 + np.asarray(shade + grain * 0.14, np.float32)[..., None]
        lit = base * tone + np.maximum(shade, 0)[..., None] * 0.12
        return np.asarray(np.clip(lit * self.mood.light, 0, 1), np.float32)


def _cover(part: Part, path: Values, shape: tuple[int, ...], scale: float) -> Plane:
    plane = np.zeros(shape[:2], np.uint8)
    fixed = np.round(path * 16).astype(np.int32)
    if part.width:
        thick = max(1, round(part.width * scale))
        cv2.polylines(plane, [fixed], False, (255,), thick, cv2.LINE_AA, 4)
    else:
        cv2.fillPoly(plane, [fixed], (255,), cv2.LINE_AA, 4)
    cover = np.asarray(plane, np.float32) / 255
    # A line thinner than a pixel is as faint as it is thin.
    return cover * min(1.0, part.width * scale) if part.width else cover
