"""PlanTiles: all tiles and calls are written down before the first of them is paid for."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypedDict

from collage import plan, plan_slices
from collage.engines.diffusion import shards
from collage.errors import NotInStore, OverBudget, TooLong
from collage.plan import Plan
from collage.services import Services
from collage.sheet import bands, fonts
from collage.spending import expected
from collage.spending.queues import queues
from collage.steps import capabilities, duration, progress
from collage.steps.remaining import in_full, left
from collage.steps.used_by_others import settle
from collage.store import lookup
from collage.store.store import Store
from collage.tile import Tile

READERS = 16
"""Sidecars read from S3 at once: enough to hide its latency."""


class Wave(TypedDict):
    """What can be made at once."""

    calls: str | None
    """The key of the functions' calls, if there are any."""
    shards: list[int]
    """The tasks to start, by number; none where they have nothing left to make."""
    of: int
    """How many tasks divide the work."""
    seconds: int
    """What one of them may take."""


class Planned(TypedDict):
    """What the state machine needs of a plan: where the calls lie and how many run at once."""

    bucket: str
    waves: list[Wave]
    """One after another."""
    count: int
    """How many waves there are."""
    concurrency: int
    bands: int
    """How many the collage is assembled in; 0 where it is assembled at once."""
    slices: list[int]
    """The numbers of those that are gathered for that; none where it is assembled at once."""


def plan_tiles(store: Store, services: Services, collage_id: str) -> Planned:
    """Write the plan: all tiles and calls, before the first of them is paid for.

    Raises:
        OverBudget: when what is not in the store yet would cost more than the request allows.
        TooLong: when that would take longer than a run may.
    """
    accepted = store.accepted(collage_id)
    asked = accepted.request
    if accepted.font is not None:
        fonts.use(store.font(collage_id))
    made = plan.make(
        accepted,
        store.styles(collage_id),
        store.prepared(collage_id),
        capabilities.models(asked, services),
        services.accounts,
        capabilities.weights(store, asked, services, bool(accepted.every_source)),
    )
    if asked.max_usd is not None:
        price = expected.estimate(left(store, made), services.accounts).usd
        if price > asked.max_usd:
            raise OverBudget(
                f"The collage would cost about ${price:,.2f}; the request allows "
                f"${asked.max_usd:,.2f}. Ask for fewer tiles, a lower quality or a higher max_usd."
            )
    _in_time(store, services, made)
    made = _as_before(store, made)
    there = _there_before(store, made)
    keys = store.put_plan(made, there)
    if _is_large(made):
        store.put_slices(made)
    settle(store)
    waves = [_wave(store, made, i, key, services.settings.gpu_tasks) for i, key in enumerate(keys)]
    progress.planned(store, collage_id, accepted.key, made.estimate, len(there))
    most = services.settings.concurrency
    paced = [queue.concurrency(most) for queue in queues(in_full(made), services.accounts)]
    at_once = min(most, sum(paced)) if paced else most
    return Planned(
        bucket=store.collages,
        waves=waves,
        count=len(waves),
        concurrency=at_once,
        bands=bands.count(plan.geometry(made.layout, made.labels)) if _is_large(made) else 0,
        slices=list(plan_slices.numbers(len(made.tiles))) if _is_large(made) else [],
    )


def _is_large(made: Plan) -> bool:
    return bands.is_large(made.layout.rows, made.layout.cols)


def _there_before(store: Store, made: Plan) -> frozenset[int]:
    """Of a large plan the calls whose tiles are there: a Map would ask a function for each.

    Of a collage that was made in part there are none: a tile can lack its picture though it was
    finished, and its call makes that anew.
    """
    if not _is_large(made) or store.was_made(made.id):
        return frozenset()
    finished = lookup.finished(store, {tile.key for tile in made.tiles})
    return frozenset(
        number
        for number, tiles in enumerate(made.calls)
        if all(made.tiles[i].key in finished for i in tiles)
    )


def _as_before(store: Store, made: Plan) -> Plan:
    """The plan with the calls that it was first written with, where its tiles are the same.

    Failures are recorded by the number of a call, and the account's pace, which decides how many
    tiles a call has, may have been set anew since.
    """
    try:
        before = store.grouped_before(made)
    except NotInStore:
        return made
    if before is None:
        return made
    return made.model_copy(update={"calls": before.calls, "waves": before.waves})


def _in_time(store: Store, services: Services, made: Plan) -> None:
    """Refuse a plan that could not end in time, by what of it is not in the store yet."""
    try:
        duration.check(in_full(made), services)
    except TooLong:
        duration.check(left(store, made), services)


def _wave(store: Store, made: Plan, number: int, key: str | None, most: int) -> Wave:
    """A wave whose work is divided among ``most`` tasks at most: none if all of it is there."""
    calls = [[made.tiles[i] for i in made.calls[call]] for call in made.of_tasks(number)]
    count = 0 if _all_there(store, calls) else shards.shards(len(calls), most)
    return Wave(
        calls=key,
        shards=list(range(count)),
        of=count,
        seconds=duration.shard_seconds(calls, count),
    )


def _all_there(store: Store, calls: Sequence[Sequence[Tile]]) -> bool:
    """Whether no tile of these calls is missing."""
    tiles = [tile for call in calls for tile in call]
    keys = {tile.key for tile in tiles}
    if lookup.there(store, keys) < keys:
        return False
    # No task is started for them, so that they are looked at more closely.
    with ThreadPoolExecutor(READERS) as pool:
        return all(pool.map(lambda tile: store.sidecar(tile) is not None, tiles))
