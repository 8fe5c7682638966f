"""Tiles drawn on a sheet: what every export that is a picture, or holds one, is made by."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from collage import formats
from collage.errors import NotInStore
from collage.export import traits
from collage.export.slices import Arrangement, layout_of
from collage.formats import FORMATS, Format
from collage.manifest import captions
from collage.provenance.describe import describe_collage
from collage.request.request import MAX_COLLAGE_PIXELS, MAX_ROW_PIXELS
from collage.sheet.layout import Layout
from collage.sheet.sheet import Sheet
from collage.sheet.strips import strips
from collage.steps.assemble_collage import READERS, sidecars_of
from collage.steps.exports.kind import Material, Notes, Sink
from collage.steps.join import Cells, TileLost
from collage.verdict import laid_out

if TYPE_CHECKING:
    from collage.formats.description import Description
    from collage.pixels import Pixels

WORKERS = os.cpu_count() or 1
"""Cells decoded and parts of strips encoded at once."""


@dataclass(frozen=True)
class Drawing:
    """A sheet of tiles in a layout."""

    material: Material
    layout: Layout
    captioned: tuple[int, ...] = ()
    """Tiles that it does not show, and whose captions it has room for all the same."""

    @classmethod
    def of(cls, material: Material, there: Arrangement, cell: tuple[int, int]) -> Drawing:
        """Tiles as they are arranged, in cells of ``cell`` (width, height) pixels."""
        manifest, asked = material.manifest, material.asked
        material.know_font()
        return cls(material, layout_of(manifest, there, asked, cell))

    @cached_property
    def sheet(self) -> Sheet:
        """What the tiles are laid on, with the captions of those that it shows."""
        shown = {*self.captioned, *(cell for cell in self.layout.cells if cell is not None)}
        said = captions(self.material.manifest.tiles, self.layout)
        return Sheet(self.layout, {i: text for i, text in said.items() if i in shown})

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels.

        Raises:
            InvalidRequest: when the cells are too small for what is to be written.
        """
        return self.sheet.geometry.size

    def check(self, file_format: Format) -> Notes:
        """Refuse a sheet that is too large for a format, or for a function; what to know of it.

        Raises:
            InvalidRequest: naming the limit.
        """
        try:
            formats.check(file_format, self.size, self.layout.dpi)
        except ValueError as error:
            raise traits.wrong(
                str(error).partition(":")[0], str(error).partition(": ")[2]
            ) from None
        self.check_pixels("cell")
        return enlarged(self.material, self.layout)

    def check_pixels(self, field: str) -> None:
        """Refuse more pixels than a function can make, which an option is to blame for.

        Raises:
            InvalidRequest: naming the limit.
        """
        across, down = self.size
        row = across * self.sheet.geometry.step[1]
        if row > MAX_ROW_PIXELS or across * down > MAX_COLLAGE_PIXELS:
            raise traits.wrong(
                field,
                f"the picture would have {across:,} x {down:,} pixels; at most "
                f"{MAX_COLLAGE_PIXELS:,}, and in a row of cells {MAX_ROW_PIXELS:,}, can be made",
            )

    def strips(self) -> Iterator[Pixels]:
        """The sheet from top to bottom, in strips of its whole width.

        Raises:
            NotInStore: when the picture of a tile is lost.
        """
        tiles = self.material.manifest.tiles
        shown = {cell for cell in self.layout.cells if cell is not None}
        sidecars = sidecars_of(self.material.store, ((i, (tiles[i].tile,)) for i in shown))
        if lost := shown - sidecars.keys():
            raise _lost(min(lost))
        request = self.material.plan.request
        found = Cells(
            self.material.store, sidecars, partial(request.cell_of, cell=self.layout.cell)
        )
        with ThreadPoolExecutor(READERS) as readers, ThreadPoolExecutor(WORKERS) as workers:
            try:
                yield from strips(self.sheet, found, readers, workers)
            except TileLost as error:
                raise _lost(error.index) from error

    def write(self, file_format: Format, sink: Sink) -> None:
        """Write the sheet as a picture that says how it was made.

        Raises:
            NotInStore: when the picture of a tile is lost.
        """
        with ThreadPoolExecutor(WORKERS) as pool:
            writer = FORMATS[file_format].writer(
                self.size, self.description(file_format), sink, pool, self.layout.dpi
            )
            for strip in self.strips():
                writer.write(strip)
            writer.finish()

    def description(self, file_format: Format) -> Description | None:
        """What the picture says of itself: the collage, and which tile each cell shows."""
        plan, manifest = self.material.plan, self.material.manifest
        if not plan.request.metadata:
            return None
        cells = self.layout.cells
        shown = laid_out(manifest, self.layout, cells, file_format, created=manifest.created)
        return describe_collage(plan, shown)


def enlarged(material: Material, layout: Layout) -> Notes:
    """What to know of tiles that have fewer pixels than their cells."""
    sizes = {material.manifest.tiles[i].tile.size for i in layout.cells if i is not None}
    small = [size for size in sizes if size[0] < layout.cell[0] and size[1] < layout.cell[1]]
    if not small:
        return ()
    least = min(small)
    return (
        f"Tiles of {least[0]} x {least[1]} pixels are enlarged to cells of "
        f"{layout.cell[0]} x {layout.cell[1]}.",
    )


def cell_of_width(material: Material, width: int) -> tuple[int, int]:
    """A cell of so many pixels across, of the shape that the collage's cells have."""
    across, down = material.manifest.layout.cell
    return width, max(1, round(width * down / across))


def _lost(index: int) -> NotInStore:
    return NotInStore(f"The picture of tile {index + 1} is lost; collage resume makes it again.")
