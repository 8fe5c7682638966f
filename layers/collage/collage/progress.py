"""Progress: where a collage stands, for those who wait for it, and how to stop it.

Three sources say it, each for what only it knows. The workflow says whether a run is under way and
how many of its calls have ended, as long as it remembers the run: ninety days, and on a laptop as
long as the cloud is up. progress.json is what the steps of a run wrote down of it: when it was
asked for, how many tiles the plan has, how it ended. failure.json says why it failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from collage.announcements import STOPPED
from collage.errors import NotInStore
from collage.names import CollageId

if TYPE_CHECKING:
    from collage.manifest import Manifest
    from collage.plan import Estimate
    from collage.store.store import Store
    from collage.watch.runs import Execution, Runs

State = Literal["running", "done", "partial", "failed", "cancelled"]
Phase = Literal["start", "styles", "masks", "plan", "tiles", "assembly"]

PHASES: dict[str, Phase] = {
    "ListStyles": "styles",
    "MakeMasks": "masks",
    "PlanTiles": "plan",
    "RenderTiles": "tiles",
    "RenderOnGpu": "tiles",
    "AssembleCollage": "assembly",
}
"""The states of the workflow that one waits for, and what they are called."""

INTERRUPTED = "The run was interrupted, and nothing was recorded; it can be resumed."
STARTING = timedelta(minutes=1)
"""How long after it was asked for a collage may have no run yet: start writes before it starts."""
CANCELLED = "The run was stopped on request; what was made stays."
READERS = 16
"""Collages of a list that are looked at together: enough to hide the store's latency."""


class TileCounts(BaseModel):
    """How many of the tiles have ended, and how."""

    model_config = ConfigDict(frozen=True)

    total: int | None = Field(default=None, description="none before the plan")
    done: int = 0
    failed: int = 0
    refused: int = 0


class Progress(BaseModel):
    """Where a collage stands."""

    model_config = ConfigDict(frozen=True)

    id: CollageId
    run: str = Field(description="the execution that made it last, or tries to")
    state: State = "running"
    phase: Phase | None = Field(default="start", description="none once it has ended")
    tiles: TileCounts = TileCounts()
    eta_seconds: float | None = Field(
        default=None, description="until the last tile, at the rate so far"
    )
    usd: float = Field(
        default=0,
        description="what the tiles cost: under way by the plan's prices, in the end as paid",
    )
    planned_usd: float | None = Field(
        default=None, description="what all tiles would cost, were none in the store yet"
    )
    created: str = Field(description="when it was first asked for, in UTC")
    ended: str | None = None
    error: str | None = None
    message: str | None = None
    source: str | None = Field(description="key of the source in the uploads bucket, if any")
    calls: int | None = Field(default=None, description="engine calls of the plan")


def look(store: Store, runs: Runs, collage: str) -> Progress:
    """Where a collage stands now.

    Raises:
        NotInStore: when there is no such collage.
    """
    return _seen(store, runs, store.progress(collage), runs.latest(collage))


def newest(
    store: Store, runs: Runs, limit: int, after: str | None = None
) -> tuple[list[Progress], str | None]:
    """A page of at most ``limit`` collages, the last asked for first, and where the next begins.

    ``after`` is what the page before gave. A run counts as under way when it is among the last
    thousand that were started, or that are running.
    """
    ids, following = store.newest(limit, after)
    recent = runs.recent() if ids else {}

    def one(collage: str) -> Progress | None:
        try:
            return _seen(store, runs, store.progress(collage), recent.get(collage))
        except NotInStore:
            # Somebody removed it by hand.
            return None

    with ThreadPoolExecutor(READERS) as pool:
        found = pool.map(one, ids)
        return [progress for progress in found if progress is not None], following


def cancel(store: Store, runs: Runs, collage: str) -> Progress:
    """Stop the run of a collage, if one is under way; what was made stays, and can be resumed.

    Raises:
        NotInStore: when there is no such collage.
    """
    run = runs.latest(collage)
    seen = _seen(store, runs, store.progress(collage), run)
    if run is None or run.status != "RUNNING" or not runs.stop(run.name, CANCELLED):
        return look(store, runs, collage)
    stopped = _ended(seen, "cancelled", now(), "Cancelled", CANCELLED)
    store.put_progress(stopped)
    return stopped


def begin(store: Store, collage: str, source: str | None) -> None:
    """Write down that a collage was asked for; of one that is known, nothing changes."""
    first = Progress(id=collage, run=collage, created=now(), source=source)
    store.put_listed(store.put_progress_once(first))


def planned(store: Store, collage: str, source: str | None, expected: Estimate) -> None:
    """Write down what there is to do, if nothing of it is there yet."""
    known = _known(store, collage, source)
    there = {
        "tiles": TileCounts(total=expected.tiles),
        "calls": expected.calls,
        "planned_usd": expected.usd,
    }
    store.put_progress(known.model_copy(update=there))


