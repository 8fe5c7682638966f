"""Where tiles lie: rows and columns of cells, shuffled, repeated where tiles are fewer."""

from collections import Counter
from collections.abc import Collection, Sequence
from heapq import heapify, heappop, heappush

from pydantic import BaseModel, ConfigDict

from collage.digest import canonical, sha256, shuffled


class Layout(BaseModel):
    """A grid of cells, row by row; each holds the index of a tile in the plan.

    ``cell`` is (width, height) in pixels, ``gap`` the pixels between cells; a negative gap is
    an overlap, by which every cell is cut at its right and lower side.
    """

    model_config = ConfigDict(frozen=True)

    rows: int
    cols: int
    cell: tuple[int, int]
    gap: int
    cells: tuple[int, ...]


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
