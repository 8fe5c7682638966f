"""``python -m benchmarks scale``: a million tiles against AWS's documented quotas.

A simulation: nothing is asked of AWS. What each service does is counted by `usage`; here that is
held against the quotas, the template's memory and times, and the library's own refusals, and what
lets the fewest tiles through in a second says how long it takes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks import account, costs, quotas
from benchmarks.result import Result
from benchmarks.setups import Setup, outcome, sample
from benchmarks.usage import Collage, memory_bytes, timeout
from benchmarks.walk import ATTEMPT_EVENTS, EVENTS, EXECUTION_EVENTS, State, most_attempts
from collage import plan_slices
from collage.digest import canonical
from collage.errors import InvalidRequest
from collage.request.parse import parse
from collage.steps import duration
from collage.store.multipart import PART

DOCS = Path(__file__).resolve().parents[1] / "docs" / "scale.md"
GRIDS = ((100, 100), (250, 400), (1000, 1000))
CELL = 64
SETUPS = (
    Setup("painter"),
    Setup("painter", {"MaxConcurrency": "1000"}),
    Setup("stylizer"),
    Setup("stylizer", {"MaxConcurrency": "1000"}),
    Setup("openai"),
    Setup("openai", {"ImagesPerMinute": "100", "MaxConcurrency": "100", "DailyUsdLimit": "3000"}),
    Setup(
        "openai", {"ImagesPerMinute": "6000", "MaxConcurrency": "1000", "DailyUsdLimit": "60000"}
    ),
    Setup("bedrock"),
    Setup("bedrock", {"BedrockRegion": "us-west-2,us-east-1,us-east-2", "DailyUsdLimit": "7000"}),
    Setup("diffusion"),
    Setup("diffusion", {"GpuTasks": "40"}),
)
COUNT_CPU = 5.4e-6
"""Processor seconds of an estimate for a tile of a table, each of whose prompts is gone through;
for one of a collage, whose prompts are fewer, a tenth of it: measured of 1,000,000."""
COUNT_MEMORY = 350
"""Bytes of the same."""
SLICE_MEMORY = 2_700
"""Bytes of a tile of a plan's slice, as whoever lists tiles of a run reads it: measured."""
SLICES_TOLD = 8
"""Slices that a process of the API keeps, of two plans."""
PLAN_MEMORY = 2_400
"""Bytes of PlanTiles' memory a tile: of a table whose tiles are there, measured of 495,000; a
collage takes 1,100 (docs/large.md)."""
ASSEMBLY_MEMORY = 40_000
"""The same of what assembles, for each of its cells: docs/benchmarks.md tells it of 10,000."""
WRITTEN_ELSEWHERE = 500
"""Bytes by which a Map says where a ResultWriter has put its results, about."""
RAISED, FIXED = "AWS, on request", "nothing"
MANIFEST_MEMORY = 1_150
"""The same of what reads the verdict and writes the manifest, which is more than what judges takes:
measured of 1,000,000 (docs/large.md)."""
TOLD_MEMORY = 10_000
"""The same of what joins the picture of a large one, which says of all tiles what conditions them:
measured of 5,000 and of 20,000."""
IDLE_MEMORY = 150_000_000
"""Of a function that has imported what it needs."""


@dataclass(frozen=True)
class Rate:
    """How many tiles a second something lets through, and what moves that."""

    by: str
    tiles: float
    moved_by: str


@dataclass(frozen=True)
class Limit:
    """Something that a collage needs, how much there may be of it, and what moves that."""

    what: str
    needed: float
    allowed: float
    moved_by: str

    @property
    def holds(self) -> bool:
        """Whether there is enough."""
        return self.needed <= self.allowed


