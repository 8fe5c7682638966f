"""Small real pictures for the tests."""

import io
from typing import Any

import numpy as np
from PIL import Image

RED, GREEN, BLUE, GOLD, WHITE = (
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 200, 0),
    (255, 255, 255),
)


def encode(picture: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """The picture as a file."""
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def decode(data: bytes) -> Image.Image:
    """The picture in a file, decoded to its end."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def plain(size: tuple[int, int], colour: Any = BLUE, mode: str = "RGB") -> Image.Image:
    """One colour all over."""
    return Image.new(mode, size, colour)


def quarters(size: tuple[int, int]) -> Image.Image:
    """Red at the top left, green at the top right, blue and gold below."""
    width, height = size
    picture = plain(size, RED)
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    picture.paste(GOLD, (width // 2, height // 2, width, height))
    return picture


def corners(picture: Image.Image, inset: int = 4) -> list[Any]:
    """The colours near the four corners, in reading order."""
    width, height = picture.size
    right, low = width - 1 - inset, height - 1 - inset
    return [
        picture.getpixel(at) for at in ((inset, inset), (right, inset), (inset, low), (right, low))
    ]


def noise(size: tuple[int, int], seed: int = 0) -> Image.Image:
    """What no encoder can make small, so that a cut in the file is a cut in the pixels."""
    width, height = size
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


def pixels(picture: Image.Image) -> Any:
    """The picture as the library holds it: (height, width, 3), 8-bit RGB."""
    return np.asarray(picture.convert("RGB"))


def smooth(size: tuple[int, int]) -> Any:
    """Pixels that a lossy format changes little: a slope of colour."""
    x = np.linspace(0, 255, size[0])[None, :]
    y = np.linspace(0, 255, size[1])[:, None]
    planes = np.broadcast_arrays(x, y, (x + y) / 2)
    return np.stack(planes, axis=2).astype(np.uint8)


def near(one: Any, other: Any, tolerance: int = 12) -> bool:
    """Whether two colours differ by no more than lossy compression makes them."""
    return all(abs(a - b) <= tolerance for a, b in zip(one, other, strict=True))
