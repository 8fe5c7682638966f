"""A notebook's whole way to a collage against ours, with a provider that is waited for.

The notebook is the way that such collages began: masks drawn by putpixel, a hundred edits asked for
one after another, each with the files of source and mask and each kept as a file, and a matplotlib
figure of 18 x 18 inches with a subplot a tile, here with as many pixels as our collage has. Ours is
`collage run` of the same request, with a state of its own that is empty: the cloud's start, the
workflow, the collage with its pyramid and page, all of it fetched into a folder. Both are new
processes, and the tiles must have the same pixels.

The provider is the tests' fake, in a process of its own on the same processors. What it answers
depends on prompt, source and mask, two seconds after it was asked: sooner than users report of any
image model of OpenAI's, and the longer an edit is waited for, the more is gained by waiting for
many at once. It allows what OpenAI's highest tier of accounts does.

Beside it: the painter in the provider's place, which waits for nothing. There no way can be much
faster than its edits on all processors, and what that bound is gets measured along.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks import assembly
from benchmarks.masks import pixel_by_pixel
from benchmarks.planned import planned
from benchmarks.result import Result
from collage.digest import sha256
from collage.words import styles

if TYPE_CHECKING:
    from collage.tile import Tile

PHOTO = Path(__file__).resolve().parents[1] / "examples" / "farmhouse.png"
SIDE, CELL, AIM = 10, 512, 4
TILES = SIDE**2
HALVES = ("top", "bottom", "left", "right")
COLLAGE: dict[str, Any] = {"rows": SIDE, "cols": SIDE, "cell": CELL}
PAINTED = COLLAGE | {"size": CELL}
WAITED_FOR = COLLAGE | {
    "engine": "openai",
    "quality": "low",
    "size": 1024,
    "styles": list(styles.DEFAULT_STYLES),
    # The notebook takes the model's picture as it comes.
    "preserve": False,
}
LATENCY = 2.0
A_MINUTE = 250
"""Pictures that the highest tier of accounts may ask for."""
ACCOUNT = {"ImagesPerMinute": f"{A_MINUTE}", "ImagesAtOnce": "2"}

Edit = Callable[["Tile", Path, Path], bytes]
"""What makes the PNG of a tile of the files of source and mask."""


class Compared(NamedTuple):
    """One request made in both ways."""

    notebook: dict[str, float]
    """Seconds, and processor seconds."""
    ours: dict[str, float]
    """The same of the command, with all processes that it started."""
    parts: dict[str, dict[str, float]]
    """The same of the notebook's parts."""
    same_tiles: bool

    @property
    def value(self) -> float:
        """How many times faster ours is."""
        return self.notebook["seconds"] / self.ours["seconds"]

    def told(self) -> dict[str, Any]:
        """As plain values."""
        return {"value": round(self.value, 2), **self._asdict()}

    def row(self, name: str) -> str:
        """As a row of a table."""
        return "".join(
            (
                f"{name:<24}",
                *(f"{way['seconds']:>10.1f}{way['cpu_seconds']:>8.1f}" for way in self[:2]),
                f"{self.value:>8.2f}",
            )
        )


def measure() -> Result:
    """The notebook's time over ours where a provider is waited for; the painter's beside it."""
    # Imported here: the notebook's own process, which has this module, needs nothing of it.
    from benchmarks import fanout

    painter = _compared(PAINTED, {})
    limits = ("--limit-per-second", f"{A_MINUTE / 60}", "--latency", f"{LATENCY}")
    with fanout.provider(*limits, cheap=False) as fake:
        waited_for = _compared(
            WAITED_FOR, {"OPENAI_API_KEY": fanout.KEY, "OPENAI_BASE_URL": fake.base_url}
        )
    processors = os.cpu_count() or 1
    edits = painter.parts["edits"]["cpu_seconds"] / processors
    # By processor time, which is what the notebook takes by the clock of a machine to itself.
    alone = painter.notebook["cpu_seconds"]
    at_most = alone / edits
    return Result(
        name="notebook",
        value=round(waited_for.value, 2),
        unit=f"times faster than the notebook, {TILES} tiles",
        aim=f">= {AIM}",
        holds=waited_for.value >= AIM and waited_for.same_tiles and painter.same_tiles,
        parts={
            "processors": processors,
            "latency_seconds": LATENCY,
            "pictures_a_minute": A_MINUTE,
            "least_seconds": TILES / A_MINUTE * 60,
            "waited_for": waited_for.told(),
            "painter": painter.told() | {"at_most": round(at_most, 2)},
        },
        table=(
            f"{'seconds, and cpu':<24}{'notebook':>10}{'':>8}{'ours':>10}{'':>8}{'times':>8}\n"
            f"{waited_for.row(f'waited for, {LATENCY:g} s')}\n"
            f"{painter.row('the painter')}\n\n"
            f"The painter's edits alone are {edits:.1f} s of {processors} processors, a quarter of "
            f"the notebook's time is {alone / AIM:.1f} s:\n"
            f"nothing that makes them is more than {at_most:.1f} times as fast."
        ),
    )


