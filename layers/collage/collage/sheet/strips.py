"""The collage in strips, top to bottom: what writers take.

A strip is a row of cells with their labels, or what lies above or below all of them. The next
strip's files are read while this one is decoded and encoded: one strip and the files of another
are held, however many rows there are, and what writers have not encoded yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sized
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collage.pixels import Pixels
    from collage.sheet.sheet import Sheet

MOST_KEPT = 128_000_000
"""Bytes of files that are kept because a later row shows them again."""

AHEAD = 3
"""Cells of a strip that are decoded before there is memory for it."""

File = TypeVar("File", bound=Sized)


class Cells(Protocol[File]):
    """Where the cells of tiles come from, by the tile's index. Both are called by many threads."""

    def fetch(self, tile: int) -> File:
        """The file of a tile's cell, which takes time but no processor."""

    def decode(self, tile: int, file: File) -> Pixels:
        """The cell in the file."""


def strips(
    sheet: Sheet,
    cells: Cells[File],
    readers: Executor,
    workers: Executor,
    drawn: tuple[int, int] | None = None,
) -> Iterator[Pixels]:
    """The collage, a strip at a time; or of its rows of pixels those from one to another.

    ``readers`` fetch, for each row of cells at most once what it shows; and once in all, where what
    is to come again fits in `MOST_KEPT`. ``workers`` decode.
    """
    place = sheet.geometry
    first, end = drawn or (0, place.size[1])

    def part(top: int, strip: Pixels) -> Pixels:
        return strip[max(0, first - top) : end - top]

    if first < place.offset[1]:
        yield part(0, sheet.head())
    rows = place.rows_between(first, end)
    repeats = _Repeats(sheet, cells, rows)
    coming = repeats.fetch(rows.start, readers) if rows else {}
    for row in rows:
        files = coming
        repeats.keep(files)
        if row + 1 < rows.stop:
            coming = repeats.fetch(row + 1, readers)
        top = place.offset[1] + row * place.step[1]
        yield part(top, _filled(sheet, row, cells, files, workers))
    if end > place.grid_end:
        yield part(place.grid_end, sheet.foot())


class _Repeats(Generic[File]):
    """Fetches files, and keeps those that a later row needs, as long as there is room for them."""

    def __init__(self, sheet: Sheet, cells: Cells[File], rows: range) -> None:
        self._cells, self._layout = cells, sheet.layout
        self._rows_left = Counter(tile for row in rows for tile in set(self._row(row)))
        self._kept: dict[int, Future[File]] = {}
        self._room = MOST_KEPT

    def fetch(self, row: int, readers: Executor) -> dict[int, Future[File]]:
        """The files of a row's tiles, on their way."""
        files: dict[int, Future[File]] = {}
        for tile in dict.fromkeys(self._row(row)):
            self._rows_left[tile] -= 1
            files[tile] = self._kept.get(tile) or readers.submit(self._cells.fetch, tile)
        return files

    def keep(self, files: dict[int, Future[File]]) -> None:
        """Keep what is to come again, forget what is not."""
        for tile, file in files.items():
            known, wanted = tile in self._kept, self._rows_left[tile] > 0
            length = len(file.result())
            if known and not wanted:
                del self._kept[tile]
                self._room += length
            elif wanted and not known and length <= self._room:
                self._kept[tile] = file
                self._room -= length

    def _row(self, row: int) -> list[int]:
        """The tiles that a row shows; it can have empty cells."""
        cells = self._layout.cells[row * self._layout.cols : (row + 1) * self._layout.cols]
        return [tile for tile in cells if tile is not None]


def _filled(
    sheet: Sheet, row: int, cells: Cells[File], files: dict[int, Future[File]], workers: Executor
) -> Pixels:
    """The strip of a row of cells."""
    layout = sheet.layout
    width, height = layout.shown
    places: dict[int, list[int]] = {}
    for col, tile in enumerate(layout.cells[row * layout.cols : (row + 1) * layout.cols]):
        if tile is not None:
            places.setdefault(tile, []).append(sheet.geometry.box(row, col)[0])

    def decoded(tile: int) -> Pixels:
        return cells.decode(tile, files.pop(tile).result())

    # What was given to the workers before is begun before these are, and ends while they decode
    # them; and with it the strip before, whose memory is not held beside that of this one.
    ready = dict(zip(places, workers.map(decoded, [*places][:AHEAD]), strict=False))
    strip = sheet.row(row)

    def paste(tile: int) -> None:
        cell = ready.pop(tile) if tile in ready else decoded(tile)
        # A tile of another shape than its cell stands in the middle of it.
        top, aside = (layout.cell[1] - cell.shape[0]) // 2, (layout.cell[0] - cell.shape[1]) // 2
        cell = cell[: height - top, : width - aside]
        for left in places[tile]:
            first = left + aside
            strip[top : top + cell.shape[0], first : first + cell.shape[1]] = cell

    for _ in workers.map(paste, places):
        pass
    return strip
