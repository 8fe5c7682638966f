"""How long a run takes, as far as that is known before it, and how long one may take.

A run that could not end in time is refused with its plan, before anything is paid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from collage import engines
from collage.engines.diffusion import operations
from collage.engines.diffusion.shards import part
from collage.errors import TooLong

if TYPE_CHECKING:
    from collage.services import Tools
    from collage.spending.accounts import Account
    from collage.tile import Tile

Calls = Sequence[Sequence["Tile"]]
"""The tiles of each engine call."""

RUN_DAYS = 30
"""What the workflow's TimeoutSeconds is: well below the year that Step Functions allows, and below
the days that the table of limits remembers."""
USABLE = 0.8
"""The share of that which a plan may take; the rest is for retries and the day that S3 rounds."""

STEP_SECONDS = 0.45
"""One denoising step at a megapixel on the default instance's L4: what others report for SDXL in
half precision. Nothing of it was measured here."""
STEPS = 50
"""Where a request names none: the default of nearly all models."""
LEAST_MEGAPIXELS = 1.0
"""What most models work at: smaller tiles are shrunk from it."""
TILE_SECONDS = 2.0
"""To decode, encode and store one tile there; as little measured."""
START_SECONDS = 3600.0
"""For an instance to come, pull the image and bring the weights; also where capacity is scarce."""
PATIENCE = 4.0
"""Times what its tiles are expected to take, before a task is thought to hang."""


def check(calls: Calls, tools: Tools) -> None:
    """Whether what is still to be made can be made within the time that a run has.

    Raises:
        TooLong: with the hours it would take, those it has, and the parameter that helps.
    """
    days = min(RUN_DAYS, tools.settings.tile_retention_days or RUN_DAYS)
    have = 24 * USABLE * days
    paced = (_paced(calls, account, tools) for account in tools.accounts.values())
    for hours, how in (*paced, _on_gpus(calls, tools)):
        if hours > have:
            kept = (
                f"its tiles are deleted after {days} days (TileRetentionDays), which leaves it"
                if days < RUN_DAYS
                else "a run has"
            )
            by, parameter, value = how
            raise TooLong(
                f"The collage would take about {hours:,.0f} hours {by}; {kept} {have:,.0f}. Ask "
                f"for fewer tiles, or set the stack's parameter {parameter} to "
                f"{math.ceil(value * hours / have)} or more."
            )


def _paced(calls: Calls, account: Account, tools: Tools) -> tuple[float, tuple[str, str, float]]:
    """Hours of the calls to a provider; what they go by, the parameter, and its value."""
    provider = account.provider
    paid = [call for call in calls if engines.ENGINES[call[0].engine].provider is provider]
    pace, latency = account.pace.per_minute, account.settings.latency
    by_pace = sum(map(len, paid)) / pace / 60
    most = tools.settings.concurrency
    by_places = len(paid) * latency / most / 3600
    if by_places > by_pace:
        how = f"of calls of {latency:g} seconds, {most} at once"
        return by_places, (how, "MaxConcurrency", most)
    parameter = provider.parameters["images_per_minute"]
    return by_pace, (f"at {pace:g} pictures a minute", parameter, pace)


def _on_gpus(calls: Calls, tools: Tools) -> tuple[float, tuple[str, str, float]]:
    """Hours of the calls that tasks on GPUs make, likewise."""
    own = [call for call in calls if engines.ENGINES[call[0].engine].pinned is not None]
    tasks = tools.settings.gpu_tasks
    hours = sum(map(_seconds, own)) / 3600 / tasks
    return hours, (f"on {tasks} GPU{'s' if tasks > 1 else ''}", "GpuTasks", tasks)


def shard_seconds(calls: Calls, shards: int) -> int:
    """How long one of the ``shards`` tasks that divide these calls may take, in seconds.

    The largest part counts. It is generous: what it ends is a task that hangs, and another goes
    on where that one was.
    """
    if not shards:
        return 0
    parts = (part(len(calls), shard, shards) for shard in range(shards))
    longest = max(sum(_seconds(calls[i]) for i in part) for part in parts)
    return round(START_SECONDS + PATIENCE * longest)


def _seconds(tiles: Sequence[Tile]) -> float:
    """What a GPU is expected to take for these tiles."""
    return sum(
        TILE_SECONDS
        + STEP_SECONDS * _steps(tile) * max(LEAST_MEGAPIXELS, tile.size[0] * tile.size[1] / 1e6)
        for tile in tiles
    )


def _steps(tile: Tile) -> float:
    known = "num_inference_steps" in operations.OPTIONS[tile.operation].model_fields
    return float(tile.options.get("num_inference_steps", STEPS if known else 1))
