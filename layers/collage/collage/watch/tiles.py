"""The tiles of a collage, page by page: what conditions each, and what became of it so far."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from collage.errors import NotInStore, Refused
from collage.frozen import Frozen
from collage.manifest import MISSING, TileRecord, TileState
from collage.progress import Progress
from collage.tile import Tile
from collage.verdict import missing, present
from collage.watch.expected_tiles import Looked, expected_tiles

if TYPE_CHECKING:
    from collage.store.store import Store

READERS = 16
"""Tiles that are looked up together."""


class ListedTile(Frozen):
    """A tile of the plan; ``pending`` until it is made or its call has failed."""

    index: int
    key: str
    state: TileState | Literal["pending"]
    tile: Tile
    mask: str | None = Field(
        default=None,
        exclude_if=lambda name: name is None,
        description="what its mask is called, where that is a file of the user's own",
    )
    source: str | None = Field(
        default=None,
        exclude_if=lambda name: name is None,
        description="what the source is called that it goes back to, where there are several",
    )
    created: str | None = None
    seconds: float | None = None
    usd: float = 0
    error: str | None = None
    message: str | None = None
    picture: str | None = Field(default=None, description="key of the picture, once it is there")


def page(
    store: Store, progress: Progress, limit: int, first: int
) -> tuple[list[ListedTile], int | None]:
    """At most ``limit`` tiles from the tile ``first`` on, and where the next page begins.

    Before the plan there are none. Of a finished collage the manifest tells; of any other, what
    lies in the store.

    Raises:
        NotInStore: when the plan or manifest that should be there is not.
    """
    total = progress.tiles.total or 0
    numbers = range(first, min(first + limit, total))
    if not numbers:
        return [], None
    if progress.state not in ("done", "partial"):
        try:
            plan = expected_tiles(store, progress.id, total)
            tiles = plan.tiles(numbers)
            with ThreadPoolExecutor(READERS) as pool:
                found = list(pool.map(lambda tile: so_far(store, plan.collage, tile), tiles))
        except NotInStore:
            # It may have been put together since.
            found = _of_manifest(store, progress.id, numbers)
    else:
        found = _of_manifest(store, progress.id, numbers)
    return found, numbers.stop if numbers.stop < total else None


def _of_manifest(store: Store, collage: str, numbers: range) -> list[ListedTile]:
    return [_listed(record) for record in store.tile_records(collage, numbers)]


def so_far(store: Store, collage: str, looked: Looked, *, failures: bool = True) -> ListedTile:
    """What became of a tile so far; without ``failures`` none is looked for."""
    tile = looked.tile
    if sidecar := store.sidecar(tile.tile):
        return _listed(present(collage, tile, tile, sidecar, None).record)
    failure = store.call_failure(collage, tile.call) if failures else None
    if failure is None:
        return ListedTile(
            index=tile.index,
            key=tile.tile.key,
            state="pending",
            tile=tile.tile,
            mask=tile.mask,
            source=tile.source,
        )
    if failure.error == Refused.__name__:
        for spare in looked.spares:
            if sidecar := store.sidecar(spare.tile):
                return _listed(present(collage, tile, spare, sidecar, failure).record)
    return _listed(missing(tile, failure).record)


def _listed(record: TileRecord) -> ListedTile:
    shared = record.model_dump(include=set(ListedTile.model_fields))
    picture = None if record.state in MISSING else f"tiles/{record.key}.png"
    return ListedTile(**shared, picture=picture)
