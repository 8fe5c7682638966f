"""A poster: the chosen or all of a collage on one page of a size, for a printer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from collage.export import traits
from collage.export.asked import Export
from collage.export.paper import INCH, Paper, paper_of, pixels
from collage.export.slices import Arrangement, arranged
from collage.fields.values import LEAST_DPI
from collage.formats.jpeg import JPEG
from collage.formats.pdf import Box, Page
from collage.sheet import lettering
from collage.steps.exports.drawn_sheet import Drawing, cell_of_width
from collage.steps.exports.kind import Material, Notes, Sink
from collage.steps.exports.printed import DPI, document, put_picture

MARGIN = 10.0
"""Millimetres left free at each side, unless the picture is to cover the page."""

NARROWEST = 16
"""Pixels across the narrowest cell."""


def check(material: Material) -> Notes:
    """Refuse a page that cannot be made, or pixels that are too few for it.

    Raises:
        InvalidRequest: naming the option, and what would do.
    """
    return Poster(material).notes


def ending(asked: Export) -> str:
    """What the file's name ends in."""
    return "pdf"


def write(material: Material, sink: Sink) -> Notes:
    """Write the page, a row of cells at a time."""
    poster = Poster(material)
    on, drawing = document(material, sink), poster.drawing
    dpi = poster.dpi
    said = drawing.description("jpeg")
    number = put_picture(on, drawing.size, drawing.strips(), dpi, said)
    on.page(poster.page, number)
    on.finish()
    return poster.notes


@dataclass(frozen=True)
class Poster:
    """A page, and the sheet of tiles that fits it."""

    material: Material

    @cached_property
    def paper(self) -> Paper:
        """What is printed on."""
        return paper_of(self.material.asked)

    @property
    def _covers(self) -> bool:
        return self.material.asked.fit == "cover"

    @cached_property
    def room(self) -> tuple[float, float]:
        """Millimetres across and down that the picture is to fill."""
        asked, paper = self.material.asked, self.paper
        if self._covers:
            return paper.width + 2 * paper.bleed, paper.height + 2 * paper.bleed
        margin = MARGIN if asked.margin is None else asked.margin
        room = paper.width - 2 * margin, paper.height - 2 * margin
        if min(room) <= 0:
            raise traits.wrong("margin", f"{margin:g} mm on each side leave nothing of the page")
        return room

    @cached_property
    def there(self) -> Arrangement:
        """Where the tiles lie."""
        material = self.material
        shape = self.room[0] / self.room[1]
        return arranged(material.manifest, material.tiles, material.asked, shape)

    @cached_property
    def dpi(self) -> int:
        """Pixels of an inch: as asked for, else as many as the tiles have, up to DPI."""
        return self.material.asked.dpi or max(LEAST_DPI, min(DPI, self._had(DPI)))

    @cached_property
    def drawing(self) -> Drawing:
        """The tiles at that size."""
        return self._fitted(self.dpi)

    @cached_property
    def notes(self) -> Notes:
        """What is worth knowing: how fine it is printed, where the tiles have too few pixels.

        Raises:
            InvalidRequest: when they have fewer than are asked for, or the page has too many.
        """
        asked = self.material.asked
        size = self.drawing.size
        if max(size) > JPEG.longest_side:
            raise traits.wrong(
                "dpi",
                f"the page would have {size[0]:,} x {size[1]:,} pixels; a side of at most "
                f"{JPEG.longest_side:,} can be made",
            )
        self.drawing.check_pixels("dpi")
        had = self._had(self.dpi)
        if had >= self.dpi or asked.dpi is None:
            fine = min(had, self.dpi)
            return () if fine >= DPI else (f"The tiles are printed at {fine} pixels an inch.",)
        if not asked.enlarge:
            raise traits.wrong(
                "dpi",
                f"the tiles have too few pixels for this page: {had} an inch, not {asked.dpi}; "
                "ask for no more, for smaller paper, or for enlarge",
            )
        return (f"The tiles are enlarged: they have {had} pixels an inch, not {asked.dpi}.",)

    @property
    def page(self) -> Page:
        """The page with the picture in the middle of it."""
        paper = self.paper
        across, down = (side / self.dpi * INCH for side in self.drawing.size)
        left = paper.around + (paper.width - across) / 2
        bottom = paper.around + (paper.height - down) / 2
        at: Box = (left, bottom, left + across, bottom + down)
        ground = lettering.colour(self.drawing.layout.background)
        return Page(paper.media, paper.bled, paper.trim, at, ground, paper.crop_marks)

    def _had(self, dpi: int) -> int:
        """Pixels of an inch that the tiles themselves have, on the page at that many."""
        material = self.material
        cell = self._fitted(dpi).layout.cell
        sizes = [material.manifest.tiles[i].tile.size for i in self.there.tiles]
        share = min(max(size[0] / cell[0], size[1] / cell[1]) for size in sizes)
        return int(dpi * share)

    def _fitted(self, dpi: int) -> Drawing:
        """The sheet with the largest cells that fit, or the smallest that cover the page."""
        target = tuple(pixels(side, dpi) for side in self.room)

        def drawn(width: int) -> Drawing:
            return Drawing.of(self.material, self.there, cell_of_width(self.material, width))

        def fits(width: int) -> bool:
            return all(s <= t for s, t in zip(drawn(width).size, target, strict=True))

        def covers(width: int) -> bool:
            return all(s >= t for s, t in zip(drawn(width).size, target, strict=True))

        if self._covers:
            return drawn(_first(covers, NARROWEST, 2 * max(target)))
        if not fits(NARROWEST):
            raise traits.wrong(
                "paper",
                f"{self.there.rows} x {self.there.cols} tiles do not fit on it at {dpi} pixels an "
                "inch; take larger paper, or fewer",
            )
        return drawn(_first(lambda width: not fits(width), NARROWEST, max(target)) - 1)


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The first number from ``low`` on, and at most ``high``, from which on something holds."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
