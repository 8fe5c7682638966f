"""Engines for the faults: the painter, which paints a tile once, and a shop that bills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collage.engines.engine import Engine, Outcome, Rendered, Turn
from collage.tile import Tile
from tests.unit.pictures import encode, noise


@dataclass(frozen=True)
class End:
    """How a call ends in place of bringing pictures, and whether it is billed all the same."""

    error: BaseException
    billed: bool


@dataclass
class Album:
    """An engine whose pictures are remembered: they are the same for the same tile."""

    engine: Engine
    ends: Mapping[int, End] = field(default_factory=dict)
    """By the number of a call, from 1."""
    calls: int = 0
    _pictures: dict[str, Rendered] = field(default_factory=dict)

    def render(
        self, tiles: Sequence[Tile], source: bytes | None, mask: bytes | None, turn: Turn
    ) -> Sequence[Outcome]:
        self.calls += 1
        if self.calls in self.ends:
            raise self.ends[self.calls].error
        for tile in tiles:
            if tile.key not in self._pictures:
                (made,) = self.engine.render([tile], source, mask, turn)
                assert isinstance(made, Rendered)
                self._pictures[tile.key] = made
        return [self._pictures[tile.key] for tile in tiles]


@dataclass
class Shop:
    """Bills every picture, at the price that is expected of it."""

    ends: Mapping[int, End] = field(default_factory=dict)
    calls: int = 0
    billed: Counter[str] = field(default_factory=Counter)

    def render(
        self, tiles: Sequence[Tile], source: bytes | None, mask: bytes | None, turn: Turn
    ) -> Sequence[Outcome]:
        turn()
        self.calls += 1
        end = self.ends.get(self.calls)
        if end is None or end.billed:
            self.billed.update(tile.key for tile in tiles)
        if end is not None:
            raise end.error
        return [_picture(tile) for tile in tiles]

    def read(self) -> Counter[str]:
        """The pictures that were billed, by tile."""
        return self.billed

    def clear(self) -> None:
        """Count from here on."""
        self.billed.clear()


def _picture(tile: Tile) -> Rendered:
    png = encode(noise(tile.size, int(tile.key[:8], 16)))
    return Rendered(png, provider=b"as it came: " + tile.key.encode())
