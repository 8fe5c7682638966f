"""Origins: what tiles were made of, by the names that people gave it.

A tile is the same for all collages, so what it is made of stands in it by digest. Here is what a
collage calls that: masks of the user's own, by the names of their files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collage.tile import Tile


@dataclass(frozen=True)
class Origins:
    """Of a collage's tiles."""

    mask_files: Mapping[str, Sequence[str | None]]
    """What tiles call masks of the user's own, by their names, each for every source in turn."""

    def mask(self, tile: Tile) -> str | None:
        """What a tile's mask is called, where that is a file of the user's own."""
        named = (name for name, drawn in self.mask_files.items() if tile.mask in drawn)
        return next(named, None) if tile.mask else None

    def caption(
        self, tile: Tile, prompt: bool = False, again: Mapping[str, str] | None = None
    ) -> str:
        """What a label says of a tile; see `Tile.caption`."""
        return tile.caption(prompt, self.mask(tile), again)
