"""The formats that a collage can be written in, and how large a side each of them can say."""

from dataclasses import dataclass
from typing import Literal

Format = Literal["png", "jpeg", "webp"]


@dataclass(frozen=True)
class FileFormat:
    """A file's ending, its content type, and the pixels of its longest side."""

    ending: str
    content_type: str
    longest_side: int


FORMATS: dict[Format, FileFormat] = {
    "png": FileFormat("png", "image/png", 2**31 - 1),
    "jpeg": FileFormat("jpg", "image/jpeg", 65_535),
    "webp": FileFormat("webp", "image/webp", 16_383),
}


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
