"""Masks: which part of the picture is repainted. Alpha 0 = edit, alpha 255 = keep.

Names and sets cost nothing to import; numpy and Pillow are needed only to draw.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from collage.errors import NotOneOf

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Draw = Callable[["NDArray[np.float64]", "NDArray[np.float64]"], "NDArray[np.bool_]"]
"""From x (1, width) and y (height, 1), pixel centres in 0..1, to what is edited."""

Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels; right and bottom are the first that are outside."""

MASKS: dict[str, Draw] = {
    "all": lambda x, y: x < 1,
    "top": lambda x, y: y < 0.5,
    "bottom": lambda x, y: y >= 0.5,
    "left": lambda x, y: x < 0.5,
    "right": lambda x, y: x >= 0.5,
    "top-left": lambda x, y: (x < 0.5) & (y < 0.5),
    "top-right": lambda x, y: (x >= 0.5) & (y < 0.5),
    "bottom-left": lambda x, y: (x < 0.5) & (y >= 0.5),
    "bottom-right": lambda x, y: (x >= 0.5) & (y >= 0.5),
    "centre": lambda x, y: (abs(x - 0.5) < 0.25) & (abs(y - 0.5) < 0.25),
    "checkerboard": lambda x, y: ((x * 4).astype(int) + (y * 4).astype(int)) % 2 == 0,
}
"""Every mask by name. A side that is not a multiple of the pattern gives the pixel in the
middle to the right or lower part, so that complementary masks never share a pixel."""

SETS = {
    "halves": ("top", "bottom", "left", "right"),
    "quadrants": ("top-left", "top-right", "bottom-left", "bottom-right"),
}


FILE = "file:"
"""What a mask's name begins with where it is a file of the user's own; the file's name follows."""


def file_of(name: str) -> str | None:
    """The name of the file that a mask's name means; None where it is none of the user's own."""
    return name.removeprefix(FILE) if name.startswith(FILE) else None


def expand(names: Iterable[str]) -> tuple[str, ...]:
    """The masks meant by ``names`` of masks, sets and files, each once.

    Raises:
        ValueError: for a name that is none of them.
    """
    found: dict[str, None] = {}
    for name in names:
        if name not in MASKS and name not in SETS and not file_of(name):
            raise NotOneOf("mask", name, [*SETS, *MASKS, f"{FILE}NAME"])
        found.update(dict.fromkeys(SETS.get(name, (name,))))
    return tuple(found)


def draw(name: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The alpha of a mask of ``size`` (width, height), as an array (height, width): 0 = edit."""
    import numpy as np

    width, height = size
    x = (np.arange(width) + 0.5)[None, :] / width
    y = (np.arange(height) + 0.5)[:, None] / height
    edited = np.broadcast_to(MASKS[name](x, y), (height, width))
    return np.where(edited, np.uint8(0), np.uint8(255))


def sketch(name: str, side: int = 16) -> list[str]:
    """A mask as rows of letters, ``side`` by ``side``: ``#`` is edited, ``.`` kept."""
    return ["".join("." if alpha else "#" for alpha in row) for row in draw(name, (side, side))]


def boxes(edited: Iterable[Box], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The alpha (height, width) of a mask of ``size`` that edits what lies in the boxes."""
    import numpy as np

    alpha = np.full((size[1], size[0]), 255, np.uint8)
    for left, top, right, bottom in edited:
        alpha[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 0
    return alpha


def encode(alpha: NDArray[np.uint8]) -> bytes:
    """``alpha`` (height, width) as a PNG with an alpha channel, the shape that image APIs take."""
    from PIL import Image

    file = io.BytesIO()
    Image.merge("LA", [Image.fromarray(alpha), Image.fromarray(alpha)]).save(
        file, "PNG", compress_level=1
    )
    return file.getvalue()


def decode(png: bytes) -> NDArray[np.uint8]:
    """The alpha channel (height, width) of a mask file."""
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.getchannel("A"))
