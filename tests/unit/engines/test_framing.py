"""What goes out of a source to a provider."""

import io

import numpy as np
import pytest

from collage.engines.frame import Frame
from collage.engines.framing import framed
from tests.unit.pictures import decode, encode, noise

SIZE = (96, 64)
WHOLE = Frame(SIZE, SIZE)


def test_a_source_that_has_the_asked_size_goes_out_as_its_own_file() -> None:
    source = encode(noise(SIZE))

    assert framed(source, WHOLE) is source


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
