"""The formats that a collage can be written in, and how large a side each of them can say."""

from dataclasses import dataclass
from typing import Literal

Format = Literal["png", "jpeg", "webp"]


@dataclass(frozen=True)
class FileFormat:
    """A file's ending, and the pixels of its longest side."""

    ending: str
    longest_side: int


FORMATS: dict[Format, FileFormat] = {
    "png": FileFormat("png", 2**31 - 1),
    "jpeg": FileFormat("jpg", 65_500),
    "webp": FileFormat("webp", 16_383),
}


"""JPEG counts to 65,535, but libjpeg, which nearly every program reads it with, to 65,500."""


def by_ending(name: str) -> Format:
    """The format of the file ``name``."""
    return next(each for each, f in FORMATS.items() if name.endswith(f".{f.ending}"))


def check(name: Format, size: tuple[int, int]) -> None:
    """Refuse a picture of ``size`` (width, height) that the format has no numbers for.

    Raises:
        ValueError: with the format, its limit, and the formats that would do.
    """
    longest = FORMATS[name].longest_side
    if max(size) <= longest:
        return
    fitting = ", ".join(other for other, f in FORMATS.items() if max(size) <= f.longest_side)
    raise ValueError(
        f"format: a {name} picture has sides of at most {longest:,} pixels, the collage would be "
        f"{size[0]:,} x {size[1]:,}; choose smaller cells, or of: {fitting}"
    )
