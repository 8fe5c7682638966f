"""A 100-tile collage through the laptop cloud against a plain loop over as many processes.

What the workflow adds: the state machine, the Map, S3, the Lambda runtime with IAM enforced. The
cloud is up and idle before the clock starts; the loop's processes start within its time, as the
functions' do in the cloud's.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.result import Result
from cli import local_stack
from collage import grid, masks, plan, request, source, styles
from collage.engines.painter import Painter
from collage.plan import Prepared, Styles
from collage.request import Accepted, Source
from collage.tile import Tile

PHOTO = Path(__file__).resolve().parents[1] / "examples" / "farmhouse.png"
OPTIONS: dict[str, Any] = {"rows": 10, "cols": 10}
WORKERS = os.cpu_count() or 1


def measure() -> Result:
    """The workflow's time over the loop's."""
    data = PHOTO.read_bytes()
    with local_stack.running({}) as (_, stack):
        began = perf_counter()
        started = stack.start(data, OPTIONS)
        for _ in stack.follow(started):
            pass
        ours = perf_counter() - began
        tiles = len(stack.store.plan(started["id"]).tiles)
    began = perf_counter()
    plain_loop(data)
    loop = perf_counter() - began
    return Result(
        name="workflow",
        value=round(ours / loop, 2),
        unit="times a plain loop over the library",
        aim="<= 1.5",
        holds=ours / loop <= 1.5,
        parts={
            "tiles": tiles,
            "workers": WORKERS,
            "workflow_seconds": ours,
            "loop_seconds": loop,
        },
    )


def plain_loop(data: bytes) -> bytes:
    """The same collage with no workflow: every library function called in turn."""
    asked = request.parse(OPTIONS)
    png = source.prepare(data, asked.size, asked.fit)
    drawn = {name: masks.encode(masks.draw(name, asked.size)) for name in asked.masks}
    made = plan.make(
        Accepted(
            id="loop",
            source=Source(key="", sha256="", format="PNG", width=0, height=0),
            request=asked,
        ),
        Styles(styles=styles.default(None), origin="default"),
        Prepared(source=source.pixel_digest(png), masks=dict.fromkeys(drawn, "")),
        "painter-1",
        images_per_minute=1,
    )
    with ProcessPoolExecutor(WORKERS) as pool:
        futures = [pool.submit(_render, tile, png, drawn[str(tile.mask)]) for tile in made.tiles]
        cells = {
            index: grid.shrink(future.result(), made.layout.cell)
            for index, future in enumerate(futures)
        }
    return grid.join(made.layout, cells, {})


def _render(tile: Tile, png: bytes, mask: bytes) -> bytes:
    return Painter().render([tile], png, mask, lambda: None)[0].png
