"""The assembly: strips are made of cells, and files of strips, while S3 is read and written.

Three kinds of work go on at once, each in threads of its own: cells are read and decoded, parts of
strips are encoded, and what is encoded is put into the store. Each waits for the next when that
falls behind, so memory does not grow with the number of tiles.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pyvips

from collage.formats import by_ending, pyramid
from collage.in_order import Ordered
from collage.manifest import Manifest
from collage.provenance import derived
from collage.provenance.describe import describe_collage
from collage.sheet import cells
from collage.sheet.sheet import Sheet
from collage.sheet.strips import strips

if TYPE_CHECKING:
    from collage.assembly import Picture
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


@dataclass(frozen=True)
class Workshop:
    """The threads that make pictures of a collage, and where the pictures go."""

    store: Store
    collage: str
    folder: str
    readers: Executor
    workers: Executor
    puts: Ordered[None]
    opened: ExitStack

    def put(self, name: str, data: bytes) -> None:
        """Have a file written."""
        self.puts.submit(self.store.put_file, self.collage, self.folder, name, data)

    def joined(self, made: Plan, manifest: Manifest) -> Writer:
        """What writes the collage as one file."""
        name = manifest.files.collage or ""
        file = self.opened.enter_context(self.store.writing(self.collage, self.folder, name))
        said = describe_collage(made, manifest) if made.request.metadata else None
        new = by_ending(name).writer
        return new(manifest.geometry.size, said, file.write, self.workers, manifest.layout.dpi)

    def draw(
        self,
        sheet: Sheet,
        found: Cells,
        files: Sequence[Writer],
        drawn: tuple[int, int] | None = None,
    ) -> None:
        """Write files of the collage, or of its rows of pixels from one to another."""
        for strip in strips(sheet, found, self.readers, self.workers, drawn):
            for writer in files:
                writer.write(strip)
            # The next strip is made while this one is not held here.
            del strip
        for writer in files:
            writer.finish()


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let libvips work in the thread that asks: those here are as many as processors.

    Its own beside them wait for each other: a cell of 1024 px takes a tenth more with them.
    """
    own = pyvips.concurrency_get()
    pyvips.concurrency_set(1)
    try:
        yield
    finally:
        pyvips.concurrency_set(own)


@contextmanager
def workshop(store: Store, collage: str, folder: str = "") -> Iterator[Workshop]:
    """Threads for a collage's pictures; when the block ends well, all are written."""
    with (
        one_thread_each(),
        ThreadPoolExecutor(READERS) as readers,
        ThreadPoolExecutor(WORKERS) as workers,
        ThreadPoolExecutor(PUTTERS) as putters,
        ExitStack() as opened,
    ):
        puts: Ordered[None] = Ordered(putters, 4 * PUTTERS, lambda _: None)
        yield Workshop(store, collage, folder, readers, workers, puts, opened)
        puts.finish()


def write(
    store: Store, made: Plan, manifest: Manifest, sidecars: Mapping[int, Sidecar], folder: str = ""
) -> dict[int, str]:
    """Write a collage's pictures into its folder; the manifest, which stands for them, is not.

    Returns the difference hashes of the tiles that it shows, by their indices.

    Raises:
        TileLost: when a tile cannot be read; nothing that was written then counts.
    """
    mark = derived.mark(made) if made.request.metadata else None
    size, names = manifest.geometry.size, manifest.files
    found = Cells(store, sidecars, partial(made.request.cell_of, cell=manifest.layout.cell))
    with workshop(store, manifest.id, folder) as at:
        files: list[Writer] = []
        if names.collage is not None:
            files.append(at.joined(made, manifest))
        if names.pyramid is not None:
            files.append(
                pyramid.Writer(size, names.pyramid, names.preview, mark, at.put, at.workers)
            )
        else:
            files.append(pyramid.Preview(size, names.preview, mark, at.put))
        at.draw(Sheet(manifest.layout, manifest.captions), found, files)
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
    pictures: Mapping[int, Sidecar | Picture]
    cell_of: Callable[[Size], Size]
    dhashes: dict[int, str] = field(default_factory=dict)
    """Of the cells that were decoded."""

    def fetch(self, index: int) -> CellFile:
        """The small file where there is one, else the tile's own.

        Raises:
            TileLost: when the tile's own picture is missing or damaged.
        """
        picture = self.pictures[index]
        size = self.cell_of(picture.size)
        if has_cell(picture.size, size):
            small = self.store.cell(picture.key, size)
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
        size = self.cell_of(self.pictures[index].size)
        if file.is_cell:
            cell = cells.decode(file, size)
            if cell is not None:
                return cell
            file = self._tile(index)
        return cells.shrink(file, size)

    def _tile(self, index: int) -> CellFile:
        png = self.store.picture(self.pictures[index])
        if png is None:
            raise TileLost(index)
        return CellFile(png)


def has_cell(tile: tuple[int, int], cell: tuple[int, int]) -> bool:
    """Whether a tile of this size has a smaller picture beside it for cells of that size."""
    return tile != cell and cell[0] <= tile[0] and cell[1] <= tile[1]
