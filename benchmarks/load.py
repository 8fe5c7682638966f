"""Load: many collages at once, many tiles in one, and many runs through one `collage up`.

The cloud is `collage up` in a process of its own, as a user keeps it. After each part every
manifest is held against its plan, and every tile against its record: none may be missing, doubled,
or another collage's. What the cloud's process has in memory is read after every run; it may not
grow from the tenth to the last by more than a tenth. ``python -m benchmarks.load`` takes other
numbers than the ones it has.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import psutil
from PIL import Image

from benchmarks.result import Result
from combinatoric_collage.cli.stacks import laptop, running_cloud
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack

SMALL: dict[str, Any] = {
    "rows": 2,
    "cols": 3,
    "size": 64,
    "cell": 32,
    "styles": ["Cubism", "Baroque", "Op Art"],
}
TILES = 6
"""Of a small collage."""
SETTLED = 10
"""Runs after which the cloud has what it keeps: warm functions, its own code, caches."""
START_SECONDS = 300


@dataclass(frozen=True)
class Numbers:
    """How much is asked of the cloud."""

    at_once: int = 20
    tiles: int = 2_000
    runs: int = 100


@dataclass
class Part:
    """A part's figures."""

    name: str
    collages: int
    tiles: int
    seconds: float
    wrong: list[str]
    megabytes: list[int] = field(default_factory=list)
    """Of the cloud's own process, after each run."""


@dataclass(frozen=True)
class Up:
    """A `collage up` and the way to it."""

    process: psutil.Process
    stack: Stack

    @property
    def megabytes(self) -> int:
        """What its process has in memory; functions have processes of their own."""
        return int(self.process.memory_info().rss) // 1_000_000


def measure(numbers: Numbers = Numbers()) -> Result:
    """Memory of the cloud after the last of many runs over that after the tenth.

    A table of the parts is printed to standard error as they end.
    """
    parts = []
    print(HEAD, file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder, up(Path(folder)) as cloud:
        for measured, count in (
            (many_runs, numbers.runs),
            (at_once, numbers.at_once),
            (one_large, numbers.tiles),
        ):
            parts.append(measured(cloud, count))
            print(row(parts[-1]), *parts[-1].wrong, sep="\n", file=sys.stderr, flush=True)
    runs = parts[0].megabytes
    value = runs[-1] / runs[min(SETTLED, len(runs)) - 1]
    return Result(
        name="load",
        value=round(value, 2),
        unit="times the cloud's memory after the tenth run",
        aim="<= 1.1",
        holds=value <= 1.1 and not any(part.wrong for part in parts),
        parts={part.name: vars(part) for part in parts},
    )


@contextmanager
def up(folder: Path) -> Iterator[Up]:
    """`collage up` with a state of its own."""
    state, said = folder / "state", folder / "said"
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "COLLAGE_"))}
    command = [sys.executable, "-m", "combinatoric_collage.cli.main", "up", "--state", str(state)]
    with (
        said.open("w", encoding="utf-8") as out,
        subprocess.Popen(command, env=variables, stdout=out, stderr=out) as process,
    ):
        try:
            began = perf_counter()
            while (found := running_cloud.find(state)) is None:
                if process.poll() is not None or perf_counter() - began > START_SECONDS:
                    raise RuntimeError(f"it did not start: {said.read_text(encoding='utf-8')}")
                sleep(0.2)
            yield Up(psutil.Process(process.pid), laptop.handed_over(found))
        finally:
            process.terminate()


def many_runs(cloud: Up, count: int) -> Part:
    """One small collage after another."""
    part = Part("runs", count, count * TILES, 0, [])
    began = perf_counter()
    for number in range(count):
        collage, wrong = made(cloud.stack, number, SMALL)
        part.megabytes.append(cloud.megabytes)
        part.wrong += wrong or compared(cloud.stack, collage, TILES)
    part.seconds = perf_counter() - began
    return part


def at_once(cloud: Up, count: int) -> Part:
    """Small collages that are all asked for before the first is done."""
    part = Part("at once", count, count * TILES, 0, [])
    began = perf_counter()
    with ThreadPoolExecutor(count) as pool:
        ended = list(pool.map(lambda n: made(cloud.stack, 10_000 + n, SMALL), range(count)))
    part.seconds = perf_counter() - began
    part.megabytes.append(cloud.megabytes)
    if (ids := len({collage for collage, _ in ended})) != count:
        part.wrong.append(f"{count} requests became {ids} collages")
    for collage, wrong in ended:
        part.wrong += wrong or compared(cloud.stack, collage, TILES)
    return part


def one_large(cloud: Up, tiles: int) -> Part:
    """One collage of many tiles, no two of them alike."""
    rows = max(n for n in range(1, 201) if tiles % n == 0 and tiles // n <= 200)
    options = {**SMALL, "rows": rows, "cols": tiles // rows, "cell": 16, "tiles": tiles}
    part = Part("one", 1, tiles, 0, [])
    began = perf_counter()
    collage, wrong = made(cloud.stack, 20_000, options)
    part.seconds = perf_counter() - began
    part.megabytes.append(cloud.megabytes)
    part.wrong += wrong or compared(cloud.stack, collage, tiles)
    return part


def made(stack: Stack, number: int, options: dict[str, Any]) -> tuple[str, list[str]]:
    """A collage of a picture that no other number has: its id, and why it failed if it did."""
    picture = Image.new("RGB", (64, 64), (number % 251, number // 251 % 251, 120))
    picture.paste((255, 255, 255), (8, 8, 40, 24 + number % 30))
    file = BytesIO()
    picture.save(file, "PNG")
    started = stack.start(file.getvalue(), options)
    try:
        for _ in stack.follow(started):
            pass
    except RunFailed as error:
        return started["id"], [f"{started['id']}: {error.name}: {error}"]
    return started["id"], []


def compared(stack: Stack, collage: str, tiles: int) -> list[str]:
    """What is wrong with a collage by its plan: tiles that are lost, doubled or another's."""
    plan, manifest = stack.store.plan(collage), stack.store.manifest(collage)
    planned = [tile.key for tile in plan.tiles]
    wrong = []
    if len(set(planned)) != tiles or planned != [record.key for record in manifest.tiles]:
        wrong.append(f"{collage}: the manifest has other tiles than the plan")
    if manifest.tile_counts != {"done": tiles}:
        wrong.append(f"{collage}: {manifest.tile_counts}")
    for tile in plan.tiles:
        # None where the picture's digest is not the one on its record.
        found = stack.store.tile(tile)
        if found is None or found[1].tile != tile or found[1].collage != collage:
            wrong.append(f"{collage}: tile {tile.key} is not the one that was planned")
    return wrong


HEAD = "| part | collages | tiles | minutes | wrong | MB of the cloud |\n" + "|---" * 6 + "|"


def row(part: Part) -> str:
    """A part's line in the table; memory after the first run, the tenth and the last."""
    memory = part.megabytes
    shown = [memory[n] for n in sorted({0, min(SETTLED, len(memory)) - 1, len(memory) - 1})]
    return (
        f"| {part.name} | {part.collages} | {part.tiles} | {part.seconds / 60:.1f} "
        f"| {len(part.wrong)} | {', '.join(str(one) for one in shown)} |"
    )


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    for name, value in vars(Numbers()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=value)
    result = measure(Numbers(**vars(parser.parse_args())))
    print(json.dumps(result.as_json()))
    sys.exit(not result.holds)


if __name__ == "__main__":
    main()
