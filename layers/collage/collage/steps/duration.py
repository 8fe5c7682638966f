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
from collage.spending.queues import Queue, queues
from collage.spending.work import Work, total

if TYPE_CHECKING:
    from collage.services import Services
    from collage.tile import Tile

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


def check(calls: Work, services: Services) -> None:
    """Whether what is still to be made can be made within the time that a run has.

    Raises:
        TooLong: with the hours it would take, those it has, and the parameter that helps.
    """
    days = min(RUN_DAYS, services.settings.tile_retention_days or RUN_DAYS)
    have = 24 * USABLE * days
    served = queues(calls, services.accounts)
    needed = [_paced(queue, have) for queue in served]
    needed += [_in_places(served, services, have), _on_gpus(calls, services, have)]
    hours, by, quicker = max(needed)
    if hours <= have:
        return
    kept = (
        f"its tiles are deleted after {days} days (TileRetentionDays), which leaves it"
        if days < RUN_DAYS
        else "a run has"
    )
    raise TooLong(
        f"The collage would take about {hours:,.0f} hours {by}; {kept} {have:,.0f}. Ask for fewer "
        f"tiles{quicker and f', or {quicker}'}."
    )


Needed = tuple[float, str, str]
"""Hours, and as parts of a sentence what they go by and what, if anything, makes them fewer."""


def _paced(queue: Queue, have: float) -> Needed:
    """What a queue of calls needs at its pace."""
    hours = queue.minutes / 60
    account, model = queue.account, queue.model
    quicker = account.provider.quicker(account.settings, model, hours / have)
    return hours, f"at {queue.per_minute:g} pictures a minute", quicker or ""


def _in_places(served: Sequence[Queue], services: Services, have: float) -> Needed:
    """What the calls of all queues need, so many at once."""
    most = services.settings.concurrency
    hours = math.fsum(queue.latency for queue in served) / most / 3600
    latency = max((q.account.settings.latency for q in served), default=0)
    how = f"of calls of {latency:g} seconds, {most} at once"
    return hours, how, _at_least("MaxConcurrency", most * hours / have)


def _on_gpus(calls: Work, services: Services, have: float) -> Needed:
    """What the calls that tasks on GPUs make need."""
    own = [each for each in calls if engines.ENGINES[each.tiles[0].engine].pinned is not None]
    tasks = services.settings.gpu_tasks
    hours = total(own, _seconds) / 3600 / tasks
    how = f"on {tasks} GPU{'s' if tasks > 1 else ''}"
    return hours, how, _at_least("GpuTasks", tasks * hours / have)


def _at_least(parameter: str, value: float) -> str:
    return f"set the stack's parameter {parameter} to {math.ceil(value)} or more"


def shard_seconds(calls: Sequence[Sequence[Tile]], shards: int) -> int:
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
