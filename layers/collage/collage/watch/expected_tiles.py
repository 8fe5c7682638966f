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


MOST_WHOLE = 150_000
"""Tiles of a plan that is read whole where its order was not written: by earlier versions, which
had none of more tiles in as many cells."""


class Looked(NamedTuple):
    """A tile, and what takes its place when it is refused, in this order."""

    tile: Expected
    spares: Sequence[Named]


class ExpectedTiles(NamedTuple):
    """What a plan says of its tiles."""

    collage: str
    order: Sequence[int]
    """The tile at each place of `Plan.order`."""
    slice: Callable[[int], Slice]

    def tiles(self, numbers: Sequence[int]) -> list[Looked]:
        """The tiles of these numbers; a slice is read once, however they are mixed.

        Raises:
            NotInStore: when one of the slices is gone.
        """
        found = {}
        for index in sorted(numbers):
            part = self.slice(index // plan_slices.TILES)
            tile = part.tiles[index % plan_slices.TILES]
            found[index] = Looked(tile, [part.spares[number] for number in tile.spares])
        return [found[index] for index in numbers]


@lru_cache(maxsize=2)
def expected_tiles(store: Store, collage: str, total: int) -> ExpectedTiles:
    """The ``total`` tiles of a plan; looked for once a process, as the plan stays the same.

    Raises:
        NotInStore: when there is no plan, or it was very large and has been put together.
    """
    order = store.order(collage)
    if order is not None:
        kept = lru_cache(SLICES)(partial(store.slice, collage))
        return ExpectedTiles(collage, order.tiles or range(total), kept)
    if total > MOST_WHOLE:
        raise NotInStore(f"The slices of the plan of collage {collage} are not there.")
    plan = store.plan(collage)
    parts = lru_cache(SLICES)(partial(plan_slices.part, plan))
    return ExpectedTiles(collage, plan.order, parts)
