"""The seam: colours that meet, and a source that stays."""

import numpy as np
import pytest

from collage.pictures import feather
from tests.unit.pictures import noise


@pytest.fixture
def source() -> np.ndarray:
    """A slope of light with a little texture, from 60 to 180."""
    slope = np.linspace(60, 180, 96)[None, :, None] * np.ones((64, 1, 3))
    return (slope + np.asarray(noise((96, 64))) / 20).astype(np.uint8)


def right_half(shape):
    alpha = np.full(shape[:2], 255, np.uint8)
    alpha[:, shape[1] // 2 :] = 0
    return alpha


def test_a_model_that_came_out_lighter_is_brought_back_to_the_source(source):
    painted = source + np.uint8(30)

    matched = feather.match_colours(source, painted, right_half(source.shape))

    assert abs(matched.astype(int) - source).max() <= 1


def test_a_shift_that_differs_along_the_edge_is_taken_back_where_it_was(source):
    shift = np.linspace(0, 40, 64)[:, None, None].astype(np.uint8)

    matched = feather.match_colours(source, source + shift, right_half(source.shape))

    beyond = abs(matched[:, 48:56].astype(int) - source[:, 48:56])
    assert beyond.mean() < shift.mean() / 3


def test_where_all_or_nothing_is_kept_nothing_is_shifted(source):
    painted = source + np.uint8(30)

    for alpha in (0, 255):
        whole = np.full(source.shape[:2], alpha, np.uint8)
        assert (feather.match_colours(source, painted, whole) == painted).all()


def test_the_source_stays_to_the_pixel_whatever_the_model_made_of_it(source):
    alpha = right_half(source.shape)
    painted = np.asarray(noise((96, 64), 9))

    joined = feather.blend(source, feather.match_colours(source, painted, alpha), alpha)

    assert (joined[:, :48] == source[:, :48]).all()
    assert (joined[:, 60:] != source[:, 60:]).any()


def test_what_goes_on_with_a_picture_does_not_fade_in_from_what_is_not_there(source):
    alpha = right_half(source.shape)
    whole = source.copy()
    source[:, 48:] = 127

    assert (feather.blend(source, whole, alpha, fades=False) == whole).all()
    assert (feather.blend(source, whole, alpha)[:, 48] != whole[:, 48]).any()
