"""The embedded engine of style transfer: trained networks, run by OpenCV on any processor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from collage import painting
from collage.engines.engine import Rendered, Turn
from collage.engines.stylizer.looks import CHOSEN
from collage.engines.stylizer.stylize import stylize
from collage.painting.scenes import compose
from collage.painting.techniques import named
from collage.pictures import pixels
from collage.pictures.feather import blend
from collage.pictures.pixels import Pixels
from collage.tile import Tile


class Stylizer:
    """Repaints, transfers, varies and draws pictures in mixtures of styles."""

    def __init__(self, pictures: Mapping[str, bytes] | None = None) -> None:
        self._pictures = pictures or {}

    def with_style_pictures(self, pictures: Mapping[str, bytes]) -> Stylizer:
        """The same engine where these styles, by name, are those of these pictures' files."""
        return Stylizer(pictures)

    def render(
        self, tiles: Sequence[Tile], source: bytes | None, mask: bytes | None, turn: Turn
    ) -> list[Rendered]:
        """The stylized tiles: deterministic in the tile, the source, the mask and the pictures.

        Raises:
            ValueError: an operation lacks its source or mask, or is none of the stylizer's.
            EngineUnavailable: when the networks are not installed.
        """
        given = None if source is None else pixels.decoded(source, tiles[0].size)
        alpha = None if mask is None else pixels.alpha(mask, tiles[0].size)
        return [Rendered.of(self._made(tile, given, alpha)) for tile in tiles]

    def _made(self, tile: Tile, source: Pixels | None, alpha: Pixels | None) -> Pixels:
        seed = tile.seed or 0
        match tile.operation, source, alpha:
            case "generate", _, _:
                drawn = compose(tile.prompt, tile.size, seed)
                made = self._stylized(drawn, tile.styles or named(tile.prompt), seed)
            case "variation", np.ndarray(), _:
                made = self._stylized(source, tile.styles, seed)
            case "transfer", np.ndarray(), _ if tile.styles:
                made = stylize(source, tile.styles, self._pictures, seed, close=True)
                made = _between(source, made, float(tile.options.get("strength", 1)))
            case "inpaint", np.ndarray(), np.ndarray() if tile.styles:
                made = blend(source, self._stylized(source, tile.styles, seed), alpha)
            case "inpaint", np.ndarray(), np.ndarray():
                # Without a style there is nothing to repaint in: refilled as the painter does.
                made = painting.refill(source, alpha, tile.prompt, seed)
            case operation, _, _:
                raise ValueError(f"the stylizer cannot {operation} from what it was given")
        return made

    def _stylized(self, picture: Pixels, styles: Sequence[str], seed: int) -> Pixels:
        """In the styles; without any in a look: one seed after another goes through `CHOSEN`."""
        chosen = styles or (CHOSEN[seed % len(CHOSEN)],)
        return stylize(picture, chosen, self._pictures, seed)


def _between(source: Pixels, made: Pixels, strength: float) -> Pixels:
    """So much of what was made, and the rest the source."""
    mixed = source + (made.astype(np.float32) - source) * np.float32(strength)
    return np.asarray(np.round(mixed), np.uint8)


def load(_tools: object) -> Stylizer:
    """The stylizer; it needs no services, and a network is read when it is first used."""
    return Stylizer()
