"""The assembly: strips are made of cells, and files of strips, while S3 is read and written.

Three kinds of work go on at once, each in threads of its own: cells are read and decoded, parts of
strips are encoded, and what is encoded is put into the store. Each waits for the next when that
falls behind, so memory does not grow with the number of tiles.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from collage.formats import by_ending, pyramid
from collage.in_order import Ordered
from collage.manifest import Manifest
from collage.provenance import derived
from collage.provenance.describe import describe_collage
from collage.sheet import cells
from collage.sheet.sheet import Sheet
from collage.sheet.strips import strips

if TYPE_CHECKING:
    from collage.formats.file_format import Writer
    from collage.pixels import Pixels
    from collage.plan import Plan
    from collage.store.store import Store
    from collage.tile import Sidecar

READERS = 16
"""Cells read from S3 at once: enough to hide its latency."""

WORKERS = os.cpu_count() or 1
"""Cells decoded and parts of strips encoded at once."""

PUTTERS = 16
"""Files put into S3 at once. A pyramid is many small ones, each of which waits for S3."""


Size = tuple[int, int]
"""Width and height in pixels."""


class TileLost(Exception):
    """A tile that has a sidecar has no whole picture; ``index`` says which."""

    def __init__(self, index: int) -> None:
        super().__init__(f"The picture of tile {index} is not whole.")
        self.index = index


def write(
    store: Store, made: Plan, manifest: Manifest, sidecars: Mapping[int, Sidecar], folder: str = ""
) -> dict[int, str]:
    """Write a collage's pictures into its folder; the manifest, which stands for them, is not.

    Returns the difference hashes of the tiles that it shows, by their indices.

    Raises:
        TileLost: when a tile cannot be read; nothing that was written then counts.
    """
    sheet = Sheet(manifest.layout, manifest.captions)
    said = describe_collage(made, manifest) if made.request.metadata else None
    mark = derived.mark(made) if made.request.metadata else None
    size, names = sheet.geometry.size, manifest.files
    with (
        ThreadPoolExecutor(READERS) as readers,
        ThreadPoolExecutor(WORKERS) as workers,
        ThreadPoolExecutor(PUTTERS) as putters,
        ExitStack() as opened,
    ):
        puts: Ordered[None] = Ordered(putters, 4 * PUTTERS, lambda _: None)

        def put(name: str, data: bytes) -> None:
            puts.submit(store.put_file, manifest.id, folder, name, data)

        found = Cells(store, sidecars, partial(made.request.cell_of, cell=manifest.layout.cell))
        files: list[Writer] = []
        if names.collage is not None:
            file = opened.enter_context(store.writing(manifest.id, folder, names.collage))
            new = by_ending(names.collage).writer
            files.append(new(size, said, file.write, workers, manifest.layout.dpi))
        if names.pyramid is not None:
            files.append(pyramid.Writer(size, names.pyramid, names.preview, mark, put, workers))
        else:
            files.append(pyramid.Preview(size, names.preview, mark, put))
        for strip in strips(sheet, found, readers, workers):
            for writer in files:
                writer.write(strip)
            # The next strip is made while this one is not held here.
            del strip
        for writer in files:
            writer.finish()
        puts.finish()
    return found.dhashes


class CellFile(bytes):
    """A tile's picture, or one of its cell's size."""

    is_cell = False


@dataclass(frozen=True)
class Cells:
    """Cells out of the store, by the indices of their tiles.

    ``cell_of`` says what size (width, height) a tile of some size has in its cell.
    """

    store: Store
    sidecars: Mapping[int, Sidecar]
    cell_of: Callable[[Size], Size]
    dhashes: dict[int, str] = field(default_factory=dict)
    """Of the cells that were decoded."""

    def fetch(self, index: int) -> CellFile:
        """The small file where there is one, else the tile's own.

        Raises:
            TileLost: when the tile's own picture is missing or damaged.
        """
        sidecar = self.sidecars[index]
        size = self.cell_of(sidecar.tile.size)
        if has_cell(sidecar.tile.size, size):
            small = self.store.cell(sidecar.key, size)
            if small is not None:
                found = CellFile(small)
                found.is_cell = True
                return found
        return self._tile(index)

    def decode(self, index: int, file: CellFile) -> Pixels:
        """The cell; of a small file that is damaged, shrunk from the tile.

        Raises:
            TileLost: when the tile's own picture is missing or damaged.
        """
        cell = self._cell(index, file)
        if index not in self.dhashes:
            self.dhashes[index] = cells.dhash(cell)
        return cell

    def _cell(self, index: int, file: CellFile) -> Pixels:
        size = self.cell_of(self.sidecars[index].tile.size)
        if file.is_cell:
            cell = cells.decode(file, size)
            if cell is not None:
                return cell
            file = self._tile(index)
        return cells.shrink(file, size)

    def _tile(self, index: int) -> CellFile:
        png = self.store.picture(self.sidecars[index])
        if png is None:
            raise TileLost(index)
        return CellFile(png)


def has_cell(tile: tuple[int, int], cell: tuple[int, int]) -> bool:
    """Whether a tile of this size has a smaller picture beside it for cells of that size."""
    return tile != cell and cell[0] <= tile[0] and cell[1] <= tile[1]
