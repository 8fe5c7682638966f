"""The same 100 tiles of 1024 px as one picture: five ways, each in a process of its own.

``matplotlib`` is the way that such collages began: a figure of 18 x 18 inches with a subplot a
tile, here with as many pixels as the others have. ``pillow`` pastes into one picture, ``libvips``
joins bare files by arrayjoin; both save with their defaults. ``libvips_up`` saves a file as small
as ours: that is what ours is held to in processor time and memory. ``ours`` makes strips and writes
them as it does in the function, without a store; ``whole`` makes pyramid and preview besides. The
pixels of all but the first are the same. All have the function's settings of memory and of numpy's
threads.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks.growth import SETTINGS, painted, peak_megabytes
from benchmarks.result import Result

if TYPE_CHECKING:
    import pyvips

    from collage.formats.file_format import Writer
    from collage.pixels import Pixels

SIDE, TILES, PAINTED, ROUNDS, INCHES = 1024, 100, 20, 5, 18


def measure() -> Result:
    """How many times faster than Pillow ours is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = painted(SIDE, PAINTED)
        for number in range(TILES):
            (folder / f"{number:03}.png").write_bytes(pictures[number % PAINTED])
        runs: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
        for _ in range(ROUNDS):
            for way in WAYS:
                # The slowest has no need of another round: it is far off.
                if way != "matplotlib" or not runs[way]:
                    runs[way].append(_run(way, folder))
        same = len({_pixels(folder / f"{way}.out") for way in WAYS if way != "matplotlib"}) == 1
    seconds = {way: median(run["seconds"] for run in each) for way, each in runs.items()}
    memory = {way: median(run["peak_megabytes"] for run in each) for way, each in runs.items()}
    # What others do on the machine only adds to it.
    processor = {way: min(run["cpu_seconds"] for run in each) for way, each in runs.items()}
    of_libvips = {
        "cpu_seconds": round(processor["ours"] / processor["libvips_up"], 2),
        "peak_megabytes": round(memory["ours"] / memory["libvips_up"], 2),
    }
    ratios = {way: round(seconds[way] / seconds["ours"], 2) for way in WAYS}
    holds = (
        same
        and ratios["matplotlib"] >= 10
        and ratios["pillow"] >= 3
        and of_libvips["cpu_seconds"] <= 1
        and of_libvips["peak_megabytes"] <= 1.3
        and memory["ours"] <= memory["pillow"] / 3
    )
    return Result(
        name="assembly",
        value=ratios["pillow"],
        unit="times faster than Pillow, 100 tiles of 1024 px",
        aim=">= 3",
        holds=holds,
        parts={
            "same_pixels": same,
            "times_ours": ratios,
            "seconds": seconds,
            "cpu_seconds": processor,
            "peak_megabytes": memory,
            "ours_of_libvips_up": of_libvips,
            "file_bytes": {way: each[0]["file_bytes"] for way, each in runs.items()},
        },
    )


def matplotlib(files: list[Path], out: Path, side: int = SIDE) -> None:
    """Subplots of a figure, with as many pixels as tiles of ``side`` pixels have."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    across = round(len(files) ** 0.5)
    figure, axes = pyplot.subplots(across, across, figsize=(INCHES, INCHES))
    for axis, file in zip(axes.flat, files, strict=True):
        axis.imshow(pyplot.imread(file))
        axis.axis("off")
    pyplot.tight_layout()
    figure.savefig(out, format="png", dpi=across * side / INCHES)


def pillow(files: list[Path], out: Path) -> None:
    """A picture to paste into."""
    from PIL import Image

    across = round(len(files) ** 0.5)
    collage = Image.new("RGB", (across * SIDE, across * SIDE))
    for number, file in enumerate(files):
        row, col = divmod(number, across)
        with Image.open(file) as tile:
            collage.paste(tile, (col * SIDE, row * SIDE))
    collage.save(out, "PNG")


def libvips(files: list[Path], out: Path) -> None:
    """Nothing but libvips."""
    _joined(files).pngsave(str(out))


def libvips_up(files: list[Path], out: Path) -> None:
    """The same, as a file of the size that ours has."""
    _joined(files).pngsave(str(out), compression=2, filter="up")


def _joined(files: list[Path]) -> pyvips.Image:
    import pyvips

    tiles = [pyvips.Image.new_from_file(str(file), access="sequential") for file in files]
    return pyvips.Image.arrayjoin(tiles, across=round(len(files) ** 0.5))


def ours(files: list[Path], out: Path) -> None:
    """Strips, and the writer of PNGs."""
    _strips(files, out, with_pyramid=False)


def whole(files: list[Path], out: Path) -> None:
    """Strips, and all that the function makes of them."""
    _strips(files, out, with_pyramid=True)


WAYS: dict[str, Callable[[list[Path], Path], None]] = {
    way.__name__: way for way in (matplotlib, pillow, libvips, libvips_up, ours, whole)
}


class _Files:
    def __init__(self, files: list[Path]) -> None:
        self._files = files

    def fetch(self, tile: int) -> bytes:
        return self._files[tile].read_bytes()

    def decode(self, tile: int, file: bytes) -> Pixels:
        from collage.sheet import cells

        return cells.shrink(file, (SIDE, SIDE))


def _strips(files: list[Path], out: Path, *, with_pyramid: bool) -> None:
    from collage.formats import FORMATS, pyramid
    from collage.formats.deep_zoom import Pyramid
    from collage.sheet.layout import Layout
    from collage.sheet.sheet import Sheet
    from collage.sheet.strips import strips
    from collage.steps.join import READERS, WORKERS, one_thread_each

    across = round(len(files) ** 0.5)
    order = tuple(range(len(files)))
    sheet = Sheet(Layout(rows=across, cols=across, cell=(SIDE, SIDE), gap=0, cells=order), {})
    size = sheet.geometry.size

    with (
        one_thread_each(),
        out.open("wb") as file,
        ThreadPoolExecutor(READERS) as readers,
        ThreadPoolExecutor(WORKERS) as workers,
    ):
        made: list[Writer] = [FORMATS["png"].writer(size, None, file.write, workers)]
        if with_pyramid:
            form = Pyramid()
            made.append(pyramid.Writer(size, form, "preview.jpg", None, lambda *_: None, workers))
        for strip in strips(sheet, _Files(files), readers, workers):
            for writer in made:
                writer.write(strip)
            del strip
        for writer in made:
            writer.finish()


def _run(way: str, folder: Path) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.assembly", way, str(folder)],
        env={**os.environ, **SETTINGS},
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


def _pixels(file: Path) -> str:
    """A digest of a picture's pixels."""
    import pyvips

    from collage.digest import sha256

    return sha256(bytes(pyvips.Image.new_from_file(str(file)).write_to_memory()))


def _main(way: str, folder: Path) -> None:
    import resource

    files, out = sorted(folder.glob("*.png")), folder / f"{way}.out"
    began = perf_counter()
    WAYS[way](files, out)
    seconds = perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": round(seconds, 2),
                "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
                "peak_megabytes": peak_megabytes(),
                "file_bytes": out.stat().st_size,
            }
        )
    )


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
