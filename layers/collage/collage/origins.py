"""Origins: what tiles were made of, by the names that people gave it.

A tile is the same for all collages, so what it is made of stands in it by digest. Here is what a
collage calls that: its sources, and masks of the user's own, by the names of their files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from collage.tile import Composition, Tile


class Origins(NamedTuple):
    """Of a collage's tiles. Where it has one source, that is the source of number 0."""

    names: Sequence[str]
    """What its sources are called, where they are several."""
    sources: Sequence[str]
    """The digests of their pixels."""
    mask_files: Mapping[str, Sequence[str | None]]
    """What tiles call masks of the user's own, by their names, each for every source in turn."""
    compositions: Mapping[str, Composition]
    """What tiles are put together from, by digest."""
    tiles: Mapping[str, Tile]
    """The tiles that others are put together from, by key."""

    def number(self, tile: Tile) -> int | None:
        """Which of several sources a tile goes back to; None where it goes back to none."""
        if tile.source is None or not self.sources:
            return None
        composition = self.compositions.get(tile.source)
        if composition is None:
            return self.sources.index(tile.source)
        if composition.source is not None:
            return self.sources.index(composition.source)
        keys = (piece.tile for piece in composition.pieces if piece.tile is not None)
        numbers = (self.number(self.tiles[key]) for key in keys)
        return next((number for number in numbers if number is not None), None)

    def source(self, tile: Tile) -> str | None:
        """What the source is called that a tile goes back to, of several."""
        number = self.number(tile)
        return None if number is None else self.names[number]

    def mask(self, tile: Tile) -> str | None:
        """What a tile's mask is called, where that is a file of the user's own."""
        if tile.mask is None or not self.mask_files:
            return None
        number = self.number(tile) or 0
        return next((n for n, drawn in self.mask_files.items() if drawn[number] == tile.mask), None)

    def caption(
        self, tile: Tile, prompt: bool = False, again: Mapping[str, str] | None = None
    ) -> str:
        """What a label says of a tile; see `Tile.caption`."""
        return tile.caption(prompt, self.mask(tile), self.source(tile), again)
