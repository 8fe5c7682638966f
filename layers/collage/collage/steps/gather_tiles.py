"""GatherTiles: what became of the tiles of a large plan, slice by slice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from collage import plan_slices
from collage.errors import Refused, UnreadableRecord
from collage.manifest import Failure
from collage.plan_slices import End, Ends, Expected, Named
from collage.store.store import Store
from collage.verdict import missing, present

READERS = 16
"""Sidecars read from S3 at once: enough to hide its latency."""


def gather_tiles(store: Store, collage_id: str, number: int) -> None:
    """Look which tiles of a slice there are, and write down what became of each."""
    part = store.slice(collage_id, number)
    with ThreadPoolExecutor(READERS) as pool:
        ends = pool.map(lambda tile: _end(store, collage_id, tile, part.spares), part.tiles)
        store.put_ends(collage_id, number, Ends(ends=tuple(ends)))


def ends(
    store: Store, collage_id: str, tiles: int, lost: Mapping[int, End] | None = None
) -> Iterator[End]:
    """What became of all of so many tiles, in their order; of those that are ``lost``, that."""
    instead = lost or {}
    for number in plan_slices.numbers(tiles):
        for end in store.ends(collage_id, number).ends:
            yield instead.get(end.record.index, end)


def lost_ends(store: Store, collage_id: str, lost: set[int]) -> dict[int, End]:
    """The ends of tiles that have a sidecar, and whose pictures are lost, by index."""
    found = {}
    for number in sorted({index // plan_slices.TILES for index in lost}):
        for tile in store.slice(collage_id, number).tiles:
            if tile.index in lost:
                found[tile.index] = missing(tile, _failure(store, collage_id, tile))
    return found


def _end(store: Store, collage: str, tile: Expected, spares: Mapping[int, Named]) -> End:
    if sidecar := store.sidecar(tile.tile):
        return present(collage, tile, tile, sidecar, None)
    failure = _failure(store, collage, tile)
    if failure is not None and failure.error == Refused.__name__:
        for spare in map(spares.__getitem__, tile.spares):
            if sidecar := store.sidecar(spare.tile):
                return present(collage, tile, spare, sidecar, failure)
    return missing(tile, failure)


def _failure(store: Store, collage: str, tile: Expected) -> Failure | None:
    """Why the call for a tile failed, as far as that can be read."""
    with suppress(UnreadableRecord):
        return store.call_failure(collage, tile.call)
    return None
