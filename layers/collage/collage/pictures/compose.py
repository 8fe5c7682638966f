"""Composing: a picture put together from others, pixel by pixel as they are."""

import io
from collections.abc import Callable

from PIL import Image

from collage.tile import Composition

UNKNOWN = (127, 127, 127)
"""Colour of what no piece covers; the mask has an engine paint over it."""


def compose(composition: Composition, read: Callable[[str | None], bytes]) -> bytes:
    """The composed picture as an RGB PNG.

    ``read`` gives the picture of a tile by its key, and the prepared source for None.
    """
    canvas = Image.new("RGB", composition.size, UNKNOWN)
    pictures: dict[str | None, Image.Image] = {}
    for piece in composition.pieces:
        if piece.tile not in pictures:
            with Image.open(io.BytesIO(read(piece.tile))) as picture:
                pictures[piece.tile] = picture.convert("RGB")
        canvas.paste(pictures[piece.tile].crop(piece.box), piece.at)
    file = io.BytesIO()
    canvas.save(file, "PNG", compress_level=1)
    return file.getvalue()
