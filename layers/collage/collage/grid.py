"""A collage in memory: for one that is small, and read from no store."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collage.formats import FORMATS, Format
from collage.sheet.layout import Layout
from collage.sheet.sheet import Sheet
from collage.sheet.strips import strips

if TYPE_CHECKING:
    from collage.pixels import Pixels


@dataclass(frozen=True)
class _Held:
    cells: Mapping[int, Pixels]

    def fetch(self, tile: int) -> bytes:
        return b""

    def decode(self, tile: int, file: bytes) -> Pixels:
        return self.cells[tile]


def join(
    layout: Layout,
    cells: Mapping[int, Pixels],
    captions: Mapping[int, str],
    file_format: Format = "png",
) -> bytes:
    """The collage as a file, from cells (see `cells.shrink`) by the index of their tile.

    A gap shows as a line between cells. An overlap lets each cell cover the right and lower edge
    of the neighbours before it, so every cell shows that much less of itself. ``captions`` are
    written below the cells, where the layout has labels.
    """
    sheet = Sheet(layout, captions)
    parts: list[bytes] = []
    with ThreadPoolExecutor() as pool:
        file = FORMATS[file_format].writer(sheet.geometry.size, None, parts.append, pool)
        for strip in strips(sheet, _Held(cells), pool, pool):
            file.write(strip)
        file.finish()
    return b"".join(parts)
