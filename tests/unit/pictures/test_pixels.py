import io

import numpy as np
import pytest
from PIL import Image

from collage.pictures import pixels


def png(mode: str, size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, "teal").save(file, "PNG")
    return file.getvalue()


def test_one_source_and_one_mask_of_many_tiles_are_decoded_once_and_stay_as_they_are():
    source, mask = png("RGB", (40, 30)), png("RGBA", (40, 30))

    assert pixels.decoded(source, (40, 30)) is pixels.decoded(bytes(source), (40, 30))
    assert pixels.alpha(mask, (40, 30)) is pixels.alpha(bytes(mask), (40, 30))
    for picture in (
        *(pixels.decoded(source, size) for size in (None, (40, 30), (20, 15))),
        *(pixels.alpha(mask, size) for size in ((40, 30), (20, 15))),
    ):
        with pytest.raises(ValueError, match="read-only"):
            picture[0, 0] = 1


def test_what_is_encoded_comes_back_at_the_size_that_is_asked_for():
    made = np.arange(24 * 32 * 3, dtype=np.uint8).reshape(24, 32, 3)

    assert np.array_equal(pixels.decoded(pixels.encoded(made), None), made)
    assert pixels.decoded(pixels.encoded(made), (16, 12)).shape == (12, 16, 3)