def counted(store: Store, collage: str, source: str | None, tiles: TileCounts) -> None:
    """Write down how the tiles ended, before it is judged whether they make a collage."""
    known = _known(store, collage, source)
    store.put_progress(known.model_copy(update={"tiles": tiles}))


def finished(store: Store, manifest: Manifest, source: str | None) -> None:
    """Write down that a collage was made, whole or in part."""
    known = _known(store, manifest.id, source)
    refused = manifest.tile_counts.get("refused", 0)
    total = len(manifest.tiles)
    counts = TileCounts(
        total=total,
        done=total - manifest.missing,
        failed=manifest.missing - refused,
        refused=refused,
    )
    stopped = manifest.stopped
    made = _ended(
        known.model_copy(update={"tiles": counts, "usd": manifest.usd}),
        "partial" if manifest.missing else "done",
        manifest.created,
        stopped.error if stopped else None,
        stopped.message if stopped else None,
    )
    store.put_progress(made)


def now() -> str:
    """The time in UTC, as ISO 8601 to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _known(store: Store, collage: str, source: str | None) -> Progress:
    try:
        return store.progress(collage)
    except NotInStore:
        return Progress(id=collage, run=collage, created=now(), source=source)


def _seen(store: Store, runs: Runs, record: Progress, run: Execution | None) -> Progress:
    """What a record and the collage's last run say together."""
    if run is None:
        ending = _last_ending(store, record, datetime.min.replace(tzinfo=UTC))
        if ending is None and _age(record) < STARTING:
            return record
        return ending or _ended(record, "failed", record.created, "Interrupted", INTERRUPTED)
    named = record.model_copy(update={"run": run.name})
    if run.status == "RUNNING" and not (record.state == "cancelled" and _end(record) > run.started):
        return _under_way(store, runs, named, run)
    # Records name the second in which something ended.
    ending = _last_ending(store, named, run.started.replace(microsecond=0))
    if ending is not None:
        return ending
    ended = (run.stopped or run.started).isoformat(timespec="milliseconds")
    if run.status == "ABORTED":
        return _ended(named, "cancelled", ended, "Cancelled", CANCELLED)
    message = f"The run ended as {run.status}; no reason was recorded."
    return _ended(named, "failed", ended, "RunFailed", message)


def _last_ending(store: Store, record: Progress, since: datetime) -> Progress | None:
    """The last recorded end of a run that began at ``since``; an earlier one was another run's."""
    endings = [record] if record.ended is not None else []
    try:
        failure = store.failure(record.id)
    except NotInStore:
        pass
    else:
        state: State = "cancelled" if failure.error in STOPPED else "failed"
        endings.append(_ended(record, state, failure.created, failure.error, failure.message))
    last = max(endings, key=_end, default=None)
    return last if last is not None and _end(last) >= since else None


def _under_way(store: Store, runs: Runs, record: Progress, run: Execution) -> Progress:
    phase = _phase(runs.entered(run.name))
    begun: dict[str, Any] = {
        "state": "running",
        "phase": phase,
        "ended": None,
        "error": None,
        "message": None,
    }
    total, calls = record.tiles.total, record.calls
    if not total or not calls or phase not in ("tiles", "assembly"):
        return record.model_copy(update=begun)
    since = run.started.replace(microsecond=0)
    items = runs.items(run.name)
    # A call of the Map makes one tile, or several that are alike; tasks count tiles themselves.
    ended = round(total * items.ended / calls) if items else 0
    ended = min(total, ended + sum(shard.ended for shard in store.shards(record.id, since)))
    failed, refused = store.count_failures(record.id, since)
    if refused and store.accepted(record.id).request.replace_refused:
        refused = 0
    counts = TileCounts(
        total=total, done=max(0, ended - failed - refused), failed=failed, refused=refused
    )
    seconds = (datetime.now(UTC) - (items.began if items else run.started)).total_seconds()
    left = seconds / ended * (total - ended) if ended else None
    return record.model_copy(
        update={
            **begun,
            "tiles": counts,
            "usd": round((record.planned_usd or 0) * counts.done / total, 6),
            "eta_seconds": None if left is None else round(left, 1),
        }
    )


def _age(record: Progress) -> timedelta:
    """How long ago a collage was asked for."""
    return datetime.now(UTC) - datetime.fromisoformat(record.created)


def _phase(entered: Sequence[str]) -> Phase:
    """The phase of a run that entered these states, the last one first."""
    return next((PHASES[name] for name in entered if name in PHASES), "start")


def _ended(
    record: Progress, state: State, ended: str, error: str | None, message: str | None
) -> Progress:
    end = {"state": state, "ended": ended, "error": error, "message": message}
    return record.model_copy(update={**end, "phase": None, "eta_seconds": None})


def _end(progress: Progress) -> datetime:
    return datetime.fromisoformat(progress.ended or progress.created)