@dataclass(frozen=True)
class Run:
    """A collage in an account of AWS's default quotas."""

    collage: Collage

    @cached_property
    def slowest(self) -> Rate:
        """What lets the fewest tiles through."""
        return min(self.rates(), key=lambda rate: rate.tiles)

    @property
    def seconds(self) -> float:
        """From the start to the collage."""
        made = self.collage
        around = made.plan_seconds + made.assembly_lasts
        gpu = costs.GPU_START_SECONDS if made.shards else 0.0
        return gpu + made.tiles / self.slowest.tiles + around

    def rates(self) -> Iterator[Rate]:
        """All that may bound how many tiles are made in a second."""
        made, setup = self.collage, self.collage.setup
        if made.shards:
            tiles = made.shards / costs.gpu_tile_seconds()
            yield Rate(f"{made.shards} GPU at {costs.gpu_tile_seconds():.0f} s", tiles, "GpuTasks")
            return
        each = sample(setup).calls
        seconds = made.call_seconds * each
        yield Rate(f"{setup.at_once} calls at once", setup.at_once / seconds, "MaxConcurrency")
        yield Rate(quotas.AT_ONCE.name, quotas.AT_ONCE.value / seconds, RAISED)
        if setup.account is not None:
            pace = sum(quota.per_minute for quota in setup.quotas)
            faster = setup.account.provider.quicker(setup.account.settings, sample(setup).model, 2)
            parameter = (faster or "").partition("parameter ")[2].partition(" to ")[0]
            yield Rate(f"{pace:g} pictures a minute", pace / 60, parameter)
        requests = min(setup.at_once, quotas.AT_ONCE.value) * quotas.REQUESTS_EACH.value
        yield Rate(quotas.REQUESTS_EACH.name, requests / made.attempts / each, "MaxConcurrency")
        yield _quota(quotas.TRANSITIONS, made.transitions / made.tiles)
        yield _quota(quotas.CHILD_STARTS, each)
        gets, puts = map(sum, zip(*made.making_requests, strict=True))
        yield _quota(quotas.S3_GETS, gets)
        yield _quota(quotas.S3_PUTS, puts)
        if setup.quotas:
            yield _quota(quotas.ITEM_WRITES, hottest_writes(setup) * each)

    def limits(self) -> Iterator[Limit]:
        """All that could be too small for the collage, beside the pace."""
        made, setup = self.collage, self.collage.setup
        state = account.machine()["States"]
        tiles_map = state["RenderTiles"]
        most = most_cells() if accepted(made.rows, made.cols) else made.cols * most_rows(made.cols)
        yield Limit("cells that a request may ask for", made.tiles, most, "the library")
        door = made.tiles * COUNT_CPU * costs.SLOWER
        yield Limit("seconds of an estimate by the API", door, timeout("Api"), "nothing")
        told = min(made.tiles, SLICES_TOLD * plan_slices.TILES) * SLICE_MEMORY
        most_held = IDLE_MEMORY + max(made.tiles * COUNT_MEMORY, told)
        yield Limit("bytes of the API's memory", most_held, memory_bytes("Api"), "its MemorySize")
        yield Limit("hours of a run", self.seconds / 3600, allowed_hours(), self.slowest.moved_by)
        if setup.account is not None:
            yield Limit(
                "dollars a day, of DailyUsdLimit",
                made.provider_dollars / max(1, self.seconds / 86400),
                float(setup.parameter("DailyUsdLimit")),
                "DailyUsdLimit",
            )
        plan = timeout("PlanTiles"), memory_bytes("PlanTiles")
        yield Limit("seconds of PlanTiles", made.plan_seconds, plan[0], "its Timeout")
        needed = IDLE_MEMORY + made.tiles * PLAN_MEMORY
        yield Limit("bytes of PlanTiles' memory", needed, plan[1], "its MemorySize")
        yield _limit(quotas.STATE_BYTES, "bytes of PlanTiles' answer", len(canonical(made.planned)))
        if not made.shards:
            yield _limit(quotas.ITEMS, "items of RenderTiles", made.waves[0])
            yield _limit(
                quotas.ITEM_FILE, "bytes of its items", made.waves[0] * sample(setup).call_bytes
            )
            yield _limit(quotas.CHILDREN, "children of RenderTiles at once", setup.at_once)
            yield _limit(
                quotas.STATE_BYTES,
                "bytes of RenderTiles' results",
                answers(tiles_map, made.waves[0]),
            )
            yield _limit(quotas.OPEN_EXECUTIONS, "open executions", 1 + setup.at_once)
            yield _limit(quotas.MAP_RUNS, "open Map Runs", min(1, made.walk.map_runs))
            render = tiles_map["ItemProcessor"]["States"]["RenderTile"]
            longest = EXECUTION_EVENTS + EVENTS["Task"]
            longest += ATTEMPT_EVENTS * (most_attempts(render) - 1)
            yield _limit(quotas.EVENTS, "events of a call that is tried most often", longest)
        else:
            yield _limit(quotas.INLINE, "tasks on GPUs at once", made.shards)
        yield _limit(quotas.EVENTS, "events of the run", made.walk.events)
        yield _limit(quotas.EVENTS_PUT, "events put onto EventBridge", made.walk.announced)
        yield from self._assembly()

    def _assembly(self) -> Iterator[Limit]:
        made, name = self.collage, "AssembleCollage"
        for kind, seconds in made.assembly.items():
            yield Limit(f"seconds of {kind}", seconds, timeout(name), "its Timeout")
        drawn = made.tiles / (made.bands if made.in_bands else 1)
        whole = made.tiles * TOLD_MEMORY if made.in_bands and made.has_file else 0
        most = max(drawn * ASSEMBLY_MEMORY, made.tiles * MANIFEST_MEMORY, whole)
        yield Limit(
            f"bytes of {name}'s memory", IDLE_MEMORY + most, memory_bytes(name), "its MemorySize"
        )
        size = made.tiles * made.cell**2 * costs.COLLAGE_BYTES_PER_PIXEL
        if made.has_file:
            yield _limit(quotas.PARTS, "parts of the collage's upload", size / PART)

    def parts(self) -> dict[str, Any]:
        """All of it as plain values."""
        made = self.collage
        gets, puts = made.gets_and_puts
        return {
            "setup": made.setup.name,
            "tiles": made.tiles,
            "hours": round(self.seconds / 3600, 2),
            "aws_usd": {name: round(usd, 4) for name, usd in made.dollars.items()},
            "provider_usd": round(made.provider_dollars, 2),
            "transitions": made.transitions,
            "children": made.walk.children,
            "invocations": made.invocations,
            "gb_seconds": round(made.gb_seconds),
            "s3_get": gets,
            "s3_put": puts,
            "table_writes": made.table_writes,
            "events": made.walk.announced,
            "gpu_hours": round(made.gpu_hours, 1),
            "tiles_a_second": {rate.by: round(rate.tiles, 3) for rate in self.rates()},
            "pace": asdict(self.slowest),
            "in_the_way": [asdict(limit) for limit in self.in_the_way],
        }

    @property
    def in_the_way(self) -> list[Limit]:
        """What keeps it from being made."""
        return [limit for limit in self.limits() if not limit.holds]


