"""The source picture: checked at the door, then prepared to the size of a tile.

libvips does the decoding. It reads the header before any pixel, turns by EXIF orientation,
converts CMYK and 16-bit pictures through their profiles, and shrinks while it decodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pyvips

from collage.digest import sha256
from collage.errors import NotAPicture, SourceTooLarge, SourceTooThin, TruncatedPicture
from collage.formats import TITLES, recognized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_SIDE = 65_535
"""Pixels of the longer side: what JPEG can count to, and more than any camera has."""

MOST_RATIO = 100
"""How many times longer than the other a side may be. Panoramas have up to about ten."""

MOST_ENLARGED = 4
"""How many times the pixels that are wanted may be made of a picture before it is cut to shape."""

ALWAYS_ENLARGED = 4_000_000
"""Pixels that may be made in any case: they take a third of a second."""

PROFILE = "icc-profile-data"
"""What libvips calls the colour profile that a file brings."""

WHITE = [255, 255, 255]
"""What transparent parts and the bars of a padded picture become."""

MOST_SEEN = 256
"""Pictures of which a process remembers what they are: more than a request has."""


@dataclass(frozen=True)
class Inspected:
    """What is known of a source that decodes: its format, its size in pixels, its digest."""

    format: str
    width: int
    height: int
    sha256: str
    transparent: bool
    """Whether it can be seen through anywhere."""


_seen: dict[str, Inspected] = {}
"""What this process knows of pictures, by the digests of their files, the oldest first."""


def inspect(data: bytes, *, max_bytes: int, max_pixels: int) -> Inspected:
    """Decode ``data`` once, keeping nothing, so that a bad picture is refused before any work.

    What this process has decoded, or was told of by `remember`, it does not decode again: a form
    asks for an estimate after every change. ``max_bytes`` bounds the file, ``max_pixels`` the width
    times the height it unpacks to.

    Raises:
        NotAPicture: when it is of no format that is taken.
        SourceTooLarge: when it is over a limit; a decompression bomb is one, and is not decoded.
        SourceTooThin: when one side is more than MOST_RATIO times as long as the other.
        TruncatedPicture: when it cannot be decoded to the end.
    """
    if len(data) > max_bytes:
        raise SourceTooLarge(
            f"The source has {len(data):,} bytes; at most {max_bytes:,} are allowed."
        )
    if not data:
        raise NotAPicture(f"The source is empty; a {TITLES} picture is needed.")
    digest = sha256(data)
    if known := _seen.get(digest):
        _bounded((known.width, known.height), max_pixels)
        return known
    name = _format(data)
    try:
        picture = pyvips.Image.new_from_buffer(data, "", access="sequential", fail_on="truncated")
        upright = picture.autorot()
        width, height = upright.width, upright.height
        _bounded((width, height), max_pixels)
        transparent = _decoded_is_transparent(picture)
    except pyvips.Error as error:
        raise TruncatedPicture(f"The source is a {name} picture, truncated or damaged.") from error
    return remember(Inspected(name, width, height, digest, transparent))


def remember(found: Inspected) -> Inspected:
    """Take what is known of a picture, which another process may have decoded, as known here."""
    _seen[found.sha256] = found
    while len(_seen) > MOST_SEEN:
        # Another thread may have taken the oldest away.
        _seen.pop(next(iter(_seen), ""), None)
    return found


def prepare(data: bytes, size: tuple[int, int], fit: Literal["crop", "pad"]) -> bytes:
    """The source as an 8-bit RGB PNG of ``size`` (width, height), upright, without metadata.

    Transparency lies over white; an animation gives its first frame. ``crop`` fills the size
    and cuts the rest off evenly, ``pad`` keeps all of the picture between white bars.

    Raises:
        TruncatedPicture: when it cannot be decoded; `inspect` says so earlier.
    """
    width, height = size
    try:
        whole = opened(data)
        picture = (_cut(whole, size) if fit == "crop" else whole).thumbnail_image(
            width,
            height=height,
            crop="centre" if fit == "crop" else "none",
            **({} if _is_srgb(whole) else {"export_profile": "srgb"}),
        )
        if picture.hasalpha():
            picture = picture.flatten(background=WHITE)
        picture = picture.colourspace("srgb").cast("uchar")
        if fit == "pad":
            picture = picture.gravity(
                "centre", width, height, extend="background", background=WHITE
            )
        return bytes(picture.pngsave_buffer(keep="none"))
    except pyvips.Error as error:
        raise TruncatedPicture("The source is a picture that is truncated or damaged.") from error


def transparency(data: bytes, size: tuple[int, int]) -> NDArray[np.uint8]:
    """What can be seen through of a source that is prepared to ``size``, as a mask's alpha.

    An array (height, width), 0 where the source is more transparent than not, else 255. A picture
    without transparency gives 255 everywhere.

    Raises:
        TruncatedPicture: when it cannot be decoded; `inspect` says so earlier.
    """
    try:
        picture = fitted(data, size)
        alpha = picture[-1] if picture.hasalpha() else picture[0].linear(0, 255)
        return _binary(alpha < _half(picture), size)
    except pyvips.Error as error:
        raise TruncatedPicture("The source is a picture that is truncated or damaged.") from error


def opened(data: bytes) -> pyvips.Image:
    """The picture in a file of a format that is taken, not decoded yet.

    Raises:
        NotAPicture: when it is of no format that is taken.
        pyvips.Error: when its header cannot be read; later, when its pixels cannot.
    """
    _format(data)
    return pyvips.Image.new_from_buffer(data, "", fail_on="truncated")


def fitted(
    data: bytes, size: tuple[int, int], fit: Literal["crop", "pad"] = "crop"
) -> pyvips.Image:
    """The picture brought to ``size`` (width, height), what is left over cut off evenly.

    With ``pad`` nothing is cut off, and one of another shape leaves a part of the size open.
    """
    width, height = size
    whole = opened(data)
    if fit == "pad":
        return whole.thumbnail_image(width, height=height, crop="none")
    return _cut(whole, size).thumbnail_image(width, height=height, crop="centre")


def pixel_digest(png: bytes) -> str:
    """The digest of a PNG's size and pixels: the same picture, however it was compressed."""
    picture = pyvips.Image.pngload_buffer(png)
    head = f"{picture.width}x{picture.height}x{picture.bands}:".encode()
    return sha256(head + bytes(picture.write_to_memory()))


