"""A 100-tile collage through the laptop cloud against a plain loop over as many processes.

What the workflow adds: the state machine, the Map, S3, the Lambda runtime with IAM enforced. Both
sides are up when the clock starts: a small collage has run in the cloud, and the loop's processes
have painted a tile each. `parts` also has the first run in a cloud just started, cold starts and
all, over the same loop.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks.planned import planned
from benchmarks.result import Result
from collage.engines.painter.engine import Painter
from collage.formats import FORMATS
from collage.sheet import cells
from collage.sheet.layout import Layout
from collage.sheet.sheet import Sheet
from collage.sheet.strips import strips
from collage.tile import Tile
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.stack import Stack

if TYPE_CHECKING:
    from collage.pixels import Pixels

PHOTO = Path(__file__).resolve().parents[1] / "examples" / "farmhouse.png"
OPTIONS: dict[str, Any] = {"rows": 10, "cols": 10}
SMALL: dict[str, Any] = {"rows": 2, "cols": 2, "seed": 1}
WORKERS = os.cpu_count() or 1


def measure() -> Result:
    """The workflow's time over the loop's."""
    data = PHOTO.read_bytes()
    with laptop.running({}) as (_, stack):
        cold = through_the_cloud(stack, data, OPTIONS)
    with laptop.running({}) as (_, stack):
        through_the_cloud(stack, data, SMALL)
        ours = through_the_cloud(stack, data, OPTIONS)
    with ProcessPoolExecutor(WORKERS) as pool:
        plain_loop(pool, data, SMALL)
        began = perf_counter()
        plain_loop(pool, data, OPTIONS)
        loop = perf_counter() - began
    return Result(
        name="workflow",
        value=round(ours / loop, 2),
        unit="times a plain loop over the library",
        aim="<= 1.5",
        holds=ours / loop <= 1.5,
        parts={
            "tiles": 100,
            "workers": WORKERS,
            "workflow_seconds": ours,
            "loop_seconds": loop,
            "cold_workflow_seconds": cold,
            "cold_value": round(cold / loop, 2),
        },
    )


def through_the_cloud(stack: Stack, data: bytes, options: dict[str, Any]) -> float:
    """Seconds from the request to the end of its run."""
    began = perf_counter()
    for _ in stack.follow(stack.start(data, options)):
        pass
    return perf_counter() - began


def plain_loop(pool: ProcessPoolExecutor, data: bytes, options: dict[str, Any]) -> bytes:
    """The same collage with no workflow: every library function called in turn."""
    made, png, drawn = planned(data, options)
    futures = [pool.submit(_render, tile, png, drawn[str(tile.mask)]) for tile in made.tiles]
    shrunk = {
        index: cells.shrink(future.result(), made.layout.cell)
        for index, future in enumerate(futures)
    }
    return _joined(made.layout, shrunk)


def _render(tile: Tile, png: bytes, mask: bytes) -> bytes:
    return Painter().render([tile], png, mask, str)[0].png


@dataclass(frozen=True)
class _Held:
    cells: Mapping[int, Pixels]

    def fetch(self, tile: int) -> bytes:
        return b""

    def decode(self, tile: int, file: bytes) -> Pixels:
        return self.cells[tile]


def _joined(layout: Layout, shrunk: Mapping[int, Pixels]) -> bytes:
    """The collage as a PNG, from cells by the index of their tile."""
    sheet = Sheet(layout, {})
    parts: list[bytes] = []
    with ThreadPoolExecutor() as pool:
        file = FORMATS["png"].writer(sheet.geometry.size, None, parts.append, pool)
        for strip in strips(sheet, _Held(shrunk), pool, pool):
            file.write(strip)
        file.finish()
    return b"".join(parts)
