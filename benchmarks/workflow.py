"""A 100-tile collage through the laptop cloud against a plain loop that writes the same files.

The loop takes the workflow's steps in turn in as many processes as there are processors, and its
store is a folder: what the workflow adds are the state machine, the Map, S3 with what it keeps on
disk, the Lambda runtime, and IAM enforced. Warm, both are up when the clock starts: a small collage
has run in the cloud, and in the loop's processes. Cold is `collage run` as a new process with an
empty state, until it has ended with the page and all else on disk.

The ratios are of processor seconds (user and system) of all processes, which a busy machine
distorts less than a clock; `parts` has the clock's too.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from time import perf_counter
from typing import Any, cast

from benchmarks.folder import Folder
from benchmarks.processes import since, spent
from benchmarks.result import Result
from collage.services import Services
from collage.settings import Settings
from collage.steps.assemble_collage import assemble_collage
from collage.steps.list_styles import list_styles
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from collage.steps.render_tile import render_tile
from collage.steps.start_collage import start
from collage.store.store import Store
from collage.tile import Call
from collage.watch.runs import Run, Runs
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.stack import Stack

PHOTO = Path(__file__).resolve().parents[1] / "examples" / "farmhouse.png"
SIDE = 10
SMALL: dict[str, Any] = {"rows": 2, "cols": 2, "seed": 1}
WORKERS = os.cpu_count() or 1
ROUNDS = 3
"""Collages of either way, one after another in turn, each of other tiles."""
WARM, COLD = 1.15, 1.3


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, and of processors."""

    seconds: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Took) -> Took:
        return Took(self.seconds + other.seconds, self.cpu + other.cpu)

    def over(self, other: Took) -> float:
        """The ratio of processor seconds."""
        return self.cpu / other.cpu

    def parts(self) -> dict[str, float]:
        """As plain values."""
        return {"seconds": round(self.seconds, 2), "cpu_seconds": round(self.cpu, 2)}


def measure() -> Result:
    """The workflow's processor time over the loop's, warm."""
    data = PHOTO.read_bytes()
    ours = loop = cold = Took()
    with (
        laptop.running({}) as (_, stack),
        # Not forked: the laptop cloud has threads, whose locks a fork would find taken.
        ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as pool,
        tempfile.TemporaryDirectory() as folder,
    ):
        through_the_cloud(stack, data, SMALL)
        plain_loop(pool, Path(folder), data, SMALL)
        for number in range(ROUNDS):
            options = {"rows": SIDE, "cols": SIDE, "seed": 10 + number}
            ours += _took(partial(through_the_cloud, stack, data, options))
            loop += _took(partial(plain_loop, pool, Path(folder), data, options))
            cold += from_the_command(options["seed"])
    return Result(
        name="workflow",
        value=round(ours.over(loop), 2),
        unit="times a plain loop that writes the same",
        aim=f"<= {WARM}, cold {COLD}",
        holds=ours.over(loop) <= WARM and cold.over(loop) <= COLD,
        parts={
            "tiles": SIDE**2,
            "rounds": ROUNDS,
            "workers": WORKERS,
            "workflow": ours.parts(),
            "loop": loop.parts(),
            "by_the_clock": round(ours.seconds / loop.seconds, 2),
            "cold": cold.parts(),
            "cold_value": round(cold.over(loop), 2),
            "cold_by_the_clock": round(cold.seconds / loop.seconds, 2),
        },
    )


def _took(way: Callable[[], object]) -> Took:
    """What something takes of this process and of those that are there before it and after it."""
    before, began = spent(), perf_counter()
    way()
    seconds = perf_counter() - began
    return Took(seconds, since(before))


def through_the_cloud(stack: Stack, data: bytes, options: dict[str, Any]) -> None:
    """From the request to the end of its run."""
    for _ in stack.follow(stack.start(data, options)):
        pass


def from_the_command(seed: int) -> Took:
    """`collage run` from the command given until it has ended."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(str(Path(sys.executable).with_name("collage")), "run", str(PHOTO), "--json"),
            *("--rows", f"{SIDE}", "--cols", f"{SIDE}", "--seed", f"{seed}"),
            *("--state", f"{folder}/state", "--out", f"{folder}/out"),
        ]
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(seconds, cpu)


def plain_loop(
    pool: ProcessPoolExecutor, folder: Path, data: bytes, options: Mapping[str, Any]
) -> None:
    """The same collage with no workflow: every step in turn, the tiles by the processes."""
    store, services = connected(folder)
    asked = start(store, services, cast(Runs, Alone()), store.put_source(data), dict(options))["id"]
    list_styles(store, services, asked)
    make_masks(store, services, asked)
    for wave in plan_tiles(store, services, asked)["waves"]:
        file = folder / store.collages / str(wave["calls"])
        calls = json.loads(file.read_bytes())
        list(pool.map(_render, [folder] * len(calls), [asked] * len(calls), calls))
    assemble_collage(store, services, asked)


@cache
def connected(folder: Path) -> tuple[Store, Services]:
    """The store over a folder, and the services of who has nothing else; made once a process."""
    settings = Settings(uploads_bucket="uploads", collages_bucket="collages")
    store = Store(cast(Any, Folder(folder)), settings.uploads_bucket, settings.collages_bucket)
    return store, Services(settings)


def _render(folder: Path, collage: str, call: dict[str, Any]) -> None:
    render_tile(*connected(folder), collage, Call.model_validate(call))


class Alone:
    """Runs where there is no workflow: each is the only one of its collage."""

    def start(self, collage: str, *_: Any) -> Run:
        """Nothing is started; the loop goes on."""
        return Run(collage, new=True)


if __name__ == "__main__":
    print(json.dumps(measure().as_json(), indent=1))
