"""What a provider answers, brought to the size that was asked for, and never squeezed."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from collage.errors import BrokenAnswer
from collage.pictures import plain_png

SAME_SHAPE = 0.01
"""By how much the ratio of sides may differ for the shape to be the same: rounding, no more."""

GROUND = "white"
"""What lies behind a transparent answer that was made from nothing."""


def opened(provider: bytes, ground: bytes | None) -> Image.Image:
    """The provider's picture, upright and opaque.

    ``ground`` is the picture that was sent along, a PNG: it shows where the answer is transparent.

    Raises:
        BrokenAnswer: when there is no picture in it.
    """
    plain = plain_png.read(provider)
    if plain is not None:
        return plain
    try:
        with Image.open(io.BytesIO(provider)) as found:
            # Each copy of a picture is new memory, which takes as long as a third of its decoding.
            ImageOps.exif_transpose(found, in_place=True)
            # Palettes and grey pictures tell their transparency apart from the colours.
            clear = found.has_transparency_data
            mode = "RGBA" if clear else "RGB"
            picture: Image.Image = found if found.mode == mode else found.convert(mode)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BrokenAnswer("The provider answered something that is no picture.") from error
    if not clear:
        return picture
    if ground is None:
        below = Image.new("RGBA", picture.size, GROUND)
    else:
        with Image.open(io.BytesIO(ground)) as sent:
            below = ImageOps.fit(sent.convert("RGBA"), picture.size)
    return Image.alpha_composite(below, picture).convert("RGB")


def fitted(picture: Image.Image, size: tuple[int, int]) -> tuple[Image.Image, bool]:
    """The picture at ``size``, and whether it had to be cropped at two sides for its shape."""
    ratio = picture.width * size[1] / (picture.height * size[0])
    if abs(ratio - 1) <= SAME_SHAPE:
        return picture if picture.size == size else picture.resize(size), False
    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS), True
