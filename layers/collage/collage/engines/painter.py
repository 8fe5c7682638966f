"""The embedded engine: paints by hand-made techniques, with no model, key or network."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collage import masks
from collage.engines import Rendered, Turn
from collage.painting import inpaint
from collage.tile import Tile
from collage.tools import Tools


class Painter:
    """Repaints the masked part of the source in the tile's styles; the rest stays as it is."""

    def render(
        self, tiles: Sequence[Tile], source: bytes | None, mask: bytes | None, turn: Turn
    ) -> list[Rendered]:
        """The painted tiles: deterministic in the tile, the source and the mask.

        Raises:
            ValueError: without a source or a mask; the painter only repaints.
        """
        if source is None or mask is None:
            raise ValueError("the painter needs a source and a mask")
        alpha = masks.decode(mask)
        with Image.open(io.BytesIO(source)) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        return [
            Rendered(_png(inpaint(pixels, alpha, tile.styles, tile.seed or 0))) for tile in tiles
        ]


def load(tools: Tools) -> Painter:
    """The painter; it needs no tools."""
    return Painter()


def _png(pixels: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=3)
    return file.getvalue()
