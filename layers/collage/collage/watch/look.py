"""Looking: where a collage stands now, where all of them do, and how to stop one.

Three sources say it, each for what only it knows. The workflow says whether a run is under way and
how many of its calls have ended, as long as it remembers the run: ninety days, and on a laptop as
long as the cloud is up. progress.json is what the steps of a run wrote down of it: when it was
asked for, how many tiles the plan has, how it ended. failure.json says why it failed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from collage import clock
from collage.digest import canonical, sha256
from collage.errors import NotInStore
from collage.progress import PHASES, STOPPED, Phase, Progress, State, TileCounts
from collage.store.store import Store
from collage.watch.runs import Execution, Items, Runs

INTERRUPTED = "The run was interrupted, and nothing was recorded; it can be resumed."
STARTING = timedelta(minutes=1)
"""How long after it was asked for a collage may have no run yet: start writes before it starts."""
CANCELLED = "The run was stopped on request; what was made stays."
READERS = 16
"""Collages of a list that are looked at together: enough to hide the store's latency."""


@dataclass(frozen=True)
class Pulse:
    """What of a collage is cheap to ask, and changes whenever more of it has."""

    record: Progress
    run: Execution | None
    phase: Phase | None = None
    """Of a run under way; none of any other."""
    items: Items | None = None
    by_tasks: int = 0
    """Tiles that have ended in tasks on a GPU."""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When it was taken."""

    @property
    def ended(self) -> int:
        """How many tiles of a run under way have ended, made or not."""
        total, calls = self.record.tiles.total, self.record.calls
        if not total or not calls:
            return 0
        # A call of the Map makes one tile, or several that are alike; tasks count tiles themselves.
        of_calls = round(total * self.items.ended / calls) if self.items else 0
        return min(total, self.there + of_calls + self.by_tasks)

    @property
    def there(self) -> int:
        """How many of them no call has to make: they were there before."""
        total, calls = self.record.tiles.total or 0, self.record.calls or 1
        return round(total * self.record.calls_there / calls)

    @property
    def seconds(self) -> float:
        """How long the tiles of a run under way are being made."""
        began = self.items.began if self.items else self.run.started if self.run else None
        return (self.at - began).total_seconds() if began else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Until the last tile, at the rate so far; none before the first."""
        total, ended = self.record.tiles.total, self.ended
        made = ended - self.there
        return self.seconds / made * (total - ended) if total and made > 0 else None

    @property
    def mark(self) -> str:
        """A digest, the same as long as nothing has changed."""
        run = (self.run.name, self.run.status) if self.run else None
        items = self.items.ended if self.items else None
        told = [self.record.model_dump(mode="json"), run, self.phase, items, self.by_tasks]
        return sha256(canonical(told))


def look(store: Store, runs: Runs, collage: str, kept: Store | None = None) -> Progress:
    """Where a collage stands now. ``kept`` reads the store's records sooner, if it can.

    Raises:
        NotInStore: when there is no such collage.
    """
    return look_at(store, pulse(store, runs, collage, kept))


def pulse(store: Store, runs: Runs, collage: str, kept: Store | None = None) -> Pulse:
    """What is cheap to ask of a collage: one object, and what the workflow knows of it.

    Raises:
        NotInStore: when there is no such collage.
    """
    return _pulse(store, runs, (kept or store).progress(collage), runs.latest(collage))


def look_at(store: Store, now: Pulse) -> Progress:
    """Where a collage stands that has this pulse; more is read in the store."""
    record, run = now.record, now.run
    if run is None:
        ending = _last_ending(store, record, datetime.min.replace(tzinfo=UTC))
        if ending is None and _age(record) < STARTING:
            return record
        return ending or record.as_ended("failed", record.created, "Interrupted", INTERRUPTED)
    if now.phase is not None:
        return _under_way(store, now, run)
    # Records name the second in which something ended.
    ending = _last_ending(store, record, run.started.replace(microsecond=0))
    if ending is not None:
        return ending
    ended = (run.stopped or run.started).isoformat(timespec="milliseconds")
    if run.status == "ABORTED":
        return record.as_ended("cancelled", ended, "Cancelled", CANCELLED)
    message = f"The run ended as {run.status}; no reason was recorded."
    return record.as_ended("failed", ended, "RunFailed", message)


def newest(
    store: Store,
    runs: Runs,
    limit: int,
    after: str | None = None,
    of: Collection[str] | None = None,
) -> tuple[list[Progress], str | None]:
    """A page of at most ``limit`` collages, the last asked for first, and where the next begins.

    ``after`` is what the page before gave. A run counts as under way when it is among the last
    thousand that were started, or that are running. ``of`` are the owners and groups whose
    collages these are; unless given they are all.
    """
    ids, following = store.newest(limit, after, of)
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
    stopped = seen.as_ended("cancelled", clock.now("milliseconds"), "Cancelled", CANCELLED)
    store.put_progress(stopped)
    return stopped


def _seen(store: Store, runs: Runs, record: Progress, run: Execution | None) -> Progress:
    """What a record and the collage's last run say together."""
    return look_at(store, _pulse(store, runs, record, run))


def _pulse(store: Store, runs: Runs, record: Progress, run: Execution | None) -> Pulse:
    if run is None:
        return Pulse(record, None)
    named = record.model_copy(update={"run": run.name})
    stopped = record.state == "cancelled" and record.last > run.started
    if run.status != "RUNNING" or stopped:
        return Pulse(named, run)
    phase = _phase(runs.entered(run.name))
    if not record.tiles.total or not record.calls or phase not in ("tiles", "assembly"):
        return Pulse(named, run, phase)
    items = runs.items(run.name)
    by_tasks = 0
    # Where Maps have all calls there is nothing for a task.
    if items is None or items.total < record.calls - record.calls_there:
        since = run.started.replace(microsecond=0)
        by_tasks = sum(shard.ended for shard in store.shards(record.id, since))
    return Pulse(named, run, phase, items, by_tasks)


def _last_ending(store: Store, record: Progress, since: datetime) -> Progress | None:
    """The last recorded end of a run that began at ``since``; an earlier one was another run's."""
    endings = [record] if record.ended is not None else []
    try:
        failure = store.failure(record.id)
    except NotInStore:
        pass
    else:
        state: State = "cancelled" if failure.error in STOPPED else "failed"
        endings.append(record.as_ended(state, failure.created, failure.error, failure.message))
    last = max(endings, key=lambda ending: ending.last, default=None)
    return last if last is not None and last.last >= since else None


def _under_way(store: Store, now: Pulse, run: Execution) -> Progress:
    record = now.record
    begun: dict[str, Any] = {
        "state": "running",
        "phase": now.phase,
        "ended": None,
        "error": None,
        "message": None,
    }
    total = record.tiles.total
    if not total or not record.calls or now.phase not in ("tiles", "assembly"):
        return record.model_copy(update=begun)
    failed, refused = store.count_failures(record.id, run.started.replace(microsecond=0))
    if refused and store.accepted(record.id).request.replace_refused:
        refused = 0
    counts = TileCounts(
        total=total, done=max(0, now.ended - failed - refused), failed=failed, refused=refused
    )
    left = now.seconds_left
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


def _phase(entered: Iterable[str]) -> Phase:
    """The phase of a run that entered these states, the last one first."""
    return next((PHASES[name] for name in entered if name in PHASES), "start")
