"""How a large collage is assembled: in bands of rows of pixels, each by a function of its own.

A band writes the tiles of the pyramid's largest levels, and hands on its part of the level above
them; what is smaller is made of those parts, joined. Bands end where rows of pyramid tiles end at
every level that they write, so that no tile belongs to two; rows of cells end elsewhere, and two
bands draw a row that both show a part of.
"""

from __future__ import annotations

from math import ceil

from collage.formats.deep_zoom import PREVIEW, Pyramid, levels
from collage.frozen import Frozen
from collage.sheet.geometry import Geometry

AT_ONCE = 10_000
"""Cells of a collage that one function assembles by itself; and of a band, about."""

BAND_PIXELS = 1_000_000_000
"""Pixels of a band, about: what a function reads, draws and encodes in a few minutes."""

FILE_CELLS = 100_000
"""Cells of a collage that is joined into one file too, at most: one function reads all of its
tiles, some 150 a second, in three quarters of its time."""


class Band(Frozen):
    """Rows of pixels from ``top`` to ``bottom``, that one not included.

    ``drawn`` are the same and those around them that its pyramid tiles show too: tiles overlap.
    """

    number: int
    top: int
    bottom: int
    drawn: tuple[int, int]


class Bands(Frozen):
    """A picture of ``size`` (width, height) divided into bands of ``height`` rows, the last less.

    ``levels`` is how many levels of the pyramid they write, from the largest on.
    """

    size: tuple[int, int]
    levels: int
    height: int

    @property
    def count(self) -> int:
        """How many there are."""
        return ceil(self.size[1] / self.height)

    def band(self, number: int) -> Band:
        """One of them, from 0 at the top."""
        top = number * self.height
        bottom = min(top + self.height, self.size[1])
        # A tile's overlap of one pixel at the last level, in pairs of rows that are halved once
        # more.
        around = Pyramid().overlap << self.levels
        drawn = max(0, top - around), min(bottom + around, self.size[1])
        return Band(number=number, top=top, bottom=bottom, drawn=drawn)


def is_large(rows: int, cols: int, at_once: int = AT_ONCE) -> bool:
    """Whether a collage has more cells than one function assembles by itself."""
    return rows * cols > at_once


def has_file(rows: int, cols: int) -> bool:
    """Whether a collage that is joined has one file of all of it, beside its pyramid."""
    return rows * cols <= FILE_CELLS


def count(place: Geometry, at_once: int = AT_ONCE) -> int:
    """How many bands a collage is assembled in; 0 where one function assembles it by itself."""
    large = is_large(place.rows, place.cols, at_once)
    return divided(place, at_once).count if large else 0


def divided(place: Geometry, at_once: int = AT_ONCE) -> Bands:
    """The bands of a collage: of as many levels as can be without bands becoming too large."""
    width, height = place.size
    wanted = max(ceil(place.rows * place.cols / at_once), ceil(width * height / BAND_PIXELS))
    sizes = levels(place.size)
    # The preview is a level of what is joined.
    most = next(number for number, sides in enumerate(sizes) if max(sides) <= PREVIEW)
    written = next((n for n in range(most, 0, -1) if height // _rows(n) >= wanted), 0)
    units = max(1, height // _rows(written) // wanted)
    return Bands(size=place.size, levels=written, height=units * _rows(written))


def _rows(written: int) -> int:
    """Rows of a row of tiles at the last of so many levels, by which bands of them begin."""
    return (Pyramid().tile_size << written) // 2
