"""What goes out of a source to a provider."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from collage.engines.frame import Frame
from collage.engines.framing import framed
from collage.pictures.source import prepare
from tests.unit.pictures import decode, encode, noise

SIZE = (96, 64)
WHOLE = Frame(SIZE, SIZE)
TEXT = PngInfo()
TEXT.add_text("Comment", "where it was taken")


def test_a_source_that_has_the_asked_size_goes_out_as_its_own_file() -> None:
    source = encode(noise(SIZE))

    assert framed(source, WHOLE) is source


@pytest.mark.parametrize(
    "kept",
    [
        {"format": "JPEG", "quality": 100},
        {"format": "PNG", "pnginfo": TEXT},
        {"format": "PNG", "icc_profile": b"profile"},
        {"format": "PNG", "transparency": (1, 2, 3)},
    ],
    ids=["JPEG", "text", "profile", "transparent"],
)
def test_nothing_but_pixels_goes_out(kept: dict[str, Any]) -> None:
    file = io.BytesIO()
    decode(encode(noise(SIZE))).save(file, **kept)

    with Image.open(io.BytesIO(framed(file.getvalue(), WHOLE))) as sent:
        assert (sent.format, sent.mode, sent.info) == ("PNG", "RGB", {})


def test_the_source_of_a_collage_goes_out_as_it_was_prepared() -> None:
    source = prepare(encode(noise(SIZE)), (64, 64), "crop")

    assert framed(source, Frame((64, 64), (64, 64))) is source


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_a_source_of_another_mode_goes_out_as_rgb(mode: str) -> None:
    file = io.BytesIO()
    decode(encode(noise(SIZE))).convert(mode).save(file, "PNG")

    sent = decode(framed(file.getvalue(), WHOLE))

    assert sent.mode == "RGB"
    wanted = decode(file.getvalue()).convert("RGB")
    assert np.array_equal(np.asarray(sent), np.asarray(wanted))


def test_a_source_that_lies_inside_a_larger_picture_is_drawn_into_it() -> None:
    source = encode(noise(SIZE))

    sent = decode(framed(source, Frame((96, 96), SIZE)))

    assert sent.size == (96, 96)
    assert np.array_equal(np.asarray(sent.crop((0, 16, 96, 80))), np.asarray(decode(source)))
