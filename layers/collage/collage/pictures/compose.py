"""Composing: a picture put together from others, pixel by pixel as they are."""

import io
from collections.abc import Callable

from PIL import Image

from collage.tile import Composition

UNKNOWN = (127, 127, 127)
"""Colour of what no piece covers; the mask has an engine paint over it."""


def compose(
    composition: Composition,
    read: Callable[[str | None], bytes],
    read_mask: Callable[[str], bytes],
) -> bytes:
    """The composed picture as an RGB PNG.

    ``read`` gives the picture of a tile by its key, and the prepared source for None;
    ``read_mask`` gives the file of a mask by its name.

    Raises:
        ValueError: when a mask is not as large as the piece that it is of.
    """
    canvas = Image.new("RGB", composition.size, UNKNOWN)
    pictures: dict[str | None, Image.Image] = {}
    for piece in composition.pieces:
        if piece.tile not in pictures:
            with Image.open(io.BytesIO(read(piece.tile))) as picture:
                pictures[piece.tile] = picture.convert("RGB")
        part = pictures[piece.tile].crop(piece.box)
        if piece.mask is not None:
            left, top = piece.at
            below = canvas.crop((left, top, left + part.width, top + part.height))
            part = _laid_over(below, part, read_mask(piece.mask))
        canvas.paste(part, piece.at)
    file = io.BytesIO()
    canvas.save(file, "PNG", compress_level=1)
    return file.getvalue()


def _laid_over(below: Image.Image, part: Image.Image, mask: bytes) -> Image.Image:
    """What a mask edits of a part over what is below it, blended as engines blend their tiles."""
    # Most compositions have no masks, and need neither library.
    import numpy as np

    from collage.pictures import feather, masks

    alpha = masks.decode(mask)
    if alpha.shape != (part.height, part.width):
        raise ValueError(f"the mask is not {part.width} x {part.height} pixels, as its piece is")
    blended = feather.blend(np.asarray(below), np.asarray(part), alpha)
    return Image.fromarray(blended)
