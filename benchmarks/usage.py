"""What a collage of very many tiles uses at AWS, by the shipped workflow, template and library.

States, invocations, starts and events are counted by walking the definition. What a request or a
second costs is `costs`', and what a call takes `setups`'.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from benchmarks import account, costs
from benchmarks.setups import Setup, outcome, sample, work_seconds
from benchmarks.shipped import template
from benchmarks.walk import Told, Walk, walk
from collage import plan_slices, waves
from collage.engines.diffusion import shards
from collage.sheet import bands
from collage.sheet.geometry import Geometry
from collage.steps.plan_tiles import Planned, Wave

ASSEMBLY_CPU, ASSEMBLY_PIXEL_CPU = 0.0103, 4.8e-8
"""Processor seconds of the assembly for a tile, and for a pixel of its cell: between what a cell of
256 px takes (`costs`) and what one of 512 px does (docs/assembly.md)."""
GATHER_CPU = 0.0013
"""To look for a tile of a slice, request included: measured of 12,100 (docs/assembly.md), when
JudgeTiles did it. The threads that read use one processor together."""
JUDGE_CPU, JOIN_CPU = 0.00005, 0.00018
"""Of the verdict for a tile, and of its manifest and index: measured of 100,000, and no more of
1,000,000 (docs/large.md)."""
PROCESSOR_GB = 1769 / 1024
"""Memory for which Lambda gives a function one processor."""
PLAN_CPU = 0.000085
"""Processor seconds a tile to unfold a plan, and to write it with its calls and slices: measured of
100,000 and 200,000."""


@dataclass(frozen=True)
class Collage:
    """A collage of ``rows`` x ``cols`` cells of ``cell`` pixels each, all of them tiles."""

    setup: Setup
    rows: int
    cols: int
    cell: int

    @property
    def tiles(self) -> int:
        """How many there are."""
        return self.rows * self.cols

    @property
    def calls(self) -> int:
        """Calls of the engine."""
        return round(self.tiles * sample(self.setup).calls)

    @property
    def shards(self) -> int:
        """Tasks on GPUs that divide a wave."""
        return shards.shards(self.waves[0], self.setup.gpus) if self.setup.gpus else 0

    @cached_property
    def bands(self) -> int:
        """In how many bands it is assembled; 0 where one function does it."""
        return bands.count(
            Geometry(
                rows=self.rows,
                cols=self.cols,
                gap=0,
                offset=(0, 0),
                step=(self.cell, self.cell),
                visible=(self.cell, self.cell),
                label=0,
                size=(self.cols * self.cell, self.rows * self.cell),
            )
        )

    @property
    def attempts(self) -> float:
        """Invocations of RenderTile a call."""
        if self.setup.gpus:
            return 0
        made = outcome(self.setup)
        return made.attempts.total() / made.made

    @property
    def waves(self) -> list[int]:
        """How many calls can be made at once, one wave after another."""
        most = waves.MOST_OF_A_WAVE
        return [min(most, self.calls - start) for start in range(0, self.calls, most)]

    @cached_property
    def planned(self) -> Planned:
        """What PlanTiles answers."""
        shared = [shards.shards(calls, self.setup.gpus) for calls in self.waves]
        return Planned(
            bucket="b" * 63,
            waves=[
                Wave(
                    calls=None if self.setup.gpus else f"collages/{'0' * 20}/calls-{number}.json",
                    shards=list(range(count)),
                    of=count,
                    seconds=10**6,
                )
                for number, count in enumerate(shared)
            ],
            count=len(shared),
            concurrency=self.setup.at_once,
            bands=self.bands,
            slices=list(plan_slices.numbers(self.tiles)) if self.bands else [],
        )

    @cached_property
    def walk(self) -> Walk:
        """All that the definition says of the run; of every call the first attempt."""
        joined: list[int | str] = ["collage"] if self.has_file else []
        parts = [*joined, *range(self.bands)]
        told = Told(
            answers={
                "PlanTiles": self.planned,
                "JudgeTiles": {"done": False, "round": 0, "parts": parts, "result": {}},
                "JoinBands": {"done": True, "round": 0, "parts": [], "result": {}},
            },
            files={
                str(wave["calls"]): calls
                for wave, calls in zip(self.planned["waves"], self.waves, strict=True)
            },
        )
        return walk(account.machine(), {"id": "0" * 20, "needs_styles": False}, told)

    @property
    def again(self) -> int:
        """Attempts of calls beyond the first."""
        return max(0, round(self.calls * (self.attempts - 1))) if not self.setup.gpus else 0

    @property
    def transitions(self) -> int:
        """All that Step Functions counts: states entered, children started, and retries."""
        return self.walk.transitions + self.again

    @property
    def invocations(self) -> dict[str, int]:
        """Of each function, by name, with that of the door."""
        again = {"RenderTile": self.again} if self.again else {}
        invoked = {"StartCollage": 1, **self.walk.invoked}
        return {name: count + again.get(name, 0) for name, count in invoked.items()}

    @property
    def pyramid(self) -> int:
        """Files of the pyramid."""
        return costs.pyramid(self.cols * self.cell, self.rows * self.cell)

    @property
    def gets_and_puts(self) -> tuple[int, int]:
        """S3 requests, of the run and of the tiles."""
        gets, puts = map(sum, zip(*self.making_requests, costs.ASSEMBLE_REQUESTS, strict=True))
        run_gets, run_puts = costs.RUN_REQUESTS
        gets += 1 if self.in_bands else 0
        return run_gets + self.tiles * gets, run_puts + self.pyramid + self.tiles * puts

    @property
    def making_requests(self) -> list[tuple[int, int]]:
        """GETs and PUTs of S3 while a tile is made, and where a provider is asked for it."""
        return [costs.RENDER_REQUESTS] + ([costs.PROVIDER_REQUESTS] if self.setup.quotas else [])

    @property
    def table_writes(self) -> int:
        """Units written into the table of the limits."""
        if not self.setup.quotas:
            return 0
        made = outcome(self.setup)
        return round(costs.table_writes(made) / made.made * self.calls)

    @property
    def call_seconds(self) -> float:
        """Seconds that a function is at work for a call that has its turn at once."""
        requests = sum(map(sum, self.making_requests)) / sample(self.setup).calls
        return work_seconds(self.setup) + requests * costs.S3_SECONDS

    @property
    def waiting_seconds(self) -> float:
        """Seconds a call that functions wait for turns, all of its attempts together."""
        made = outcome(self.setup)
        return made.busy_seconds / made.made - work_seconds(self.setup)

    @property
    def has_file(self) -> bool:
        """Whether all of it is joined into one file."""
        return bands.has_file(self.rows, self.cols)

    @property
    def in_bands(self) -> bool:
        """Whether several functions assemble it, one after another or side by side."""
        return self.walk.invoked["AssembleCollage"] > 1

    @cached_property
    def assembly(self) -> dict[str, float]:
        """Seconds of each kind of invocation that assembles.

        Half of what a tile takes is to learn of it, the other half to draw it. In bands it is
        learnt of in slices and drawn twice, for the pyramid and for the joined picture.
        """
        processors = costs.memory_gb("AssembleCollage") / PROCESSOR_GB
        wait = costs.S3_SECONDS / costs.READERS
        learnt = ASSEMBLY_CPU / 2 * costs.SLOWER / processors + wait
        drawn = learnt + ASSEMBLY_PIXEL_CPU * self.cell**2 * costs.SLOWER / processors
        put = self.pyramid * wait
        if not self.in_bands:
            return {"AssembleCollage": self.tiles * (learnt + drawn) + put + costs.INIT_SECONDS}
        joined = self.tiles * drawn + costs.INIT_SECONDS
        gathered = min(self.tiles, plan_slices.TILES) * (GATHER_CPU * costs.SLOWER + wait)
        return {
            "a slice": gathered + costs.INIT_SECONDS,
            "the verdict": self.tiles * JUDGE_CPU * costs.SLOWER + costs.INIT_SECONDS,
            "a band": (self.tiles * drawn + put) / self.bands + costs.INIT_SECONDS,
            **({"the joined picture": joined} if self.has_file else {}),
            "the manifest": self.tiles * JOIN_CPU * costs.SLOWER + costs.INIT_SECONDS,
        }

    @property
    def assembly_seconds(self) -> float:
        """Seconds of all invocations that assemble, added up."""
        count = {"a band": self.bands, "a slice": len(self.planned["slices"])}
        return sum(each * count.get(name, 1) for name, each in self.assembly.items())

    @property
    def assembly_lasts(self) -> float:
        """Seconds from the last tile to the collage."""
        if not self.in_bands:
            return self.assembly_seconds
        parts = self.assembly
        slices = _rounds("GatherTiles", len(self.planned["slices"])) * parts["a slice"]
        bands = _rounds("AssembleBands", self.bands) * parts["a band"]
        drawn = max(bands, parts.get("the joined picture", 0.0))
        return slices + parts["the verdict"] + drawn + parts["the manifest"]

    @property
    def plan_seconds(self) -> float:
        """Seconds of PlanTiles."""
        return self.tiles * PLAN_CPU * costs.SLOWER + 8 * costs.S3_SECONDS + costs.INIT_SECONDS

    def seconds(self, function: str) -> float:
        """Seconds of a function's invocations, added up."""
        count = self.invocations[function]
        if function == "RenderTile":
            cold = min(count, self.setup.at_once) * costs.INIT_SECONDS
            return self.calls * (self.call_seconds + self.waiting_seconds) + cold
        if function == "PlanTiles":
            return self.plan_seconds
        if function == "AssembleCollage":
            return self.assembly_seconds
        cpu = costs.CPU.get(function, costs.CPU["PlanTiles"]) * costs.SLOWER
        return count * (cpu + 8 * costs.S3_SECONDS + costs.INIT_SECONDS)

    @property
    def gb_seconds(self) -> float:
        """What Lambda counts."""
        return sum(self.seconds(name) * costs.memory_gb(name) for name in self.invocations)

    @property
    def gpu_hours(self) -> float:
        """Hours of all instances, from each one's start until it is let go."""
        if not self.shards:
            return 0.0
        around = costs.GPU_START_SECONDS + costs.GPU_IDLE_SECONDS
        return (self.walk.tasks * around + self.tiles * costs.gpu_tile_seconds()) / 3600

    @property
    def dollars(self) -> dict[str, float]:
        """What is paid once to AWS, by service; no free tier."""
        gets, puts = self.gets_and_puts
        calls = sum(self.invocations.values())
        gpu = costs.gpu_dollars(self.gpu_hours)
        return {
            "Step Functions": self.transitions * costs.TRANSITION,
            "Lambda": self.gb_seconds * costs.GB_SECOND + calls * costs.INVOCATION,
            "S3 requests": gets * costs.GET + puts * costs.PUT,
            "DynamoDB": self.table_writes * costs.TABLE_WRITE,
            "EventBridge": self.walk.announced * EVENT,
            "CloudWatch Logs": calls * costs.LOG_BYTES / 1e9 * costs.LOG_GB,
            "X-Ray": (calls + self.tiles) * costs.TRACED * costs.TRACE,
            "GPU instances": sum(gpu.values()),
        }

    @property
    def provider_dollars(self) -> float:
        """What is paid to the provider, by the plan's own estimate."""
        return self.tiles * sample(self.setup).usd


def _rounds(mapped: str, items: int) -> int:
    """How often a Map begins as many items as it has under way at once."""
    return math.ceil(items / int(account.machine()["States"][mapped]["MaxConcurrency"]))


def memory_bytes(function: str) -> int:
    """What the template gives to a function."""
    return round(costs.memory_gb(function) * 1024**3)


def timeout(function: str) -> float:
    """Seconds that the template gives to an invocation of a function."""
    own: dict[str, Any] = template()["Resources"][f"{function}Function"]["Properties"]
    return float(own.get("Timeout", template()["Globals"]["Function"]["Timeout"]))


EVENT = 1.00 / 1e6
"""EventBridge, an event of one's own: the same price page and date as `costs`."""
