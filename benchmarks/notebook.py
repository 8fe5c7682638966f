"""A notebook's whole way to a collage against ours, the painter in the provider's place in both.

The notebook is the way that such collages began: masks drawn by putpixel, a hundred edits asked for
one after another, each with the files of source and mask and each kept as a file, and a matplotlib
figure of 18 x 18 inches with a subplot a tile, here with as many pixels as the tiles have. Ours is
`collage run` of the same request, with a state of its own that is empty: the cloud's start, the
workflow, the collage with its pyramid and page, all of it fetched into a folder. Both are new
processes, and the tiles must have the same pixels.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from benchmarks import assembly
from benchmarks.masks import pixel_by_pixel
from benchmarks.planned import planned
from benchmarks.result import Result
from collage.digest import sha256

if TYPE_CHECKING:
    from collage.plan import Plan

PHOTO = Path(__file__).resolve().parents[1] / "examples" / "farmhouse.png"
SIDE, SIZE, ROUNDS, AIM = 10, 512, 3, 4
HALVES = ("top", "bottom", "left", "right")
OPTIONS: dict[str, Any] = {"rows": SIDE, "cols": SIDE, "size": SIZE, "cell": SIZE}


def measure() -> Result:
    """The notebook's median time over ours."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made, source, _ = planned(PHOTO.read_bytes(), OPTIONS)
        (folder / "source.png").write_bytes(source)
        (folder / "draws.json").write_text(_draws(made), encoding="utf-8")
        rounds = []
        for number in range(ROUNDS):
            ways = {way: folder / f"{way}{number}" for way in ("notebook", "ours")}
            rounds.append({way: _timed(command(way, folder, out)) for way, out in ways.items()})
        spent = json.loads((folder / "notebook0" / "spent.json").read_text(encoding="utf-8"))
        same = len({_pixels(folder / f"{way}0" / "tiles") for way in ("notebook", "ours")}) == 1
    theirs, mine = (median(one[way]["seconds"] for one in rounds) for way in ("notebook", "ours"))
    value = theirs / mine
    return Result(
        name="notebook",
        value=round(value, 2),
        unit="times faster than the notebook, 100 tiles",
        aim=f">= {AIM}",
        holds=same and value >= AIM,
        parts={
            "processors": os.cpu_count(),
            "size": SIZE,
            "same_tiles": same,
            "notebook_cpu_seconds": spent,
            "rounds": rounds,
        },
    )


def command(way: str, folder: Path, out: Path) -> list[str]:
    """What makes the collage by one of the ways into a new folder ``out``."""
    if way == "notebook":
        return [sys.executable, "-m", "benchmarks.notebook", str(folder), str(out)]
    options = [part for name, value in OPTIONS.items() for part in (f"--{name}", str(value))]
    return [
        *(str(Path(sys.executable).with_name("collage")), "run", str(PHOTO), *options),
        *("--state", f"{out}.state", "--out", str(out), "--quiet"),
    ]


def notebook(folder: Path, out: Path) -> None:
    """The notebook: what ``folder`` has is its picture, and what would be drawn by lot."""
    from collage.engines.painter.engine import Painter
    from collage.tile import Tile

    (out / "tiles").mkdir(parents=True)
    spent = [process_time()]
    for half in HALVES:
        (out / f"{half}.png").write_bytes(pixel_by_pixel(half, SIZE))
    spent.append(process_time())
    provider, files = Painter(), []
    for draw in json.loads((folder / "draws.json").read_text(encoding="utf-8")):
        tile = Tile.model_validate(draw)
        source, mask = (folder / "source.png").read_bytes(), (out / f"{tile.mask}.png").read_bytes()
        (edit,) = provider.render([tile], source, mask, str)
        files.append(out / "tiles" / f"{tile.key}.png")
        files[-1].write_bytes(edit.png)
    spent.append(process_time())
    assembly.matplotlib(files, out / "collage.png", SIZE)
    spent.append(process_time())
    parts = ("imports", "masks", "edits", "figure")
    seconds = (round(b - a, 2) for a, b in pairwise((0.0, *spent)))
    (out / "spent.json").write_text(
        json.dumps(dict(zip(parts, seconds, strict=True))), encoding="utf-8"
    )


def _draws(made: Plan) -> str:
    return json.dumps([tile.model_dump(mode="json") for tile in made.tiles])


def _timed(command: list[str]) -> dict[str, float]:
    """Seconds of a process, and processor seconds with all that it started."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run(command, check=True)
    seconds, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": round(seconds, 2), "cpu_seconds": round(spent, 2)}


def _pixels(tiles: Path) -> frozenset[tuple[str, str]]:
    """What pixels each tile of a folder has, by a digest."""
    from PIL import Image

    return frozenset(
        (file.name, sha256(Image.open(file).convert("RGB").tobytes()))
        for file in tiles.glob("*.png")
    )


if __name__ == "__main__":
    notebook(Path(sys.argv[1]), Path(sys.argv[2]))
