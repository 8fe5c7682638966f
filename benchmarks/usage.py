"""What a collage of very many tiles uses at AWS, by the shipped workflow, template and library.

States, invocations, starts and events are counted by walking the definition; calls, their price and
their bytes are those of a small plan that the library makes; attempts are simulated at the pace of
the provider. What a request or a second costs is `costs`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from benchmarks import account, costs
from benchmarks.account import Outcome, Work
from benchmarks.planned import planned
from benchmarks.quotas import AT_ONCE
from benchmarks.shipped import template
from benchmarks.walk import Facts, Walk, walk
from collage import engines
from collage.digest import canonical
from collage.engines.diffusion import shards
from collage.engines.provider import Provider, Quota, concurrency, per_minute
from collage.sheet import bands
from collage.sheet.geometry import Geometry
from collage.spending.accounts import Account

PHOTO = Path(__file__).resolve().parents[1] / "examples" / "farmhouse.png"
SAMPLE = {"rows": 10, "cols": 10, "size": 512}
"""The plan that calls, their price and their bytes are taken from."""
QUALITY = "low"
"""Of engines that have qualities."""
CPU = {"painter": costs.CPU["RenderTile"], "stylizer": 0.8}
"""Processor seconds of a tile of 512 px in two styles, where the engine works in the function; the
stylizer's is the middle of what docs/stylizer.md tells of two."""
ASSEMBLY_CPU, ASSEMBLY_PIXEL_CPU = 0.0103, 4.8e-8
"""Processor seconds of the assembly for a tile, and for a pixel of its cell: between what a cell of
256 px takes (`costs`) and what one of 512 px does (docs/assembly.md)."""
PROCESSOR_GB = 1769 / 1024
"""Memory for which Lambda gives a function one processor."""
PLAN_CPU = 0.00015
"""Processor seconds a tile to unfold a plan, and to write it with its calls: measured of 20,000."""
SIMULATED = 1_000
"""Calls whose attempts are simulated; all others fare like these."""


@dataclass(frozen=True)
class Setup:
    """An engine, and the template's parameters that are not the default."""

    engine: str
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As a row of a table is called."""
        return ", ".join([self.engine, *(f"{name} {value}" for name, value in self.given.items())])

    def parameter(self, name: str) -> str:
        """A parameter of the template, as this stack has it."""
        return self.given.get(name, str(template()["Parameters"][name]["Default"]))

    @property
    def most_at_once(self) -> int:
        """Calls of a collage that may be under way at once."""
        return int(self.parameter("MaxConcurrency"))

    @property
    def gpus(self) -> int:
        """The tasks that make a collage on GPUs; 0 where functions do."""
        on_gpu = engines.ENGINES[self.engine].pinned is not None
        return int(self.parameter("GpuTasks")) if on_gpu else 0

    @property
    def account(self) -> Account | None:
        """The provider as this stack asks it; None where nobody is asked."""
        provider = engines.ENGINES[self.engine].provider
        return None if provider is None else _account(provider, self)

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """What the provider's pictures may be asked by."""
        return () if self.account is None else self.account.quotas(sample(self).model)

    @property
    def latency(self) -> float:
        """Seconds of a provider's call."""
        return 0.0 if self.account is None else self.account.settings.latency

    @property
    def at_once(self) -> int:
        """Calls that PlanTiles has the Map keep under way."""
        if not self.quotas:
            return self.most_at_once
        return concurrency(self.quotas, self.latency, self.most_at_once)

    def __hash__(self) -> int:
        return hash((self.engine, tuple(self.given.items())))


def _account(provider: Provider, setup: Setup) -> Account:
    known = template()["Parameters"]
    return Account(
        provider, provider.of_parameters({name: setup.parameter(name) for name in known})
    )


@dataclass(frozen=True)
class Sample:
    """What a small plan says of every tile."""

    model: str
    calls: float
    """Calls a tile."""
    call_bytes: float
    """Of one call among those that the Map reads."""
    usd: float
    """Dollars a tile at the provider."""


