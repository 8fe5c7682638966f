"""What the steps of a run write down of its progress."""

from __future__ import annotations

from collage import clock
from collage.errors import NotInStore
from collage.manifest import Manifest, Summary
from collage.owners.owner import Owner
from collage.progress import Progress, TileCounts
from collage.spending.expected import Estimate
from collage.store.store import Store


def begin(store: Store, collage: str, source: str | None, owner: Owner | None = None) -> None:
    """Write down that a collage was asked for; of one that is known, nothing changes."""
    now = clock.now("milliseconds")
    first = Progress(id=collage, run=collage, created=now, source=source, owner=owner)
    store.put_listed(store.put_progress_once(first))


def planned(
    store: Store, collage: str, source: str | None, expected: Estimate, calls_there: int
) -> None:
    """Write down what there is to do, if nothing of it is there yet, and what of it will not be."""
    known = _known(store, collage, source)
    there = {
        "tiles": TileCounts(total=expected.tiles),
        "calls": expected.calls,
        "planned_usd": expected.usd,
        "calls_there": calls_there,
    }
    store.put_progress(known.model_copy(update=there))


def counted(store: Store, collage: str, source: str | None, tiles: TileCounts) -> None:
    """Write down how the tiles ended, before it is judged whether they make a collage."""
    known = _known(store, collage, source)
    store.put_progress(known.model_copy(update={"tiles": tiles}))


def finished(store: Store, manifest: Manifest | Summary, source: str | None) -> None:
    """Write down that a collage was made, whole or in part."""
    known = _known(store, manifest.id, source)
    refused = manifest.tile_counts.get("refused", 0)
    total = sum(manifest.tile_counts.values())
    counts = TileCounts(
        total=total,
        done=total - manifest.missing,
        failed=manifest.missing - refused,
        refused=refused,
    )
    stopped = manifest.stopped
    made = known.model_copy(update={"tiles": counts, "usd": manifest.usd}).as_ended(
        "partial" if manifest.missing else "done",
        manifest.created,
        stopped.error if stopped else None,
        stopped.message if stopped else None,
    )
    store.put_progress(made)


def _known(store: Store, collage: str, source: str | None) -> Progress:
    try:
        return store.progress(collage)
    except NotInStore:
        return Progress(id=collage, run=collage, created=clock.now("milliseconds"), source=source)
