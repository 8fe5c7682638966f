"""Plain PNGs are read to the pixel as Pillow reads them; any other is left to Pillow."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image

from collage.pictures import plain_png
from tests.unit.pictures import encode, noise

SIZE = (37, 21)
PNG = encode(noise(SIZE))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_chunk(name: bytes, data: bytes) -> bytes:
    """The picture with one more chunk, before its pixels."""
    return PNG[:33] + chunk(name, data) + PNG[33:]


@pytest.mark.parametrize(
    "png",
    [
        PNG,
        encode(noise((1, 1))),
        encode(noise(SIZE), dpi=(72, 72)),
        with_chunk(b"gAMA", struct.pack(">I", 30000)),
        with_chunk(b"caBX", b"who made it"),
    ],
)
def test_it_has_pillows_pixels(png: bytes) -> None:
    found = plain_png.read(png)

    assert found is not None
    assert found.mode == "RGB"
    with Image.open(io.BytesIO(png)) as expected:
        assert np.array_equal(np.asarray(found), np.asarray(expected))


def saved(picture: Image.Image, form: str = "PNG", **how: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **how)
    return file.getvalue()


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(noise(SIZE), exif=exif)


def interlaced() -> bytes:
    picture = pyvips.Image.new_from_array(np.asarray(noise(SIZE)))
    return bytes(picture.copy(interpretation="srgb").pngsave_buffer(interlace=True))


def damaged() -> bytes:
    at = PNG.index(b"IDAT") + 40
    return PNG[:at] + bytes(8) + PNG[at + 8 :]


def short() -> bytes:
    """Whole by its chunks, but with half of its rows."""
    rows = zlib.compress(bytes((SIZE[0] * 3 + 1) * (SIZE[1] // 2)))
    return PNG[:33] + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "other",
    [
        lambda: saved(noise(SIZE).convert("RGBA")),
        lambda: saved(noise(SIZE).convert("L")),
        lambda: saved(noise(SIZE).convert("P")),
        lambda: saved(noise(SIZE).convert("I;16")),
        lambda: saved(noise(SIZE), transparency=(1, 2, 3)),
        lambda: saved(noise(SIZE), save_all=True, append_images=[noise(SIZE, 2)]),
        lambda: saved(noise(SIZE), "JPEG"),
        lambda: saved(noise(SIZE), "WEBP", lossless=True),
        turned,
        interlaced,
        lambda: with_chunk(b"tEXt", b"Raw profile type exif\0of a picture that is turned"),
        damaged,
        short,
        lambda: PNG[:-12],
        lambda: PNG[:-30],
        lambda: PNG + b"more",
        lambda: PNG[:20],
        lambda: b"",
    ],
)
def test_any_other_is_left_to_pillow(other: Callable[[], bytes]) -> None:
    assert plain_png.read(other()) is None
