"""The formats that a collage can be written in, and how large a side each of them can say."""

from dataclasses import dataclass
from typing import Literal

Format = Literal["png", "jpeg", "webp"]


@dataclass(frozen=True)
class FileFormat:
    """A file's ending, the pixels of its longest side, and how many it can have in all."""

    ending: str
    longest_side: int
    most_pixels: int = 2**62


FORMATS: dict[Format, FileFormat] = {
    "png": FileFormat("png", 2**31 - 1),
    "jpeg": FileFormat("jpg", 65_500),
    "webp": FileFormat("webp", 16_383, most_pixels=100_000_000),
}


"""JPEG counts to 65,535, but libjpeg, which nearly every program reads it with, to 65,500. The
encoder of WebP holds the whole picture, and begins to fail above that many pixels."""


def by_ending(name: str) -> Format:
    """The format of the file ``name``."""
    return next(each for each, f in FORMATS.items() if name.endswith(f".{f.ending}"))


def check(name: Format, size: tuple[int, int]) -> None:
    """Refuse a picture of ``size`` (width, height) that the format has no numbers for.

    Raises:
        ValueError: with the format, its limit, and the formats that would do.
    """
    if _holds(name, size):
        return
    limit, fitting = FORMATS[name], [other for other in FORMATS if _holds(other, size)]
    most = f"sides of at most {limit.longest_side:,} pixels"
    if max(size) <= limit.longest_side:
        most = f"at most {limit.most_pixels:,} pixels"
    raise ValueError(
        f"format: a {name} picture has {most}, the collage would be "
        f"{size[0]:,} x {size[1]:,}; choose smaller cells, or of: {', '.join(fitting)}"
    )


def _holds(name: Format, size: tuple[int, int]) -> bool:
    limit = FORMATS[name]
    return max(size) <= limit.longest_side and size[0] * size[1] <= limit.most_pixels
