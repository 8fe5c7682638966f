"""Collages in memory, of cells that are at hand."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from collage.sheet.sheet import Sheet
from collage.sheet.strips import strips


@dataclass(frozen=True)
class Given:
    """Cells that a function gives by the index of their tile, each as its own file."""

    fetch: Callable[[int], Any]

    def decode(self, tile: int, file: Any) -> Any:
        return file


def drawn(sheet: Sheet, cell: Callable[[int], Any]) -> Any:
    """The pixels of a sheet whose cells ``cell`` gives."""
    with ThreadPoolExecutor(2) as pool:
        picture = np.concatenate(list(strips(sheet, Given(cell), pool, pool)))
    assert picture.shape == (sheet.geometry.size[1], sheet.geometry.size[0], 3)
    return picture