@cache
def sample(setup: Setup) -> Sample:
    """The plan of a hundred tiles by the engine of a stack."""
    own = engines.ENGINES[setup.engine].provider
    known = {own.name: _account(own, setup).settings} if own else {}
    known_qualities = engines.ENGINES[setup.engine].qualities
    quality = {"quality": QUALITY} if QUALITY in known_qualities else {}
    # The plan of what tasks make needs weights; functions of the same recipe have the same calls.
    engine = "painter" if setup.gpus else setup.engine
    made, _, _ = planned(PHOTO.read_bytes(), {**SAMPLE, **quality, "engine": engine}, known)
    tiles = len(made.tiles)
    calls = [made.call(number).model_dump(mode="json") for number in range(len(made.calls))]
    return Sample(
        model=made.tiles[0].model,
        calls=1 / shards.BATCH if setup.gpus else len(calls) / tiles,
        call_bytes=len(canonical(calls)) / len(calls),
        usd=made.estimate.usd / tiles,
    )


@cache
def outcome(setup: Setup) -> Outcome:
    """What becomes of some calls, at the pace of the stack and in an account of AWS's default."""
    seconds, pace = work_seconds(setup), None
    if setup.quotas:
        burst = sum(quota.burst for quota in setup.quotas)
        pace = Quota(setup.engine, per_minute(setup.quotas), burst)
    calls, at_once = max(SIMULATED, 3 * setup.at_once), setup.at_once
    quota = int(AT_ONCE.value)
    return account.run(calls, Work((seconds, seconds), pace), quota=quota, concurrency=at_once)


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
        """Tasks on GPUs that divide the calls."""
        return shards.shards(self.calls, self.setup.gpus) if self.setup.gpus else 0

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
    def facts(self) -> Facts:
        """What Choices of the workflow go by."""
        return {
            "$.needs_styles": False,
            "$.wave.now.calls": None if self.setup.gpus else "calls.json",
            "$.wave.now.of": self.shards,
            "$.wave.next": 1,
            "$.plan.count": 1,
            "$.plan.bands": self.bands,
        }

    @cached_property
    def walk(self) -> Walk:
        """All that the definition says of the run; of every call the first attempt."""
        items = {"$.wave.now.calls": self.calls, "$.wave.now.shards": self.shards}
        return walk(account.machine(), self.facts, items)

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
    def assembly_seconds(self) -> float:
        """Seconds of all functions that assemble, added up."""
        each = ASSEMBLY_CPU + ASSEMBLY_PIXEL_CPU * self.cell**2
        processors = min(costs.memory_gb(name) for name in self.assemblers) / PROCESSOR_GB
        waits = sum(costs.ASSEMBLE_REQUESTS) * self.tiles + self.pyramid
        work = self.tiles * each * costs.SLOWER / processors
        return work + waits * costs.S3_SECONDS / costs.READERS

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
        if function in self.assemblers:
            share = count / sum(self.invocations[name] for name in self.assemblers)
            return share * self.assembly_seconds + count * costs.INIT_SECONDS
        cpu = costs.CPU.get(function, costs.CPU["PlanTiles"]) * costs.SLOWER
        return count * (cpu + 8 * costs.S3_SECONDS + costs.INIT_SECONDS)

    @property
    def assemblers(self) -> list[str]:
        """The functions that assemble."""
        return [name for name in self.invocations if name not in BEFORE]

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
        return (self.shards * around + self.tiles * costs.gpu_tile_seconds()) / 3600

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


def work_seconds(setup: Setup) -> float:
    """Seconds of a call's own work, the provider's or the engine's."""
    return setup.latency or CPU[setup.engine] * costs.SLOWER


def memory_bytes(function: str) -> int:
    """What the template gives to a function."""
    return round(costs.memory_gb(function) * 1024**3)


def timeout(function: str) -> float:
    """Seconds that the template gives to an invocation of a function."""
    own: dict[str, Any] = template()["Resources"][f"{function}Function"]["Properties"]
    return float(own.get("Timeout", template()["Globals"]["Function"]["Timeout"]))


BEFORE = frozenset({"StartCollage", "ListStyles", "MakeMasks", "PlanTiles", "RenderTile"})
"""Functions that are done when the assembly begins."""
EVENT = 1.00 / 1e6
"""EventBridge, an event of one's own: the same price page and date as `costs`."""
