"""``python -m benchmarks.costs``: what collages cost at AWS; writes the tables of docs/costs.md.

Counted are the states of the shipped workflow, the requests that the library makes, and the memory
that the template gives to each function. Attempts at the configured pace are simulated. Measured is
processor time, on a laptop; nothing was on a GPU. The prices are AWS's list prices; no free tier,
no tax, no discount.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks import account
from benchmarks.account import Outcome, Work
from benchmarks.shipped import parameter, template
from collage.engines.openai import models, prices
from collage.engines.openai.prices import PRICED_ON
from collage.engines.openai.settings import OpenAISettings
from collage.engines.provider import Quota, concurrency
from collage.steps import duration

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs" / "costs.md"

# AWS's price pages, region us-east-1 (N. Virginia), 2026-11-21; dollars.
REGION, PRICES_OF = "us-east-1", "2026-11-21"
TRANSITION = 0.025 / 1000
GB_SECOND = 0.0000133334  # Lambda on arm64
INVOCATION = 0.20 / 1e6
PUT = 0.005 / 1000  # also LIST
GET = 0.0004 / 1000
GB_MONTH = 0.023  # S3 Standard
TABLE_WRITE = 0.625 / 1e6  # DynamoDB on demand, items below 1 KB
LOG_GB = 0.50  # CloudWatch Logs, taken in
API_CALL = 1.00 / 1e6  # HTTP API
TRACE = 5.00 / 1e6  # X-Ray
ALARM_METRIC, METRIC, DASHBOARD = 0.10, 0.30, 3.00  # a month
INSTANCES = {"g6.2xlarge": 0.9776}  # EC2 on demand, an hour; Spot varies, often half
DISK_GB_MONTH, DISK_MBPS_MONTH = 0.08, 0.04  # gp3; throughput beyond 125 MB/s
NAT_HOUR, NAT_GB = 0.045, 0.045
MONTH_HOURS = 730

# Processor seconds of an invocation in a warm run of 100 tiles of 512 px with the painter on the
# laptop cloud: x86-64, 2.x GHz, 2026-11-21. ASSEMBLE is a tile's part.
CPU = {"StartCollage": 0.02, "MakeMasks": 0.08, "PlanTiles": 0.01, "RenderTile": 0.18}
ASSEMBLE = 0.0135
# What is not known from here; each errs on the dear side.
SLOWER = 1.5  # a vCPU of Lambda on arm64 against that laptop's
S3_SECONDS = 0.03  # one request
INIT_SECONDS = 1.5  # of a cold start, one for each call under way
READERS = 16  # requests of the assembly at once
TRACED = 0.05  # X-Ray's share of requests, after the first of each second
LOG_BYTES = (
    2000  # "begun", "done" and the metrics of an invocation, measured; three lines of Lambda
)

# S3 requests, (GET, PUT): of a run, and for each tile.
RUN_REQUESTS = (9, 19)
"""Request, styles, source, four masks, prepared, plan, calls, manifests, collage, preview, page."""
RENDER_REQUESTS, PROVIDER_REQUESTS = (1, 3), (1, 1)
"""The sidecar looked for; tile, cell and sidecar put. A refusal looked for, provider bytes put."""
ASSEMBLE_REQUESTS = (2, 0)
"""Sidecar and cell read."""
TABLE_WRITES, SENT_BACK_WRITES = 6, 5
"""Of a call that is made: price, note, turn (twice where the line is idle), price looked at once
more, correction; of one that is sent back: price, note, turn, and both of them taken back."""
ACCOUNT_QUOTA = 1000
"""Functions at once that an account may run by default, once it is not new."""
# One GPU with tiles of 512 px: what they take is as in `collage.steps.duration`, not measured here.
GPU_INSTANCE = "g6.2xlarge"
GPU_MEGAPIXELS = 512 * 512 / 1e6
GPU_START_SECONDS = 600.0  # an instance comes, pulls the image, brings the weights: assumed
GPU_IDLE_SECONDS = 900.0  # ECS's managed scaling waits for so long before it scales in
GPU_START_GB = 15.0  # image and weights of SDXL, for each instance that starts: assumed
DISK_GB, DISK_THROUGHPUT = 100, 500  # as the launch template has it
INSIGHTS_METRICS = 30  # of a cluster, an instance and a task, while there are some: assumed
PYRAMID_TILE = 510
TILE_BYTES, CELL_SHARE, COLLAGE_BYTES_PER_PIXEL = 480_000, 0.25, 1.8
POLLS = 60
"""Requests of a client that follows one run."""

SIZES = {100: (10, 10, 256), 10_000: (100, 100, 128)}
"""Tiles -> rows, columns and the width of a cell in pixels."""


@dataclass(frozen=True)
class Bill:
    """What making one collage costs at AWS, by service, in dollars, and what it keeps in S3."""

    items: Mapping[str, float]
    gigabytes: float

    @property
    def total(self) -> float:
        """Dollars, once."""
        return sum(self.items.values())


def transitions(attempts: int, tiles: int) -> int:
    """State transitions of a run by functions whose request names its styles.

    Every state that is entered is one, so is every retry, and the start of a child of the Map.
    ``attempts`` are those of all tiles.
    """
    return _walk(account.machine(), "RenderTiles") + tiles + attempts


def transitions_on_gpu() -> int:
    """The same of a run that one task on a GPU makes."""
    shard = 2  # the state that runs it, and no child: this Map is no distributed one
    return _walk(account.machine(), "RenderOnGpu") + shard


def _walk(machine: Mapping[str, Any], engine: str) -> int:
    """States entered at the top, where a choice of the engine leads to the Map ``engine``."""
    entered, name = 0, machine["StartAt"]
    while name:
        state = machine["States"][name]
        entered += 1
        name = engine if name == "ChooseEngine" else state.get("Next", state.get("Default"))
    return entered


@cache
def attempts(tiles: int) -> Outcome:
    """How often the calls of so many tiles come for their turn, at the template's own pace.

    Simulated, in an account whose functions are not its limit.
    """
    latency = parameter("LatencySeconds")
    pace = Quota("openai", parameter("ImagesPerMinute"), int(parameter("ImagesAtOnce")))
    at_once = concurrency([pace], latency, int(parameter("MaxConcurrency")))
    work = Work((latency, latency), pace)
    return account.run(tiles, work, quota=ACCOUNT_QUOTA, concurrency=at_once)


def pyramid(width: int, height: int) -> int:
    """Files of a Deep Zoom pyramid: every level, halved down to one pixel."""
    files = 0
    while True:
        files += math.ceil(width / PYRAMID_TILE) * math.ceil(height / PYRAMID_TILE)
        if width == height == 1:
            return files + 1
        width, height = math.ceil(width / 2), math.ceil(height / 2)


def bill(tiles: int, engine: str = "painter") -> Bill:
    """What a collage costs that ``engine`` makes: painter, openai or diffusion."""
    rows, cols, cell = SIZES[tiles]
    pixels = rows * cols * cell * cell
    files = pyramid(cols * cell, rows * cell)
    paid, on_gpu = engine == "openai", engine == "diffusion"
    per_tile = [RENDER_REQUESTS, ASSEMBLE_REQUESTS] + ([PROVIDER_REQUESTS] if paid else [])
    gets = RUN_REQUESTS[0] + tiles * sum(get for get, _ in per_tile)
    puts = RUN_REQUESTS[1] + files + tiles * sum(put for _, put in per_tile)
    made = attempts(tiles) if paid else Outcome(made=tiles, attempts=Counter(made=tiles))
    tries = 0 if on_gpu else made.attempts.total()
    store = sum(sum(requests) for requests in per_tile[:1] + per_tile[2:]) * S3_SECONDS
    work = made.busy_seconds if paid else tiles * CPU["RenderTile"] * SLOWER
    cold = min(tiles, int(parameter("MaxConcurrency")))
    assembly = tiles * (ASSEMBLE * SLOWER + sum(ASSEMBLE_REQUESTS) * S3_SECONDS / READERS)
    seconds = {
        "AssembleCollage": assembly + files * S3_SECONDS / READERS + INIT_SECONDS,
    } | {
        name: CPU[name] * SLOWER + 8 * S3_SECONDS + INIT_SECONDS
        for name in ("StartCollage", "MakeMasks", "PlanTiles")
    }
    if not on_gpu:
        seconds["RenderTile"] = work + tiles * store + cold * INIT_SECONDS
    invocations = tries + 4
    states = transitions_on_gpu() if on_gpu else transitions(tries, tiles)
    items = {
        "Step Functions": states * TRANSITION,
        "Lambda": sum(memory_gb(name) * time for name, time in seconds.items()) * GB_SECOND
        + invocations * INVOCATION,
        "S3 requests": gets * GET + puts * PUT,
        "DynamoDB": table_writes(made) * TABLE_WRITE if paid else 0.0,
        "HTTP API": POLLS * API_CALL,
        "CloudWatch Logs": invocations * LOG_BYTES / 1e9 * LOG_GB,
        "X-Ray": (invocations + tiles) * TRACED * TRACE,
        **(gpu(tiles) if on_gpu else dict.fromkeys(gpu(tiles), 0.0)),
    }
    kept = tiles * TILE_BYTES * (1 + CELL_SHARE + paid) + pixels * COLLAGE_BYTES_PER_PIXEL
    return Bill(items, kept / 1e9)


def table_writes(made: Outcome) -> int:
    """How often paid calls write into the table, those that were sent back included."""
    back = made.attempts.total() - made.made
    return made.made * TABLE_WRITES + back * SENT_BACK_WRITES


def gpu_hours(tiles: int) -> float:
    """Hours of one instance: until its task is at work, its tiles, and idle until it is let go."""
    return (GPU_START_SECONDS + tiles * gpu_tile_seconds() + GPU_IDLE_SECONDS) / 3600


def gpu_tile_seconds() -> float:
    """Seconds of a GPU for a tile, as the library expects them."""
    megapixels = max(duration.LEAST_MEGAPIXELS, GPU_MEGAPIXELS)
    return duration.TILE_SECONDS + duration.STEP_SECONDS * duration.STEPS * megapixels


def gpu(tiles: int) -> dict[str, float]:
    """What an instance costs for a collage, by what is paid for."""
    return gpu_dollars(gpu_hours(tiles))


def gpu_dollars(hours: float) -> dict[str, float]:
    """What so many hours of instances cost, by what is paid for."""
    disk = DISK_GB * DISK_GB_MONTH + (DISK_THROUGHPUT - 125) * DISK_MBPS_MONTH
    return {
        "GPU instance, on demand": hours * INSTANCES[GPU_INSTANCE],
        "its disk": hours * disk / MONTH_HOURS,
        "Container Insights": hours * INSIGHTS_METRICS * METRIC / MONTH_HOURS,
    }


def memory_gb(function: str) -> float:
    """What the template gives to a function."""
    shared = template()["Globals"]["Function"]
    own = template()["Resources"][f"{function}Function"]["Properties"]
    return float(own.get("MemorySize", shared["MemorySize"])) / 1024


def standing() -> dict[str, float]:
    """What a stack costs a month that does nothing, less what is kept; no free tier."""
    resources = template()["Resources"].values()
    kinds = [resource["Type"] for resource in resources]
    alarms = [r["Properties"] for r in resources if r["Type"] == "AWS::CloudWatch::Alarm"]
    watched = sum(max(1, sum("MetricStat" in m for m in a.get("Metrics", []))) for a in alarms)
    return {
        f"{watched} metrics watched by {len(alarms)} alarms": watched * ALARM_METRIC,
        "the dashboard": kinds.count("AWS::CloudWatch::Dashboard") * DASHBOARD,
    }


def own_metrics() -> int:
    """Custom metrics that the functions emit, cold starts included."""
    doors = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("functions/*/app.py"))]
    named = sum(len(set(re.findall(r'"((?:Tiles|Calls|Usd|Budget)\w+)"', code))) for code in doors)
    return named + sum("capture_cold_start_metric" in code for code in doors)


def provider(tiles: int, quality: str) -> float:
    """What the engine openai asks for so many tiles of 512 px, by its own model."""
    model = OpenAISettings().model
    asked = models.frame(model, (512, 512)).asked
    return prices.price(model, quality, asked, 1, references=1) * tiles


def tables() -> str:
    """The tables, as docs/costs.md has them."""
    engines = ("painter", "openai", "diffusion")
    columns = {
        f"{tiles:,} tiles, {engine}": bill(tiles, engine) for engine in engines for tiles in SIZES
    }
    lines = [_row("dollars, once", *columns), _row(*["---"] * (len(columns) + 1))]
    lines += [
        _row(name, *(_usd(one.items[name]) for one in columns.values()))
        for name in next(iter(columns.values())).items
    ]
    lines.append(_row("**AWS**", *(f"**{_usd(one.total)}**" for one in columns.values())))
    none = ["0"] * len(SIZES)
    for quality in ("low", "high"):
        asked = [_usd(provider(tiles, quality)) for tiles in SIZES]
        lines.append(_row(f"the provider, quality {quality}", *none, *asked, *none))
    nat = [_usd(GPU_START_GB * NAT_GB)] * len(SIZES)
    lines.append(_row("through a NAT gateway, if subnets are private", *none, *none, *nat))
    kept = (
        f"{one.gigabytes:,.2f} GB, {_usd(one.gigabytes * GB_MONTH)}" for one in columns.values()
    )
    lines += [_row("kept in S3, a month", *kept), ""]
    lines += [_row("by what", *(f"{tiles:,} tiles" for tiles in SIZES)), _row("---", "---", "---")]
    each = (f"{attempts(tiles).attempts.total() / tiles:.1f}" for tiles in SIZES)
    lines.append(_row("attempts a tile, openai at the default pace", *each))
    hours = (f"{attempts(tiles).seconds / 3600:,.1f}" for tiles in SIZES)
    lines.append(_row("hours, openai at the default pace", *hours))
    hours = (f"{gpu_hours(tiles):,.1f}" for tiles in SIZES)
    lines += [_row("hours of a GPU instance, start and idle time included", *hours), ""]
    lines += [_row("dollars a month", ""), _row("---", "---")]
    lines += [_row(name, _usd(usd)) for name, usd in standing().items()]
    count = own_metrics()
    lines.append(
        _row(f"{count} metrics of its own, in hours with runs only, at most", _usd(count * METRIC))
    )
    lines.append(
        _row("a NAT gateway, if you have one for private subnets", _usd(NAT_HOUR * MONTH_HOURS))
    )
    return "\n".join(lines)


def document(text: str, made: Callable[[], str] = tables) -> str:
    """docs/costs.md with its tables made anew."""
    begin, end = "<!-- make costs -->\n", "\n<!-- until here -->"
    before, after = text.index(begin) + len(begin), text.index(end)
    return text[:before] + made() + text[after:]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _usd(value: float) -> str:
    return "0" if value == 0 else f"{value:,.2f}" if value >= 0.1 else f"{value:.4f}"


if __name__ == "__main__":
    DOCS.write_text(document(DOCS.read_text(encoding="utf-8")), encoding="utf-8")
    print(tables(), f"\n\nAWS: {REGION}, {PRICES_OF}; the provider: {PRICED_ON}")
