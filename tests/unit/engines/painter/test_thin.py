import numpy as np
import pytest

from collage.painting import STYLES, enlarge, extend, generate, inpaint, refill, vary
from collage.painting.mixture import dice
from collage.painting.scenes.moods import mood_of
from collage.painting.scenes.sheet import Sheet


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (2, 2), (1, 40), (40, 1)])
def test_a_pixel_or_a_line_of_them_is_painted_by_every_operation(size):
    width, height = size
    source = np.full((height, width, 3), (140, 160, 120), np.uint8)
    half = np.full((height, width), 255, np.uint8)
    half[height // 2 :, width // 2 :] = 0
    nothing = np.zeros_like(half)

    made = [
        *(vary(source, (style,), 3) for style in STYLES),
        *(inpaint(source, half, (style,), 3) for style in STYLES),
        *(generate(prompt, (), size, 3) for prompt in ("a cat", "xyz")),
        *(extend(source, alpha, "a cat", ("Realism",), 3) for alpha in (half, nothing)),
        *(refill(source, alpha, "a cat", 3) for alpha in (half, nothing)),
        enlarge(source, size),
    ]

    assert {picture.shape for picture in made} == {source.shape}
    assert enlarge(source, (3 * width, 2 * height)).shape == (2 * height, 3 * width, 3)


def test_a_tile_as_thin_as_one_may_be_keeps_the_figures_that_it_had():
    sheets = [Sheet(np.zeros((*shape, 3), np.float32), mood_of("day", 0, None, ()), dice(1))
              for shape in ((32, 2048), (64, 512), (512, 32), (1, 2048), (1, 64))]  # fmt: skip

    assert [sheet.side for sheet in sheets] == pytest.approx([32, 64, 36.8, 32, 4])
