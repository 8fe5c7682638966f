"""The formats that pictures are taken in and collages are written in.

A new one is a file in this folder and its place in ``FORMATS``: limits, options, help, content
types and what is read of pictures all follow from that.
"""

from typing import TYPE_CHECKING, Literal, TypeAlias

from collage.formats.file_format import FileFormat
from collage.formats.jpeg import JPEG
from collage.formats.png import PNG
from collage.formats.webp import WEBP
from collage.text import either

FORMATS = {each.name: each for each in (PNG, JPEG, WEBP)}

if TYPE_CHECKING:
    Format: TypeAlias = str
    ContentType: TypeAlias = str
else:
    Format = Literal[tuple(FORMATS)]
    ContentType = Literal[tuple(each.content_type for each in FORMATS.values())]
"""The name and the content type of a format, for models that check them."""

TITLES = either(each.title for each in FORMATS.values())
"""What to tell people that a picture has to be."""


def by_ending(name: str) -> FileFormat:
    """The format of the file ``name``, which is one that this pack wrote."""
    return next(each for each in FORMATS.values() if name.endswith(f".{each.ending}"))


def recognized(picture: bytes) -> FileFormat | None:
    """The format of a picture, by how it begins; None when it is of none of these."""
    return next((each for each in FORMATS.values() if each.begins(picture)), None)


def check(name: Format, size: tuple[int, int], dpi: int | None = None) -> None:
    """Refuse a picture of ``size`` (width, height) or ``dpi`` that the format has no numbers for.

    Raises:
        ValueError: with the format, its limit, and the formats that would do.
    """
    chosen = FORMATS[name]
    if dpi is not None and not chosen.says_dpi:
        able = either(other for other, each in FORMATS.items() if each.says_dpi)
        raise ValueError(f"dpi: a {name} picture has no place for it; choose the format {able}")
    if chosen.holds(size):
        return
    most = f"sides of at most {chosen.longest_side:,} pixels"
    if max(size) <= chosen.longest_side:
        most = f"at most {chosen.most_pixels:,} pixels"
    fitting = [other for other, each in FORMATS.items() if each.holds(size)]
    raise ValueError(
        f"format: a {name} picture has {most}, the collage would be "
        f"{size[0]:,} x {size[1]:,}; choose smaller cells, or of: {', '.join(fitting)}"
    )