def hottest_writes(setup: Setup) -> float:
    """Writes a call to the item of the table that is written to most, the day's dollars.

    A call that is made reserves, looks once more and corrects; one that is sent back reserves and
    takes that back.
    """
    made = outcome(setup)
    return 3 + 2 * (made.attempts.total() - made.made) / made.made


def allowed_hours() -> float:
    """What PlanTiles lets a run take."""
    return 24 * duration.USABLE * duration.RUN_DAYS


def most_cells() -> int:
    """Cells that a request may ask for: as many rows as it takes of the widest that it takes."""
    cols = _largest(lambda cols: accepted(1, cols))
    return cols * most_rows(cols)


def most_rows(cols: int) -> int:
    """Rows of so many columns that a request may ask for."""
    return _largest(lambda rows: accepted(rows, cols))


def _largest(holds: Callable[[int], bool]) -> int:
    """The largest number for which something holds, as it does for all that are smaller."""
    return bisect_left(range(1, 100_000), True, key=lambda number: not holds(number))


def accepted(rows: int, cols: int) -> bool:
    """Whether a request may ask for such a grid."""
    try:
        parse({"rows": rows, "cols": cols, "cell": 16})
    except InvalidRequest:
        return False
    return True


def answers(distributed: State, children: int) -> int:
    """Bytes that a Map's output has where so many children succeed, or what tells where it is."""
    if "ResultWriter" in distributed:
        return WRITTEN_ELSEWHERE
    processor = distributed["ItemProcessor"]
    each = canonical(processor["States"][processor["StartAt"]]["ResultSelector"])
    return len("[]") + children * len(each) + max(0, children - 1) * len(",")


def _quota(quota: quotas.Quota, each: float) -> Rate:
    """The tiles a second that a quota of so much a second lets through, ``each`` of which takes."""
    moved_by = RAISED if quota.grows else FIXED
    return Rate(quota.name, quota.value / each, moved_by)