def _compared(options: dict[str, Any], variables: Mapping[str, str]) -> Compared:
    """A request made in both ways, by processes that have these ``variables`` besides."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made, source, _ = planned(PHOTO.read_bytes(), options)
        (folder / "source.png").write_bytes(source)
        draws = [tile.model_dump(mode="json") for tile in made.tiles]
        (folder / "draws.json").write_text(json.dumps(draws), encoding="utf-8")
        theirs, mine = folder / "notebook", folder / "ours"
        notebook = [sys.executable, "-m", "benchmarks.notebook", str(folder), str(theirs)]
        environment = os.environ | variables
        return Compared(
            notebook=_timed(notebook, environment),
            ours=_timed(command(options, mine), environment),
            parts=json.loads((theirs / "spent.json").read_text(encoding="utf-8")),
            same_tiles=_pixels(theirs / "tiles") == _pixels(mine / "tiles"),
        )


def command(options: Mapping[str, Any], out: Path) -> list[str]:
    """`collage run` of a request into a new folder ``out``."""
    given = [
        *(str(Path(sys.executable).with_name("collage")), "run", str(PHOTO)),
        *("--state", f"{out}.state", "--out", str(out), "--quiet", "--yes"),
    ]
    for name, value in ACCOUNT.items():
        given += ["--parameter", f"{name}={value}"]
    for name, value in options.items():
        if isinstance(value, bool):
            given.append(f"--{name}" if value else f"--no-{name}")
        else:
            given += [f"--{name}", ",".join(value) if isinstance(value, list) else str(value)]
    return given


def notebook(folder: Path, out: Path) -> None:
    """The notebook: what ``folder`` has is its picture, and what would be drawn by lot."""
    from collage.tile import Tile

    draws = json.loads((folder / "draws.json").read_text(encoding="utf-8"))
    tiles = [Tile.model_validate(draw) for draw in draws]
    (out / "tiles").mkdir(parents=True)
    edit = EDITS[tiles[0].engine]()
    times = [(perf_counter(), process_time())]
    for half in HALVES:
        (out / f"{half}.png").write_bytes(pixel_by_pixel(half, tiles[0].size[0]))
    times.append((perf_counter(), process_time()))
    files = []
    for tile in tiles:
        files.append(out / "tiles" / f"{tile.key}.png")
        files[-1].write_bytes(edit(tile, folder / "source.png", out / f"{tile.mask}.png"))
    times.append((perf_counter(), process_time()))
    assembly.matplotlib(files, out / "collage.png", CELL)
    times.append((perf_counter(), process_time()))
    spent = {
        part: {
            "seconds": round(after[0] - before[0], 2),
            "cpu_seconds": round(after[1] - before[1], 2),
        }
        for part, (before, after) in zip(("masks", "edits", "figure"), pairwise(times), strict=True)
    }
    (out / "spent.json").write_text(json.dumps(spent), encoding="utf-8")


def _painter() -> Edit:
    from collage.engines.painter.engine import Painter

    provider = Painter()

    def edit(tile: Tile, source: Path, mask: Path) -> bytes:
        (made,) = provider.render([tile], source.read_bytes(), mask.read_bytes(), str)
        return made.png

    return edit


def _openai() -> Edit:
    import openai

    client = openai.OpenAI()

    def edit(tile: Tile, source: Path, mask: Path) -> bytes:
        answer = client.images.edit(
            image=source,
            mask=mask,
            prompt=tile.prompt,
            model=tile.model,
            size="1024x1024",
            quality="low",
        )
        (picture,) = answer.data or []
        return base64.b64decode(picture.b64_json or "")

    return edit


EDITS: dict[str, Callable[[], Edit]] = {"painter": _painter, "openai": _openai}


def _timed(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    """Seconds of a process, and processor seconds with all that it started."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run(command, check=True, env=environment)
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
