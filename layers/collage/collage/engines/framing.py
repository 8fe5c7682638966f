"""A tile inside the picture that a provider is asked for: brought into its shape, and out again.

Models work in sizes and shapes of their own. A tile's source lies at the centre of such a picture,
its edges mirrored into what is left over; of the answer, that part is the tile. Models take a mask
as a hint and change what lies outside it, so the source is laid back over the answer there.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collage.engines.engine import Rendered
from collage.engines.fitting import fitted, opened
from collage.pictures import feather, pixels, plain_png

if TYPE_CHECKING:
    from collage.engines.frame import Frame
    from collage.tile import Tile

CHANGED = 16
"""Levels of 255 by which a channel must differ for a pixel to count as changed: more than
resizing and compression do to a picture that was left alone."""

LANCZOS = Image.Resampling.LANCZOS


def brought_back(
    provider: bytes, tile: Tile, source: bytes | None, mask: bytes | None, place: Frame
) -> Rendered:
    """A provider's picture at the tile's size, with the source where nothing was asked.

    ``source`` and ``mask`` are the tile's PNGs, ``place`` is how it was asked for.

    Raises:
        BrokenAnswer: when there is no picture in the answer.
    """
    sent = None if source is None else framed(source, place)
    answer = opened(provider, sent)
    whole, cropped = fitted(answer, place.asked)
    if place.inner != place.asked:
        left, top = place.corner
        whole = whole.crop((left, top, left + place.inner[0], top + place.inner[1]))
    painted = np.asarray(whole.resize(tile.size, LANCZOS))
    changed = None
    if source is not None and mask is not None:
        kept, alpha = _kept(source, tile.size), pixels.alpha(mask, tile.size)
        # Channel by channel: the largest of each pixel's three is sixteen times the work to numpy.
        unlike = np.maximum(painted, kept) - np.minimum(painted, kept) > CHANGED
        differs = unlike[..., 0] | unlike[..., 1] | unlike[..., 2]
        changed = int(np.count_nonzero(differs & (alpha == 255)))
        if tile.preserve:
            if not tile.styles:
                # What goes on with the picture must have its colours; another style has its own.
                painted = feather.match_colours(kept, painted, alpha)
            painted = feather.blend(kept, painted, alpha, fades=tile.operation != "outpaint")
    return Rendered.of(
        painted,
        provider=provider,
        outside_changed=changed,
        cropped_from=answer.size if cropped else None,
    )


# A process makes many tiles of a run: what they share is prepared once.


@lru_cache(maxsize=4)
def framed(source: bytes, place: Frame) -> bytes:
    """The source at the centre of the asked size, its edges mirrored into what is left over.

    One that has the size already goes out as it is, where it says nothing but pixels: nothing would
    be made of it but another file.
    """
    with Image.open(io.BytesIO(source)) as picture:
        # Text, profiles and a transparent colour stand in ``info``; what was prepared has none.
        says = picture.info.keys() - {"dpi"}
        plain = picture.format == "PNG" and picture.mode == "RGB" and not says
        if plain and picture.size == place.asked == place.inner:
            return source
    inner = np.asarray(_opened(source).resize(place.inner, LANCZOS))
    left, top = place.corner
    right = place.asked[0] - place.inner[0] - left
    bottom = place.asked[1] - place.inner[1] - top
    file = io.BytesIO()
    canvas = np.pad(inner, ((top, bottom), (left, right), (0, 0)), mode="symmetric")
    Image.fromarray(canvas).save(file, "PNG", compress_level=1)
    return file.getvalue()


def framed_alpha(mask: bytes, place: Frame) -> Image.Image:
    """The mask's alpha at the centre of the asked size, 0 = edit; what is left over stays."""
    alpha = Image.new("L", place.asked, 255)
    alpha.paste(Image.fromarray(pixels.alpha(mask, place.inner)), place.corner)
    return alpha


@lru_cache(maxsize=4)
def _kept(source: bytes, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The source at a tile's size."""
    return np.asarray(_opened(source).resize(size, LANCZOS))


def _opened(png: bytes) -> Image.Image:
    plain = plain_png.read(png)
    if plain is not None:
        return plain
    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("RGB")
