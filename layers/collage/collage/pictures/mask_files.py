"""Mask files: pictures that say what to edit, in whichever way their makers say it.

Edited is what is transparent, or, of a file without any transparency, what is white. A file
whose alpha channel is full everywhere has none: browsers and Pillow write such. Where the lightest
part is no white, it counts as one if the rest is black: red on black, numpy's zeros and ones. What
leaves it open what is meant is refused, and so is a mask that selects nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyvips
from numpy.typing import NDArray

from collage.errors import InvalidRequest, TruncatedPicture
from collage.pictures.source import fitted, opened

BLACK, WHITE = 16, 240
"""Up to this light a part counts as black, from that on as white; of 255."""

NOISE = 8
"""So near to all or nothing a soft mask says all or nothing: lossy compression strays by that."""

WIDE = 2
"""Pixels between all and nothing, for each pixel along its edge, that make a mask a soft one. An
edge that is only smoothed has about one; one that is blurred over four pixels, more than two."""


@dataclass(frozen=True)
class Reading:
    """How a mask file is to be understood: by its alpha channel, or by its light up to ``full``."""

    by_alpha: bool
    full: int
    soft: bool
    """Whether its edge goes from all to nothing over several pixels; else it is cut at half."""


def understand(data: bytes, field: str = "mask_source") -> Reading:
    """How the mask file ``data`` is meant, which ``field`` of a request names.

    Raises:
        InvalidRequest: when it selects nothing, or it is not clear what; the message says what was
            seen.
        NotAPicture, TruncatedPicture: when it cannot be decoded.
    """
    try:
        picture = _plain(opened(data))
        if picture.hasalpha() and picture[-1].min() < 255:
            kept = _pixels(picture[-1])
            if kept.min() > 127:
                raise _unclear(
                    field,
                    f"it is transparent nowhere by more than {100 - kept.min() / 2.55:.0f} %",
                )
            return Reading(by_alpha=True, full=255, soft=_is_soft(255 - kept))
        light = _pixels(_light(picture))
    except pyvips.Error as error:
        raise TruncatedPicture("The mask is a picture that is truncated or damaged.") from error
    least, most = int(light.min()), int(light.max())
    span = f"from {least} to {most}"
    if least >= WHITE:
        return Reading(by_alpha=False, full=255, soft=False)
    if most == least:
        raise _unclear(field, f"it has one colour all over, {_colour(picture)}")
    if least >= 128:
        raise _unclear(field, f"nothing of it is black: its light goes {span} of 255")
    if most >= 128:
        # A ground that is not black is no small share of white, but a colour of its own.
        soft = least <= BLACK and most >= WHITE and _is_soft(light)
        return Reading(by_alpha=False, full=255, soft=soft)
    if least > BLACK or 1 < most <= BLACK:
        raise _unclear(field, f"nothing of it is white: its light goes {span} of 255")
    stretched = np.asarray(light * (255 / most), np.uint8)
    return Reading(by_alpha=False, full=most, soft=_is_soft(stretched))


def alpha(
    data: bytes,
    size: tuple[int, int],
    fit: Literal["crop", "pad"] = "crop",
    field: str = "mask_source",
) -> NDArray[np.uint8]:
    """A mask file as a mask's alpha of ``size`` (width, height): 0 = edit, 255 = keep.

    An array (height, width), with values between only where the file has a soft edge. It is
    brought to the size as its source is by ``fit``; the bars of a padded one are kept.

    Raises:
        InvalidRequest, NotAPicture, TruncatedPicture: as for `understand`.
    """
    meant = understand(data, field)
    try:
        picture = _plain(fitted(data, size, fit))
        edited = picture[-1].linear(-1, 255) if meant.by_alpha else _light(picture)
        # Where it is smaller, which is at the bars, nothing is edited.
        share = _pixels(edited.cast("uchar").gravity("centre", *size))
    except pyvips.Error as error:
        raise TruncatedPicture("The mask is a picture that is truncated or damaged.") from error
    if not meant.soft:
        # Alpha is cut below its half, light at it.
        least = 128 if meant.by_alpha or meant.full == 255 else (meant.full + 1) / 2
        return np.where(share >= least, np.uint8(0), np.uint8(255))
    stretched = np.minimum(share * (255 / meant.full), 255)
    kept = 255 - np.round(stretched)
    kept[stretched <= NOISE] = 255
    kept[stretched >= 255 - NOISE] = 0
    return np.asarray(kept, np.uint8)


def _plain(picture: pyvips.Image) -> pyvips.Image:
    """The picture in eight bits a channel, grey or RGB, with its alpha channel if it has one."""
    deep = picture.format == "ushort"
    if picture.interpretation in ("b-w", "grey16"):
        return picture.colourspace("b-w") if deep else picture
    return picture.colourspace("srgb") if deep or picture.interpretation != "srgb" else picture


def _light(picture: pyvips.Image) -> pyvips.Image:
    return picture.colourspace("b-w")[0]


def _pixels(plane: pyvips.Image) -> NDArray[np.uint8]:
    raw = np.frombuffer(plane.write_to_memory(), np.uint8)
    return raw.reshape(plane.height, plane.width)


def _is_soft(share: NDArray[np.uint8]) -> bool:
    """Whether what is edited fades over several pixels."""
    between = int(np.count_nonzero((share >= 32) & (share < 224)))
    edited = share >= 128
    edge = np.count_nonzero(edited[1:] != edited[:-1])
    edge += np.count_nonzero(edited[:, 1:] != edited[:, :-1])
    return between > WIDE * int(edge)


def _colour(picture: pyvips.Image) -> str:
    values: list[Any] = picture(0, 0)[: 3 if picture.bands >= 3 else 1]
    return "#" + "".join(f"{int(value):02x}" for value in (values * 3)[:3])


def _unclear(field: str, seen: str) -> InvalidRequest:
    return InvalidRequest(
        f"{field}: the mask selects nothing, or not clearly: {seen}. What is to be edited has "
        "to be transparent, or white where the rest is black."
    )
