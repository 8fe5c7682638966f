"""Slices: the tiles of a large plan, some in each file, as they are to be and as they ended.

A function that looks what became of a slice's tiles needs no more of the plan than that file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from collage.frozen import Frozen
from collage.manifest import MISSING, Failure, TileRecord
from collage.plan import Plan
from collage.tile import Tile

TILES = 20_000
"""Tiles of a slice: what one function looks for in about a minute. More slices than those of a
million tiles, each tried again as often as may be, would overflow the history of the execution."""


class Named(Frozen):
    """A tile, and what the collage calls its mask and its source, as `Origins` has it."""

    tile: Tile
    mask: str | None = None
    source: str | None = None


class Expected(Named):
    """A tile of a plan and what is known of it before it is made; ``spares`` are numbers of some.

    ``again`` is what it alone has otherwise than it was unfolded.
    """

    index: int
    call: int
    axes: dict[str, str] = Field(default={})
    again: dict[str, str] = Field(default={})
    spares: tuple[int, ...] = ()


class Slice(Frozen):
    """Tiles of a plan that follow each other, and the spares that can take their places."""

    tiles: tuple[Expected, ...]
    spares: dict[int, Named] = Field(default={})


class Order(Frozen):
    """The tiles of a plan in the order in which their calls are begun, as `Plan.order` has it."""

    tiles: tuple[int, ...] = ()
    """None where that is their own order."""


class Outline(Frozen):
    """A plan without its tiles, and all that is of one of them or of a call."""

    plan: Plan
    tiles: int
    """How many there are."""
    mark: str | None
    """What a picture of its collage says of itself: a JPEG segment, as hexadecimal digits."""

    @property
    def slices(self) -> range:
        """The numbers of the slices."""
        return numbers(self.tiles)


class End(Frozen):
    """What became of a tile, as far as that is known without all others."""

    call: int
    record: TileRecord
    sha256: str | None = None
    """Of the picture's file; None where there is no picture."""
    own: bool = False
    """Whether a run of this collage made it."""
    failure: Failure | None = None
    """Why its call failed, where it has no picture of its own."""

    @property
    def missing(self) -> bool:
        """Whether there is no picture of it."""
        return self.record.state in MISSING

    def told(self, stopped: Failure | None) -> TileRecord:
        """What is said of it: what ended the run is why a call did that left no reason."""
        record = self.record
        if stopped is None or self.failure is not None or not self._replaced_or_missing:
            return record
        return record.model_copy(update={"error": stopped.error, "message": stopped.message}).slim()

    @property
    def _replaced_or_missing(self) -> bool:
        return self.missing or self.record.state == "replaced"


class Ends(Frozen):
    """What became of the tiles of a slice."""

    ends: tuple[End, ...]


def numbers(tiles: int) -> range:
    """The numbers of the slices of so many tiles."""
    return range(-(-tiles // TILES))


def of(plan: Plan) -> Iterator[Slice]:
    """The slices of a plan, one after another."""
    return (part(plan, number) for number in numbers(len(plan.tiles)))


def part(plan: Plan, number: int) -> Slice:
    """One of them."""
    first = number * TILES
    indices = range(first, min(first + TILES, len(plan.tiles)))
    tiles = tuple(expected(plan, index, spares=True) for index in indices)
    wanted = dict.fromkeys(spare for tile in tiles for spare in tile.spares)
    return Slice(tiles=tiles, spares={i: named(plan, plan.spares[i]) for i in wanted})


def outline(plan: Plan) -> Outline:
    """A plan without what its slices say."""
    from collage.provenance import derived

    told_apart = "tiles", "spares", "compositions", "calls", "waves", "axes"
    none = dict[str, Any].fromkeys(told_apart, ())
    mark = derived.mark(plan).hex() if plan.request.metadata else None
    return Outline(plan=plan.model_copy(update=none), tiles=len(plan.tiles), mark=mark)


def order(plan: Plan) -> Order:
    """The order in which the calls of a plan's tiles are begun."""
    own = all(place == index for place, index in enumerate(plan.order))
    return Order(tiles=() if own else plan.order)


def expected(plan: Plan, index: int, *, spares: bool = False) -> Expected:
    """What a plan says of one of its tiles, and where it is asked for, of its ``spares``."""
    tile = named(plan, plan.tiles[index])
    return Expected(
        tile=tile.tile,
        mask=tile.mask,
        source=tile.source,
        index=index,
        call=plan.call_of[index],
        axes=plan.axes[index] if plan.axes else {},
        again=plan.changes.get(index, {}),
        spares=plan.spare_numbers(index) if spares else (),
    )


def named(plan: Plan, tile: Tile) -> Named:
    """A tile of a plan, or a spare, with the names of what it was made of."""
    if not plan.prepared.sources and not plan.prepared.mask_files:
        # Nothing has a name: all of the plan's tiles need not be gone through for it.
        return Named(tile=tile)
    return Named(tile=tile, mask=plan.origins.mask(tile), source=plan.origins.source(tile))
