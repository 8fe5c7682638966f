"""What is still to be made of a plan: what the store does not hold yet."""

from __future__ import annotations

from collage.plan import Plan
from collage.spending import work
from collage.spending.work import Work
from collage.store import lookup
from collage.store.store import Store


def in_full(made: Plan) -> Work:
    """Every call."""
    return work.of([made.tiles[i] for i in call] for call in made.calls)


def left(store: Store, made: Plan) -> Work:
    """The calls for what the store does not hold yet."""
    there = lookup.there(store, {tile.key for tile in made.tiles})
    wanted = (
        [made.tiles[i] for i in call if made.tiles[i].key not in there] for call in made.calls
    )
    return work.of(tiles for tiles in wanted if tiles)
