"""The embedded engine: paints by hand-made techniques, with no model, key or network."""

import io

import numpy as np
from PIL import Image

from collage import masks
from collage.painting import inpaint
from collage.tile import Tile


class Painter:
    """Repaints the masked part of the source in the tile's styles; the rest stays as it is."""

    def render(self, tile: Tile, source: bytes, mask: bytes) -> bytes:
        """The painted tile as PNG: deterministic in the tile, the source and the mask."""
        with Image.open(io.BytesIO(source)) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        painted = inpaint(pixels, masks.decode(mask), tile.styles, tile.seed)
        file = io.BytesIO()
        Image.fromarray(painted).save(file, "PNG", compress_level=3)
        return file.getvalue()


def load() -> Painter:
    """The painter; it has no state."""
    return Painter()
