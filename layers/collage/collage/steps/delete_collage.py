"""DeleteCollage: a collage goes, with its shares and with what no other collage uses of it.

That it goes is written first, and removed last. Shares come first, for they are open to others;
then tiles and uploads, of which the plan and the request are the list; then the collage, these two
last of it. So a deletion that was cut short is gone on with by another call, from where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from collage import clock
from collage.deletion import Deleted, Deletion, Survey
from collage.errors import NotInStore, StillRunning
from collage.steps.share_collage import end_share
from collage.steps.used_by_others import Others, Own, named_by
from collage.store import lookup

if TYPE_CHECKING:
    from collage.store.store import Store
    from collage.watch.runs import Runs

BATCH = 250
"""Tiles that are deleted together: their files fill about one request."""

LEASE = timedelta(seconds=30)
"""How long a batch may take once it is said which plans it heeds, the slowest answer included."""
IN_HAND = timedelta(seconds=20)
"""Of the lease, what has to be left when the batch is deleted."""

SAMPLE = 1_000
"""Tiles whose bytes are counted; those of more are taken to be alike."""

LAST = ("plan.json", "progress.json", "request.json")
"""Of a collage, what goes last: the list of what else there is, and what says that it is there."""


def survey(store: Store, collage: str) -> Survey:
    """What the deletion of a collage would take away; nothing is deleted.

    Raises:
        NotInStore: when there is no such collage.
    """
    _must_be_there(store, collage)
    own = named_by(store, collage)
    others = Others(store, own)
    others.look()
    files = dict(_all(store.sizes(f"collages/{collage}/")))
    files |= _all(store.sizes(f"bands/{collage}/"))
    shares = store.shares(collage)
    for share in shares:
        files |= _all(store.sizes(f"shares/{share.id}/"))
    going = sorted(own.tiles - others.tiles)
    there = lookup.there(store, going)
    sample = sorted(there)[:SAMPLE]
    per_sample = sum(store.tile_sizes(sample).values())
    uploads = store.upload_sizes(own.uploads - others.uploads)
    of_tiles = round(per_sample * len(there) / len(sample)) if sample else 0
    return Survey(
        id=collage,
        files=len(files),
        bytes=sum(files.values()) + of_tiles + sum(uploads.values()),
        shares=len(shares),
        tiles=len(there),
        kept=len(lookup.there(store, sorted(own.tiles & others.tiles))),
        sources=len(uploads.keys() & own.uploads),
        sources_kept=len(others.uploads),
    )


def delete_collage(store: Store, runs: Runs, collage: str, seconds: float, by: str = "") -> Deleted:
    """Delete a collage, or go on with that, for about so many seconds.

    Raises:
        NotInStore: when there is no such collage.
        StillRunning: when its run is under way.
    """
    ends, gone = monotonic() + seconds, 0
    known = store.deletion(collage)
    if known is None:
        _must_be_there(store, collage)
        known = Deletion(id=collage, by=by, at=clock.now())
        store.put_deletion(known)
    run = runs.latest(collage)
    # After it was written: whoever starts it from now on is told.
    if run is not None and run.status == "RUNNING":
        store.remove_deletion(collage)
        raise StillRunning(f"Collage {collage} is being made; cancel it first.")
    for share in store.shares(collage):
        end_share(store, share)
        store.remove_share(collage, share.id)
    for count in _each(store, collage, known):
        gone += count
        # Every call gets somewhere, however short it is.
        if gone and monotonic() > ends:
            return Deleted(id=collage, done=False, files=gone)
    store.remove_deletion(collage)
    return Deleted(id=collage, done=True, files=gone)


def _each(store: Store, collage: str, known: Deletion) -> Iterator[int]:
    """Delete all of a collage but its shares, a part at a time; how many files that was."""
    own = named_by(store, collage)
    yield from _shared(store, own, known)
    for page in store.sizes(f"bands/{collage}/"):
        yield _remove(store, page)
    folder = f"collages/{collage}/"
    last = {f"{folder}{name}" for name in LAST}
    left: set[str] = set()
    for page in store.sizes(folder):
        left |= page.keys() & last
        yield _remove(store, page.keys() - last)
    yield _remove(store, left)
    yield _remove(store, store.listings(collage))


def _shared(store: Store, own: Own, known: Deletion) -> Iterator[int]:
    """Delete of the tiles and uploads of a collage those that no other uses."""
    others = Others(store, own)
    others.look()
    left = sorted(own.tiles)[known.tiles :]
    passed = known.tiles
    for begin in range(0, len(left), BATCH):
        batch = left[begin : begin + BATCH]
        files = store.tile_sizes(set(batch) - others.tiles)
        _lease(store, known, passed, others)
        kept = tuple(f"tiles/{key}." for key in others.tiles.intersection(batch))
        passed += len(batch)
        count = _remove(store, [name for name in files if not name.startswith(kept)])
        store.put_deletion(known.model_copy(update={"tiles": passed, "until": None}))
        yield count
    _lease(store, known, passed, others)
    uploads = store.upload_sizes(own.uploads - others.uploads)
    store.remove_uploads(uploads)
    store.put_deletion(known.model_copy(update={"tiles": passed, "until": None}))
    yield len(uploads)


def _lease(store: Store, known: Deletion, passed: int, others: Others) -> None:
    """Say until when what comes next will be gone, and then look who uses it, in good time."""
    while True:
        until = datetime.now(UTC) + LEASE
        said = {"until": until.isoformat(timespec="milliseconds"), "tiles": passed}
        store.put_deletion(known.model_copy(update=said))
        others.look()
        if until - datetime.now(UTC) > IN_HAND:
            return


def _remove(store: Store, keys: Iterable[str]) -> int:
    names = sorted(keys)
    store.remove(names)
    return len(names)


def _must_be_there(store: Store, collage: str) -> None:
    there = any(store.sizes(f"collages/{collage}/"))
    # Of one whose deletion was cut short there may be the mark alone.
    if not there and store.deletion(collage) is None:
        raise NotInStore(f"There is no collage {collage}.")


def _all(pages: Iterable[dict[str, int]]) -> Iterator[tuple[str, int]]:
    for page in pages:
        yield from page.items()
