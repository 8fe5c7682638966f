"""Assemblies of 100 to 10,000 tiles of 512 px: what a tile costs, and whether memory grows.

All of the assembly is measured: tiles read, PNG, pyramid, preview and manifest written, by boto3
over HTTP to a bucket in another process. Each size has a process of its own. The tiles are some
painted ones under as many keys as are needed.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import bucket
from benchmarks.planned import ID, planned
from benchmarks.result import Result
from collage.digest import canonical, sha256
from collage.engines.painter.engine import Painter
from collage.services import Services
from collage.settings import Settings
from collage.steps.assemble_collage import assemble_collage
from collage.store.store import Store
from collage.tile import Sidecar

PHOTO = Path(__file__).resolve().parents[1] / "examples" / "farmhouse.png"
SIDES = (10, 30, 50, 100)
SIZE = 512
PAINTED = 40
SETTINGS = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "1000000",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Of memory and threads, as the template sets them for the function."""


def measure() -> Result:
    """Processor time a tile, the largest over the smallest."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = painted(SIZE, PAINTED)
        runs = {}
        for side in SIDES:
            prepare(folder, side, pictures)
            with bucket.serving(folder) as address:
                runs[side * side] = assembled(address)
            shutil.rmtree(folder / "collages")
            shutil.rmtree(folder / "tiles")
    each = {tiles: run["cpu_seconds"] / tiles for tiles, run in runs.items()}
    value = max(each.values()) / each[min(each)]
    return Result(
        name="growth",
        value=round(value, 2),
        unit="times the CPU a tile of 100 tiles, worst",
        aim="<= 1.5",
        holds=value <= 1.5,
        parts={"cell": SIZE, "runs": runs},
    )


def painted(size: int, count: int) -> list[bytes]:
    """Tiles of ``size`` pixels by the painter."""
    made, png, drawn = planned(
        PHOTO.read_bytes(), {"rows": 1, "cols": count, "size": size, "tiles": count}
    )
    return [Painter().render([tile], png, drawn[str(tile.mask)], str)[0].png for tile in made.tiles]


def prepare(folder: Path, side: int, pictures: list[bytes], size: int = SIZE) -> None:
    """A planned collage of ``side`` x ``side`` tiles, all of them made."""
    options = {"rows": side, "cols": side, "size": size, "cell": size, "tiles": side * side}
    made, _, _ = planned(PHOTO.read_bytes(), options)
    (folder / "collages" / ID).mkdir(parents=True)
    (folder / "tiles").mkdir()
    (folder / "collages" / ID / "plan.json").write_text(made.model_dump_json(), encoding="utf-8")
    for number, tile in enumerate(made.tiles):
        # One file for all tiles of the same pixels: the first is written, the others are links.
        first = folder / "tiles" / f"{made.tiles[number % len(pictures)].key}.png"
        picture = pictures[number % len(pictures)]
        if number < len(pictures):
            first.write_bytes(picture)
        else:
            os.link(first, folder / "tiles" / f"{tile.key}.png")
        sidecar = Sidecar(
            key=tile.key,
            sha256=sha256(picture),
            tile=tile,
            collage=made.id,
            seconds=0,
            created="",
            version="",
        )
        file = folder / "tiles" / f"{tile.key}.json"
        file.write_bytes(canonical(sidecar.model_dump(mode="json")))


def assembled(
    address: str, most_bytes: int | None = None, first: Callable[[], None] | None = None
) -> dict[str, Any]:
    """What the assembly takes in a process of its own, which begins with ``first``.

    It has no more than ``most_bytes`` of addresses.
    """
    limit = () if most_bytes is None else (str(most_bytes),)
    return in_a_process("benchmarks.growth", address, *limit, first=first)


def in_a_process(
    module: str, *arguments: str, first: Callable[[], None] | None = None
) -> dict[str, Any]:
    """What a module prints as JSON, run as a command, its memory set up as the function has it."""
    answer = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        preexec_fn=first,
        env={**os.environ, **SETTINGS, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"},
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


def peak_megabytes() -> int:
    """The most memory that this process has had."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    line = next(
        each for each in status.read_text(encoding="utf-8").splitlines() if each.startswith("VmHWM")
    )
    return int(line.split()[1]) * 1024 // 1_000_000


def connected(address: str) -> tuple[Store, Services]:
    """The store over a bucket, and the services of a function."""
    import boto3
    from botocore.config import Config

    config = Config(max_pool_connections=64, s3={"addressing_style": "path"})
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1", config=config)
    store = Store(client, bucket.NAME, bucket.NAME)
    return store, Services(Settings(uploads_bucket=bucket.NAME, collages_bucket=bucket.NAME))


def used_seconds() -> float:
    """The processor time that this process has had."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return round(used.ru_utime + used.ru_stime, 2)


def _assemble(address: str) -> None:
    store, services = connected(address)
    began = perf_counter()
    assemble_collage(store, services, ID)
    print(
        json.dumps(
            {
                "seconds": round(perf_counter() - began, 2),
                "cpu_seconds": used_seconds(),
                "peak_megabytes": peak_megabytes(),
            }
        )
    )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
    _assemble(sys.argv[1])
