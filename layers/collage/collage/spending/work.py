"""Work: calls by what they cost and take, so that those of a million tiles are a few."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from math import fsum
from typing import NamedTuple

from collage.tile import Tile


class Alike(NamedTuple):
    """So many calls that cost and take the same: the tiles of one of them, and their number."""

    tiles: Sequence[Tile]
    times: int

    @property
    def pictures(self) -> int:
        """What all of them ask for."""
        return len(self.tiles) * self.times


Work = Sequence[Alike]


def of(calls: Iterable[Sequence[Tile]]) -> Work:
    """Calls, those that are alike together, in the order of the first of each."""
    found: dict[tuple[object, ...], Sequence[Tile]] = {}
    times: dict[tuple[object, ...], int] = {}
    for call in calls:
        tile = call[0]
        key = (
            tile.engine, tile.model, tile.operation, tile.size, tile.source is None,
            tuple(tile.options.items()), len(call),
        )  # fmt: skip
        found.setdefault(key, call)
        times[key] = times.get(key, 0) + 1
    return [Alike(call, times[key]) for key, call in found.items()]


def total(work: Work, of_call: Callable[[Sequence[Tile]], float]) -> float:
    """What all calls add up to by what each has: the same in whatever order they are."""
    return fsum(chain.from_iterable(repeat(of_call(each.tiles), each.times) for each in work))
