"""Sizes and grids that several recipes share."""

from math import ceil, sqrt

from collage.recipes.recipe import Size

LARGEST = 2048
"""Pixels of the longest side that a tile can have."""

SMALLEST = 32
"""Pixels of the shortest side that a tile can have."""


def native(source: Size, most: int = LARGEST) -> Size:
    """The source's own size, or the largest of its shape whose sides are at most ``most``."""
    scale = min(1.0, most / max(source))
    width, height = (max(SMALLEST, round(side * scale)) for side in source)
    return width, height


def grid(count: int) -> tuple[int, int]:
    """Rows and columns of the squarest grid with so many cells or a few more."""
    cols = ceil(sqrt(count))
    return ceil(count / cols), cols


def row_by_row(count: int, rows: int, cols: int) -> list[int | None]:
    """The cells of a grid that hold the first ``count`` tiles in order; the rest stay empty."""
    cells = rows * cols
    return [i if i < count else None for i in range(cells)]
