"""The tiles of a collage under way: its plan, of which a large one is read a slice at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from collage import plan_slices
from collage.errors import NotInStore

if TYPE_CHECKING:
    from collage.plan_slices import Expected, Named, Slice
    from collage.store.store import Store

SLICES = 4
"""Slices of a plan that a process keeps: as many as tiles that are told of at once lie in."""


class ExpectedTiles(NamedTuple):
    """What a plan says of its tiles."""

    collage: str
    order: Sequence[int]
    """The tile at each place of `Plan.order`."""
    slice: Callable[[int], Slice]

    def tile(self, index: int) -> Expected:
        """The tile of this number."""
        return self.slice(index // plan_slices.TILES).tiles[index % plan_slices.TILES]

    def spares(self, tile: Expected) -> list[Named]:
        """What takes the place of a tile when it is refused, in this order."""
        there = self.slice(tile.index // plan_slices.TILES).spares
        return [there[number] for number in tile.spares]


@lru_cache(maxsize=2)
def expected_tiles(store: Store, collage: str, total: int) -> ExpectedTiles:
    """The ``total`` tiles of a plan; looked for once a process, as the plan stays the same.

    Raises:
        NotInStore: when there is no plan, or it was large and has been put together.
    """
    order = store.order(collage)
    if order is not None:
        kept = lru_cache(SLICES)(partial(store.slice, collage))
        return ExpectedTiles(collage, order.tiles or range(total), kept)
    if total > plan_slices.TILES:
        raise NotInStore(f"The slices of the plan of collage {collage} are not there.")
    plan = store.plan(collage)
    return ExpectedTiles(collage, plan.order, list(plan_slices.of(plan)).__getitem__)