def _limit(quota: quotas.Quota, what: str, needed: float) -> Limit:
    moved_by = RAISED if quota.grows else FIXED
    return Limit(what, needed, quota.value, moved_by)


def tables() -> str:
    """What is told: the time and price of each setup, what it does, and what is in its way."""
    runs = {setup: Run(Collage(setup, *GRIDS[-1], CELL)) for setup in SETUPS}
    parts = [_times(runs), _services(runs), _limits(), _quotas()]
    return "\n\n".join(parts)


def _times(runs: dict[Setup, Run]) -> str:
    head = ("1,000,000 tiles", "hours", "AWS $", "provider $", "what sets the pace", "moved by")
    return _table(head, (_time(setup, run) for setup, run in runs.items()))


def _time(setup: Setup, run: Run) -> tuple[str, ...]:
    made, slowest = run.collage, run.slowest
    late = "" if run.seconds / 3600 <= allowed_hours() else " (refused)"
    return (
        setup.name,
        f"{run.seconds / 3600:,.1f}{late}",
        f"{sum(made.dollars.values()):,.0f}",
        f"{made.provider_dollars:,.0f}",
        slowest.by,
        slowest.moved_by,
    )


def _services(runs: dict[Setup, Run]) -> str:
    """What each service does, of each engine by its default parameters."""
    shown = [run.collage for setup, run in runs.items() if not setup.given]
    head = ("1,000,000 tiles", *(made.setup.engine for made in shown))
    counts: dict[str, list[float]] = {
        "state transitions": [made.transitions for made in shown],
        "children started": [sum(made.walk.children.values()) for made in shown],
        "Lambda requests": [sum(made.invocations.values()) for made in shown],
        "Lambda GB-seconds": [made.gb_seconds for made in shown],
        "S3 GET": [made.gets_and_puts[0] for made in shown],
        "S3 PUT": [made.gets_and_puts[1] for made in shown],
        "DynamoDB units written": [made.table_writes for made in shown],
        "events on EventBridge": [made.walk.announced for made in shown],
        "hours of GPU instances": [made.gpu_hours for made in shown],
    }
    rows = [(name, *(f"{count:,.0f}" for count in each)) for name, each in counts.items()]
    rows += [
        (f"{name}, $", *(f"{made.dollars[name]:,.2f}" for made in shown))
        for name in shown[0].dollars
    ]
    return _table(head, rows)


def _limits() -> str:
    """Everything that could be too small, for the painter in each of the grids."""
    runs = [Run(Collage(SETUPS[0], *grid, CELL)) for grid in GRIDS]
    each = [{limit.what: limit for limit in run.limits()} for run in runs]
    head = (
        "painter, needed",
        *(f"{run.collage.tiles:,} tiles" for run in runs),
        "there may be",
        "moved by",
    )
    rows = []
    for what in dict.fromkeys(what for found in each for what in found):
        cells = [_needed(found.get(what)) for found in each]
        limit = next(found[what] for found in reversed(each) if what in found)
        rows.append((what, *cells, f"{limit.allowed:,.0f}", limit.moved_by))
    return _table(head, rows)


def _needed(limit: Limit | None) -> str:
    if limit is None:
        return "-"
    needed = f"{limit.needed:,.0f}" if limit.needed >= 10 else f"{limit.needed:.1f}"
    return needed if limit.holds else f"**{needed}**"


def _quotas() -> str:
    """The quotas, and where they are documented."""
    known = [each for each in vars(quotas).values() if isinstance(each, quotas.Quota)]
    rows = ((each.name, f"{each.value:,.0f}", f"<{each.address}>") for each in known)
    return _table(("AWS's quota, us-east-1", "is", f"read {quotas.READ_ON}"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def measure() -> Result:
    """How much stands in the way of a million tiles of the painter."""
    runs = [Run(Collage(setup, *grid, CELL)) for setup in SETUPS for grid in GRIDS]
    own = runs[len(GRIDS) - 1].in_the_way
    return Result(
        name="scale",
        value=len(own),
        unit="limits in the way of a million tiles",
        aim="= 0",
        holds=not own,
        parts={
            "cell": CELL,
            "quotas_read_on": quotas.READ_ON,
            "runs": [run.parts() for run in runs],
        },
        table=tables(),
    )


if __name__ == "__main__":
    DOCS.write_text(costs.document(DOCS.read_text(encoding="utf-8"), tables), encoding="utf-8")
