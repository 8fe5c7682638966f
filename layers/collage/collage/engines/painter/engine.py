"""The embedded engine: paints by hand-made techniques, with no model, key or network."""

from collections.abc import Sequence

import numpy as np

from collage import painting
from collage.engines.engine import Rendered, Turn
from collage.pictures import pixels
from collage.pictures.pixels import Pixels
from collage.tile import Tile


class Painter:
    """Draws, repaints, refills, extends, varies and enlarges pictures, all by procedure."""

    def render(
        self, tiles: Sequence[Tile], source: bytes | None, mask: bytes | None, turn: Turn
    ) -> list[Rendered]:
        """The painted tiles: deterministic in the tile, the source and the mask.

        Raises:
            ValueError: an operation lacks its source or mask, or is none of the painter's.
        """
        # What is prepared for several engines may be larger; what is to be enlarged is smaller.
        size = tiles[0].size if tiles[0].operation != "upscale" else None
        given = None if source is None else pixels.decoded(source, size)
        alpha = None if mask is None else pixels.alpha(mask, tiles[0].size)
        return [Rendered.of(_painted(tile, given, alpha)) for tile in tiles]


def load(_tools: object) -> Painter:
    """The painter; it needs no services."""
    return Painter()


def _painted(tile: Tile, source: Pixels | None, alpha: Pixels | None) -> Pixels:
    seed = tile.seed or 0
    match tile.operation, source, alpha:
        case "generate", _, _:
            made = painting.generate(tile.prompt, tile.styles, tile.size, seed)
        case "variation", np.ndarray(), _:
            made = painting.vary(source, tile.styles, seed)
        case "upscale", np.ndarray(), _:
            made = painting.enlarge(source, tile.size)
        case "outpaint", np.ndarray(), np.ndarray():
            made = painting.extend(source, alpha, tile.prompt, tile.styles, seed)
        case "inpaint", np.ndarray(), np.ndarray() if tile.styles:
            made = painting.inpaint(source, alpha, tile.styles, seed)
        case "inpaint", np.ndarray(), np.ndarray():
            # Without a style there is nothing to repaint in: what is cut out is refilled.
            made = painting.refill(source, alpha, tile.prompt, seed)
        case operation, _, _:
            raise ValueError(f"the painter cannot {operation} from what it was given")
    return made
