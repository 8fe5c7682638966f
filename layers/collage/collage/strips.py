"""The collage in strips, top to bottom: what writers take.

A strip is a row of cells with their labels, or what lies above or below all of them. The next
strip's cells are read and decoded while this one is encoded: two strips are held, however many
rows there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collage.sheet import Sheet
    from collage.writers import Pixels

    Read = Callable[[int], Pixels]

MOST_KEPT = 128_000_000
"""Bytes of cells that are kept because a later row shows them again."""


def strips(sheet: Sheet, read: Read, pool: Executor) -> Iterator[Pixels]:
    """The collage, a strip at a time.

    ``read`` gives the cell of a tile, by its index, and is called by the threads of ``pool``:
    once a row at most, and no more than once where what is to come again fits in `MOST_KEPT`.
    """
    place = sheet.geometry
    if place.offset[1]:
        yield sheet.head()
    repeats = _Repeats(sheet, read)
    coming = _fill(sheet, 0, repeats, pool)
    for row in range(place.rows):
        strip, pasted = coming
        if row + 1 < place.rows:
            coming = _fill(sheet, row + 1, repeats, pool)
        for future in pasted:
            future.result()
        del pasted
        yield strip
    foot = sheet.foot()
    if len(foot):
        yield foot


class _Repeats:
    """Reads cells, and keeps those that a later row needs, as long as there is room for them."""

    def __init__(self, sheet: Sheet, read: Read) -> None:
        self._read = read
        layout = sheet.layout
        rows = (layout.cells[i : i + layout.cols] for i in range(0, len(layout.cells), layout.cols))
        self._rows_left = Counter(tile for row in rows for tile in set(row))
        self._kept: dict[int, Pixels] = {}
        self._room = MOST_KEPT

    def cell(self, tile: int) -> Pixels:
        """The cell for the next row that shows the tile. Each tile has one thread a row."""
        self._rows_left[tile] -= 1
        cell = self._kept.pop(tile, None)
        if cell is None:
            cell = self._read(tile)
        else:
            self._room += cell.nbytes
        if self._rows_left[tile] and cell.nbytes <= self._room:
            self._room -= cell.nbytes
            self._kept[tile] = cell
        return cell


def _fill(
    sheet: Sheet, row: int, repeats: _Repeats, pool: Executor
) -> tuple[Pixels, list[Future[None]]]:
    """A strip that is being filled, and what to wait for until it is."""
    layout = sheet.layout
    strip = sheet.row(row)
    width, height = layout.shown
    places: dict[int, list[int]] = {}
    for col, tile in enumerate(layout.cells[row * layout.cols : (row + 1) * layout.cols]):
        places.setdefault(tile, []).append(sheet.geometry.box(row, col)[0])

    def paste(tile: int, lefts: list[int]) -> None:
        cell = repeats.cell(tile)[:height, :width]
        for left in lefts:
            strip[:height, left : left + width] = cell

    return strip, [pool.submit(paste, tile, lefts) for tile, lefts in places.items()]
