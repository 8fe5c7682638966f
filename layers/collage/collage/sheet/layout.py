"""Where tiles lie: rows and columns of cells, shuffled, repeated where tiles are fewer."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Any, Literal

from pydantic import Field

from collage.digest import canonical, sha256, shuffled
from collage.frozen import Frozen
from collage.tile import Tile

NARROWEST_LABEL = 16
"""Pixels that must be seen of a cell for its number to be written below it."""


class Layout(Frozen):
    """A grid of cells, row by row; each holds the index of a tile in the plan.

    ``cell`` is (width, height) in pixels, ``gap`` the pixels between cells; a negative gap is
    an overlap, by which every cell is cut at its right and lower side.
    """

    rows: int
    cols: int
    cell: tuple[int, int]
    gap: int
    labels: bool = False
    """Whether below each cell's picture stands what it is."""
    prompts: bool = False
    """Whether that is its prompt; else it is its styles and mask."""
    title: str | None = None
    """Written above the cells."""
    border: int = 0
    """Pixels around all of it."""
    background: str = "white"
    """Colour of all that is no cell, as Pillow's ImageColor reads it."""
    font: str | None = Field(default=None, exclude_if=lambda font: font is None)
    """Digest of the font of the user's own that all is written in, where there is one."""
    joined: bool = Field(default=True, exclude_if=lambda joined: joined)
    """Whether there is a picture of all of it; else there is a preview only."""
    dpi: int | None = Field(default=None, exclude_if=lambda dpi: dpi is None)
    """Pixels of an inch that the picture says of itself, where it was asked for."""
    column_headers: tuple[str, ...] = ()
    """Texts above the columns, one each."""
    row_headers: tuple[str, ...] = ()
    """Texts to the left of the rows, one each."""
    column_axis: str = ""
    """What the column headers are values of."""
    row_axis: str = ""
    """What the row headers are values of."""
    fixed: bool = False
    """Whether a cell's place says what it is, so that no other tile may stand there."""
    cells: tuple[int | None, ...]

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height in pixels of what is seen of a cell's picture."""
        overlap = max(0, -self.gap)
        return self.cell[0] - overlap, self.cell[1] - overlap


Sort = Literal["style", "mask", "hue", "shuffle"]
"""How tiles can be laid out again: by their styles, by their masks, by colour, or at random."""


def order(tiles: Mapping[int, Tile], sort: Sort, seed: int, hues: Mapping[int, float]) -> list[int]:
    """The tiles' indices in the order of ``sort``; ``hues`` are 0..1, needed for ``hue``."""
    if sort == "shuffle":
        return shuffled(sorted(tiles), seed, "cells")
    keys: dict[str, Callable[[int], Any]] = {
        "style": lambda i: (tiles[i].styles, tiles[i].mask or "", i),
        "mask": lambda i: (tiles[i].mask or "", tiles[i].styles, i),
        "hue": lambda i: (hues[i], i),
    }
    return sorted(tiles, key=keys[sort])


def arrange(rows: int, cols: int, tiles: int, seed: int) -> tuple[int, ...]:
    """A tile for every cell, row by row: all tiles about equally often, in a seeded order.

    Two neighbours, also diagonal ones, hold the same tile only where it cannot be avoided.
    """
    if tiles >= rows * cols:
        return tuple(shuffled(range(rows * cols), seed, "cells"))
    return fill([None] * (rows * cols), cols, range(tiles), seed)


def fill(
    cells: Sequence[int | None], cols: int, tiles: Collection[int], seed: int
) -> tuple[int, ...]:
    """``cells`` with a tile out of ``tiles`` in every one that is None.

    Each empty cell, row by row, takes the tile that touches it least (a shared side weighs more
    than a corner), among those the one used least, among those the seed's choice.

    Raises:
        ValueError: when there is no tile to fill with.
    """
    if not tiles:
        raise ValueError("there is no tile to fill the cells with")

    def candidate(tile: int, used: int) -> tuple[int, str, int]:
        # A new digest for each use: a fixed preference would repeat in visible diagonals.
        return used, sha256(canonical([seed, "fill", tile, used])), tile

    present = Counter(cells)
    heap = [candidate(tile, present[tile]) for tile in tiles]
    heapify(heap)
    result = list(cells)
    for position, tile in enumerate(cells):
        if tile is not None:
            continue
        sides, corners = _neighbours(result, position, cols)
        tried = []
        while heap:
            tried.append(heappop(heap))
            if tried[-1][2] not in sides | corners:
                break
        best = min(tried, key=lambda c: (c[2] in sides, c[0] + (c[2] in corners), c[1]))
        result[position] = best[2]
        for other in tried:
            heappush(heap, candidate(best[2], best[0] + 1) if other is best else other)
    return tuple(tile for tile in result if tile is not None)


def _neighbours(
    cells: Sequence[int | None], position: int, cols: int
) -> tuple[set[int | None], set[int | None]]:
    row, col = divmod(position, cols)

    def at(r: int, c: int) -> int | None:
        inside = 0 <= c < cols and 0 <= r * cols + c < len(cells)
        return cells[r * cols + c] if inside else None

    sides = {at(row - 1, col), at(row + 1, col), at(row, col - 1), at(row, col + 1)}
    corners = {at(row + dr, col + dc) for dr in (-1, 1) for dc in (-1, 1)}
    return sides, corners