def _decoded_is_transparent(picture: pyvips.Image) -> bool:
    """Decode all of a picture, in one pass; whether its alpha, if any, is anywhere not full."""
    least = picture.stats()(0, picture.bands)[0]
    return bool(picture.hasalpha() and least < 2 * _half(picture) - 1)


def _is_srgb(picture: pyvips.Image) -> bool:
    """Whether a picture is as it would be converted to.

    To convert it all the same changes none of the 2^24 colours, and takes ten times as long as to
    bring it to size.
    """
    kind = picture.interpretation, picture.format, picture.bands
    return kind == ("srgb", "uchar", 3) and not picture.get_typeof(PROFILE)


def _half(picture: pyvips.Image) -> int:
    """The middle of the range of a channel."""
    return 1 << 15 if picture.format == "ushort" else 1 << 7


def _bounded(size: tuple[int, int], max_pixels: int) -> None:
    (width, height), said = size, f"The source is {size[0]} x {size[1]} pixels"
    if width * height > max_pixels:
        raise SourceTooLarge(f"{said}; at most {max_pixels:,} in all are allowed.")
    if max(size) > MOST_SIDE:
        raise SourceTooLarge(f"{said}; a side has at most {MOST_SIDE:,}.")
    if max(size) > MOST_RATIO * min(size):
        raise SourceTooThin(
            f"{said}; one side may be at most {MOST_RATIO} times as long as the other."
        )


def _cut(picture: pyvips.Image, size: tuple[int, int]) -> pyvips.Image:
    """The middle of a picture in the shape of ``size``, if enlarging all of it would be a waste.

    libvips enlarges the whole of a picture before it cuts off what is too much. Of a small one that
    is much thinner than ``size`` that would be hundreds of times what is wanted.
    """
    upright = picture.autorot()
    width, height = upright.width, upright.height
    scale = max(size[0] / width, size[1] / height)
    wanted = MOST_ENLARGED * size[0] * size[1]
    if width * height * scale**2 <= max(wanted, width * height, ALWAYS_ENLARGED):
        return picture
    across = min(width, max(1, round(size[0] / scale)))
    down = min(height, max(1, round(size[1] / scale)))
    return upright.crop((width - across) // 2, (height - down) // 2, across, down)


def _binary(edited: pyvips.Image, size: tuple[int, int]) -> NDArray[np.uint8]:
    # Its import would be a third of the time in which a picture is looked at.
    import numpy as np

    raw = np.frombuffer(edited.write_to_memory(), np.uint8).reshape(size[1], size[0])
    return np.where(raw > 0, np.uint8(0), np.uint8(255))


def _format(data: bytes) -> str:
    """A title. libvips would open many other formats, PDF and SVG among them: not from users."""
    found = recognized(data)
    if found is None:
        raise NotAPicture(f"The source is no {TITLES} picture.")
    return found.title
