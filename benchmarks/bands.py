"""A collage of 110 x 110 tiles of 64 px: in bands, each step in a process of its own, and at once.

What is in the bucket, and what is measured, is as in `growth`. Both ways have the same pixels, and
the files of both are compared byte for byte.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import bucket
from benchmarks.growth import (
    connected,
    in_a_process,
    painted,
    peak_megabytes,
    prepare,
    used_seconds,
)
from benchmarks.planned import ID
from benchmarks.result import Result
from collage.steps.assemble_bands import assemble_part, join_bands, judge_tiles
from collage.steps.assemble_collage import assemble_collage
from collage.steps.gather_tiles import gather_tiles

SIDE, SIZE, PAINTED = 110, 64, 40


def measure() -> Result:
    """Processor time of all steps of the assembly in bands, over that of the one at once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, SIDE, painted(SIZE, PAINTED), SIZE)
        with bucket.serving(folder) as address:
            whole = _run(address, "whole")
            at_once = _pictures(folder)
            _run(address, "slices")
            gathered, judged = _run(address, "gather"), _run(address, "judge")
            parts = {str(part): _run(address, str(part)) for part in judged.pop("parts")}
            joined = _run(address, "join")
            same = _pictures(folder) == at_once
    steps = {"gather": gathered, "judge": judged, **parts, "join": joined}
    value = sum(step["cpu_seconds"] for step in steps.values()) / whole["cpu_seconds"]
    peak = max(step["peak_megabytes"] for step in steps.values())
    return Result(
        name="bands",
        value=round(value, 2),
        unit="times the CPU of 12,100 tiles at once",
        aim="<= 2.5",
        holds=same and value <= 2.5 and peak <= whole["peak_megabytes"] * 1.1,
        parts={"same_bytes": same, "at_once": whole, "in_bands": steps},
    )


def _pictures(folder: Path) -> dict[str, bytes]:
    """The pyramid and the preview, by their names; the joined file says when it was made."""
    made = folder / "collages" / ID
    return {str(file): file.read_bytes() for file in sorted(made.rglob("*.jpg"))}


def _run(address: str, step: str) -> dict[str, Any]:
    """What a step takes in a process of its own."""
    return in_a_process("benchmarks.bands", address, step)


def _step(address: str, step: str) -> None:
    store, services = connected(address)
    began = perf_counter()
    answer: dict[str, Any] = {}
    if step == "whole":
        assemble_collage(store, services, ID)
    elif step == "slices":
        # PlanTiles does it, beside the plan.
        store.put_slices(store.plan(ID))
    elif step == "gather":
        for number in store.outline(ID).slices:
            gather_tiles(store, ID, number)
    elif step == "judge":
        answer = {"parts": judge_tiles(store, services, ID)["parts"]}
    elif step == "join":
        join_bands(store, services, ID, 0)
    else:
        assemble_part(store, ID, 0, "collage" if step == "collage" else int(step))
    taken = {
        "seconds": round(perf_counter() - began, 2),
        "cpu_seconds": used_seconds(),
        "peak_megabytes": peak_megabytes(),
    }
    print(json.dumps({**answer, **taken}))


if __name__ == "__main__":
    _step(sys.argv[1], sys.argv[2])
