"""The tiles of a collage, page by page: what conditions each, and what became of it so far."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from collage.errors import Refused
from collage.frozen import Frozen
from collage.manifest import MISSING, TileRecord, TileState
from collage.progress import Progress
from collage.tile import Tile
from collage.verdict import tile_record

if TYPE_CHECKING:
    from collage.plan import Plan
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
    if progress.state in ("done", "partial"):
        found = [_listed(record) for record in store.tile_records(progress.id, numbers)]
    else:
        plan = plan_of(store, progress.id)
        with ThreadPoolExecutor(READERS) as pool:
            found = list(pool.map(lambda i: so_far(store, plan, i), numbers))
    return found, numbers.stop if numbers.stop < total else None


@lru_cache(maxsize=2)
def plan_of(store: Store, collage: str) -> Plan:
    """A plan, read once a process: the same collage has always the same."""
    return store.plan(collage)


def so_far(store: Store, plan: Plan, index: int, *, failures: bool = True) -> ListedTile:
    """What became of a tile so far; without ``failures`` none is looked for."""
    tile = plan.tiles[index]
    sidecar = store.sidecar(tile)
    failure = (
        store.call_failure(plan.id, plan.call_of[index]) if failures and sidecar is None else None
    )
    if failure is not None and failure.error == Refused.__name__:
        spares = (store.sidecar(spare) for spare in plan.spares_of(index))
        sidecar = next((spare for spare in spares if spare is not None), None)
    if sidecar is None and failure is None:
        mask, source = plan.origins.mask(tile), plan.origins.source(tile)
        return ListedTile(
            index=index, key=tile.key, state="pending", tile=tile, mask=mask, source=source
        )
    return _listed(tile_record(plan, index, sidecar, failure))


def _listed(record: TileRecord) -> ListedTile:
    shared = record.model_dump(include=set(ListedTile.model_fields))
    picture = None if record.state in MISSING else f"tiles/{record.key}.png"
    return ListedTile(**shared, picture=picture)
