from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collage.engines.openai.models import STANDARD_SIZES, frame

FREE = ("gpt-image-2", "gpt-image-2-2026-04-21", "gpt-image-2.5-flare", "gpt-image-2.5-sunburst")
BOUND = ("gpt-image-2.6-flare", "gpt-image-25", "gpt-image-3", "my-deployment", "")
SQUARE = (1024, 1024)

sides = st.integers(32, 2048)
sizes = st.tuples(sides, sides) | st.tuples(
    st.integers(2, 128).map(lambda n: n * 16), st.integers(2, 128).map(lambda n: n * 16)
)


@given(size=sizes, model=st.sampled_from(FREE + BOUND))
def test_a_tile_lies_in_its_own_shape_inside_a_size_that_the_model_takes(
    size: tuple[int, int], model: str
) -> None:
    found = frame(model, size)

    if found.asked not in STANDARD_SIZES:
        width, height = found.asked
        assert model in FREE
        assert width % 16 == height % 16 == 0
        assert max(width, height) <= 3 * min(width, height)
        assert 655_360 <= width * height <= 8_294_400
    scale = min(asked / side for asked, side in zip(found.asked, size, strict=True))
    for inner, side, asked in zip(found.inner, size, found.asked, strict=True):
        assert 1 <= inner <= asked
        assert abs(inner - side * scale) <= 1
    assert any(inner == asked for inner, asked in zip(found.inner, found.asked, strict=True))


@pytest.mark.parametrize(
    ("model", "size", "asked", "inner"),
    [
        ("gpt-image-2.5-flare", (512, 512), SQUARE, SQUARE),
        ("gpt-image-2.5-flare", (1024, 1024), SQUARE, SQUARE),
        ("gpt-image-2.5-flare", (2048, 1024), (2048, 1024), (2048, 1024)),
        ("gpt-image-2.6-flare", (2048, 1024), (1536, 1024), (1536, 768)),
        ("openai/gpt-image-2.5-flare", (2048, 1024), (2048, 1024), (2048, 1024)),
        ("openai/gpt-image-2.6-flare", (2048, 1024), (1536, 1024), (1536, 768)),
        ("gpt-image-2", (2000, 1000), (1536, 1024), (1536, 768)),
        ("gpt-image-2", (2048, 512), (1536, 1024), (1536, 384)),
        ("gpt-image-2", (768, 512), (1536, 1024), (1536, 1024)),
        ("my-deployment", (400, 600), (1024, 1536), (1024, 1536)),
        ("my-deployment", (600, 500), SQUARE, (1024, 853)),
        ("my-deployment", (32, 2048), (1024, 1536), (24, 1536)),
    ],
)
def test_the_nearest_size_is_asked_for(
    model: str, size: tuple[int, int], asked: tuple[int, int], inner: tuple[int, int]
) -> None:
    found = frame(model, size)

    assert (found.asked, found.inner) == (asked, inner)


@given(size=sizes, model=st.sampled_from(FREE + BOUND))
def test_no_standard_size_fits_better(size: tuple[int, int], model: str) -> None:
    found = frame(model, size)

    used = prod(found.inner) / prod(found.asked)
    for width, height in STANDARD_SIZES:
        scale = min(width / size[0], height / size[1])
        assert used >= prod(size) * scale * scale / (width * height) - 0.01
