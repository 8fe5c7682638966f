"""A contact sheet: the chosen with their captions over as many pages as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from collage.export import traits
from collage.export.asked import Export
from collage.export.paper import Paper, paper_of, pixels
from collage.export.slices import side_by_side
from collage.formats.pdf import Page
from collage.pixels import black
from collage.sheet import lettering
from collage.sheet.measures import WORDS
from collage.steps.exports.drawn_sheet import Drawing, cell_of_width, enlarged
from collage.steps.exports.kind import Material, Notes, Sink
from collage.steps.exports.printed import DPI, document, put_picture

if TYPE_CHECKING:
    from collage.pixels import Pixels

MARGIN = 12.0
"""Millimetres left free at each side."""

COLUMNS = 4
"""Tiles in a row."""

GAP = 4.0
"""Millimetres between tiles."""

FOOT = 8.0
"""Millimetres at the foot of a page, where its number stands."""

NUMBER = 3.0
"""Millimetres of the letters of a page's number."""

MOST_PIXELS = 160_000_000
"""Of a page, which is held whole: A0 at 300 an inch has 140 million."""


def check(material: Material) -> Notes:
    """Refuse pages that cannot be made; what is worth knowing.

    Raises:
        InvalidRequest: naming the option.
    """
    return ContactSheet(material).notes


def ending(asked: Export) -> str:
    """What the file's name ends in."""
    return "pdf"


def write(material: Material, sink: Sink) -> Notes:
    """Write the pages one after the other; one is held."""
    sheet = ContactSheet(material)
    on, paper = document(material, sink), sheet.paper
    for picture in sheet.pages():
        number = put_picture(on, sheet.size, [picture], sheet.dpi)
        ground = lettering.colour(sheet.first.layout.background)
        on.page(Page(paper.media, paper.bled, paper.trim, paper.trim, ground), number)
    on.finish()
    return sheet.notes


@dataclass(frozen=True)
class ContactSheet:
    """Pages, each with as many rows of tiles as there is room for."""

    material: Material

    @cached_property
    def paper(self) -> Paper:
        """What is printed on."""
        return paper_of(self.material.asked)

    @property
    def dpi(self) -> int:
        """Pixels of an inch."""
        return self.material.asked.dpi or DPI

    @property
    def size(self) -> tuple[int, int]:
        """Pixels across a page and down."""
        return pixels(self.paper.width, self.dpi), pixels(self.paper.height, self.dpi)

    @property
    def _margin(self) -> int:
        asked = self.material.asked.margin
        return pixels(MARGIN if asked is None else asked, self.dpi)

    @cached_property
    def first(self) -> Drawing:
        """The first row, as all others are: captions take up what the longest of all needs."""
        asked = self.material.asked
        cols = min(asked.columns or COLUMNS, len(self.material.tiles))
        return self._drawing(self.material.tiles[:cols])

    @cached_property
    def rows(self) -> int:
        """Rows of tiles on a page.

        Raises:
            InvalidRequest: when there is room for none, or the page has too many pixels.
        """
        width, height = self.size
        if width * height > MOST_PIXELS:
            raise traits.wrong(
                "dpi", f"a page would have {width:,} x {height:,} pixels; at most {MOST_PIXELS:,}"
            )
        place = self.first.sheet.geometry
        room = height - 2 * self._margin - pixels(FOOT, self.dpi) - place.offset[1]
        rows = (room + self._gap) // place.step[1]
        if rows < 1:
            raise traits.wrong("columns", "a row of tiles is higher than the page; take more")
        return rows

    @property
    def notes(self) -> Notes:
        """What is worth knowing."""
        pages = -(-len(self.material.tiles) // (self.rows * self._cols))
        small = enlarged(self.material, self._drawing(self.material.tiles).layout)
        return (f"{pages} page{'s' if pages > 1 else ''}.", *small)

    def pages(self) -> Iterator[Pixels]:
        """The pages as pixels."""
        tiles, each = self.material.tiles, self.rows * self._cols
        total = -(-len(tiles) // each)
        for number in range(total):
            page = black(*self.size)
            page[:] = lettering.colour(self.first.layout.background)
            y = self._margin
            for strip in self._drawing(tiles[number * each :][:each]).strips():
                page[y : y + len(strip), self._margin :][:, : strip.shape[1]] = strip
                y += len(strip)
            letters = max(lettering.LEAST, pixels(NUMBER, self.dpi))
            foot = self.size[1] - self._margin - letters
            lettering.draw(page, (self.size[0] // 2, foot), [f"{number + 1} / {total}"], letters)
            yield page

    @property
    def _gap(self) -> int:
        asked = self.material.asked.gap
        return pixels(GAP, self.dpi) if asked is None else asked

    @property
    def _cols(self) -> int:
        return self.material.asked.columns or COLUMNS

    def _drawing(self, tiles: tuple[int, ...]) -> Drawing:
        """Tiles in rows, with room below each for the longest caption there is."""
        material, width = self.material, self.size[0] - 2 * self._margin
        cell = (width - (self._cols - 1) * self._gap) // self._cols
        if cell < lettering.LEAST:
            raise traits.wrong("columns", f"{self._cols} tiles do not fit side by side; take fewer")
        there = side_by_side(tiles, self._cols)
        drawing = Drawing.of(material, there, cell_of_width(material, cell))
        wide = cell >= WORDS
        if material.asked.labels and not wide:
            raise traits.wrong(
                "labels",
                f"tiles of {cell} pixels have no room for captions; {WORDS} are needed: take fewer "
                "columns, a higher dpi, or no labels",
            )
        labels = wide if material.asked.labels is None else material.asked.labels
        update = {"gap": self._gap, "border": 0, "dpi": None, "labels": labels}
        layout = drawing.layout.model_copy(update=update)
        return Drawing(material, layout, captioned=material.tiles)
