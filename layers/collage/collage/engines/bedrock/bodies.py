"""What Bedrock is sent for a tile: the body of the request of each model, with its pictures.

A mask is white where to repaint, and has no alpha; neither has a picture, whose own alpha would
count as a mask where none is sent.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageOps

from collage.engines.bedrock import models
from collage.engines.bedrock.models import ERASE, FAST_UPSCALE, INPAINT, SD35_LARGE, STYLE_TRANSFER
from collage.engines.framing import framed, framed_alpha

if TYPE_CHECKING:
    from collage.engines.frame import Frame
    from collage.tile import Tile

GROW_MASK = 0
"""Pixels by which the service widens and blurs a mask: the pack blends the seam itself."""

STRENGTH = 0.6
"""How far a variation goes from its source unless a request says so, as the other engines go."""

RANDOM_SEED = 0
"""What the service takes for a wish for any seed."""

SEEDS = 4_294_967_294
"""The seeds are 1 to this, of which a tile's has two too many."""


def seed_of(tile: Tile) -> int:
    """The seed that is sent for a tile's own, never the one that stands for any."""
    return (tile.seed or 0) % SEEDS + 1


def body(
    tile: Tile,
    place: Frame,
    source: bytes | None,
    mask: bytes | None,
    styles: Mapping[str, bytes],
) -> bytes:
    """The request's body, as JSON.

    ``source`` and ``mask`` are the tile's PNGs, ``styles`` the pictures of its styles by name.
    """
    return json.dumps(_fields(tile, place, source, mask, styles)).encode()


def _fields(
    tile: Tile,
    place: Frame,
    source: bytes | None,
    mask: bytes | None,
    styles: Mapping[str, bytes],
) -> dict[str, Any]:
    if tile.model == FAST_UPSCALE:
        # It takes nothing else. A PNG of so many pixels may be more than an answer can hold.
        return {"image": _text(_opaque(_given(source))), "output_format": "webp"}
    common: dict[str, Any] = {"seed": seed_of(tile), "output_format": "png"}
    if tile.model == ERASE:
        return {**common, **_masked(source, mask, place)}
    common["prompt"] = models.prompt_of(tile.prompt, tile.model)
    if unwanted := tile.options.get("negative_prompt"):
        common["negative_prompt"] = unwanted
    if tile.operation == "generate":
        return {**common, "aspect_ratio": models.aspect_ratio(tile.size)}
    if tile.model == INPAINT:
        return {**common, **_masked(source, mask, place)}
    sent = _text(framed(_given(source), place))
    strength = tile.options.get("strength")
    if tile.model == SD35_LARGE:
        far = STRENGTH if strength is None else float(strength)
        return {**common, "mode": "image-to-image", "image": sent, "strength": far}
    if tile.model == STYLE_TRANSFER:
        (picture,) = styles.values()
        weight = {} if strength is None else {"style_strength": float(strength)}
        style = _text(_opaque(picture))
        return {**common, "init_image": sent, "style_image": style, **weight}
    raise ValueError(f"{tile.model} cannot {tile.operation}")


def _masked(source: bytes | None, mask: bytes | None, place: Frame) -> dict[str, Any]:
    return {
        "image": _text(framed(_given(source), place)),
        "mask": _text(white_mask(_given(mask), place)),
        "grow_mask": GROW_MASK,
    }


def _given(picture: bytes | None) -> bytes:
    if picture is None:
        raise ValueError("a picture that the operation needs is not there")
    return picture


@lru_cache(maxsize=8)
def white_mask(mask: bytes, place: Frame) -> bytes:
    """The mask as a grey PNG of the asked size: the house's alpha 0, to edit, is white here."""
    file = io.BytesIO()
    ImageOps.invert(framed_alpha(mask, place)).save(file, "PNG")
    return file.getvalue()


@lru_cache(maxsize=8)
def _opaque(png: bytes) -> bytes:
    """A picture as a PNG without alpha, of its own size."""
    with Image.open(io.BytesIO(png)) as picture:
        file = io.BytesIO()
        picture.convert("RGB").save(file, "PNG", compress_level=1)
    return file.getvalue()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
