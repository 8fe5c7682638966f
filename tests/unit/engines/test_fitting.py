"""What a provider answers is brought to size without being squeezed, upright and opaque."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from collage.engines.fitting import fitted, opened
from collage.errors import BrokenAnswer
from tests.unit.pictures import encode, noise, plain


def circle(size: tuple[int, int], radius: int) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    x, y = size[0] // 2, size[1] // 2
    ImageDraw.Draw(picture).ellipse((x - radius, y - radius, x + radius, y + radius), "black")
    return picture


@pytest.mark.parametrize("answered", [(1536, 1024), (1024, 1536), (640, 512), (300, 900)])
def test_a_circle_stays_round_in_an_answer_of_another_shape(answered: tuple[int, int]) -> None:
    picture, cropped = fitted(circle(answered, 100), (1024, 1024))

    assert cropped
    assert picture.size == (1024, 1024)
    dark = np.argwhere(np.asarray(picture.convert("L")) < 128)
    height, width = np.ptp(dark, axis=0)
    assert abs(int(height) - int(width)) <= 4


@pytest.mark.parametrize(
    ("answered", "asked"),
    [((1024, 1024), (1024, 1024)), ((512, 512), (1024, 1024)), ((512, 341), (1536, 1024))],
)
def test_an_answer_of_the_same_shape_is_whole(
    answered: tuple[int, int], asked: tuple[int, int]
) -> None:
    picture = noise(answered)

    found, cropped = fitted(picture, asked)

    assert not cropped
    assert np.array_equal(np.asarray(found), np.asarray(picture.resize(asked)))


def half_clear(mode: str) -> bytes:
    picture = Image.new("RGBA", (40, 20), (255, 0, 0, 255))
    picture.paste((0, 0, 255, 0), (20, 0, 40, 20))
    if mode == "LA":
        picture = Image.merge("LA", [Image.new("L", (40, 20), 77), picture.getchannel("A")])
    if mode == "P":
        flat = Image.new("P", (40, 20), 0)
        flat.putpalette([255, 0, 0, 0, 0, 255])
        flat.paste(1, (20, 0, 40, 20))
        return encode(flat, transparency=1)
    return encode(picture)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_shows_the_picture_that_was_sent(mode: str) -> None:
    picture = opened(half_clear(mode), encode(plain((80, 40), (0, 200, 0))))

    assert picture.mode == "RGB"
    assert picture.getpixel((30, 10)) == (0, 200, 0)
    assert picture.getpixel((10, 10)) == ((77, 77, 77) if mode == "LA" else (255, 0, 0))


def test_what_is_transparent_of_a_new_picture_is_white() -> None:
    assert opened(half_clear("RGBA"), None).getpixel((30, 10)) == (255, 255, 255)


def test_a_picture_that_lies_on_its_side_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    circle((60, 30), 5).save(file, "JPEG", exif=exif)

    assert opened(file.getvalue(), None).size == (30, 60)


@pytest.mark.parametrize("data", [b"", b"no picture", encode(noise((32, 32)))[:300]])
def test_what_is_no_picture_has_a_name(data: bytes) -> None:
    with pytest.raises(BrokenAnswer, match="no picture"):
        opened(data, None)
