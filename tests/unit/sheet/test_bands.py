"""Bands of a large collage: they cover it, and no pyramid tile belongs to two."""

import math

import pytest

from collage.formats.deep_zoom import PREVIEW, Pyramid, levels
from collage.sheet import bands
from collage.sheet.geometry import Geometry

TILE, OVERLAP = Pyramid().tile_size, Pyramid().overlap


def place(rows, cols, cell, above=0, below=0):
    """Where cells of this size lie, beneath a title and above a legend of so many pixels."""
    size = cols * cell, above + rows * cell + below
    return Geometry(
        rows=rows,
        cols=cols,
        cell=(cell, cell),
        gap=0,
        offset=(0, above),
        step=(cell, cell),
        visible=(cell, cell),
        label=0,
        size=size,
    )


PLACES = [
    place(101, 100, 16),
    place(110, 110, 64, above=37, below=411),
    place(316, 317, 64, above=101),
    place(200, 200, 512, below=1),
    place(317, 316, 512),
    place(1000, 1000, 64),
    place(2, 6000, 64),
    place(20_000, 1, 256),
]


def test_up_to_ten_thousand_cells_are_assembled_at_once():
    assert bands.count(place(100, 100, 512)) == 0
    assert bands.count(place(1, 10_000, 512)) == 0
    assert bands.count(place(10_001, 1, 64)) > 1
    assert bands.is_large(101, 100)
    assert not bands.is_large(100, 100)
    assert bands.count(place(2, 3, 400), at_once=6) == 0
    assert bands.count(place(2, 3, 400), at_once=5) > 1


@pytest.mark.parametrize("where", PLACES, ids=str)
def test_bands_cover_all_rows_once(where):
    whole = bands.divided(where)
    found = [whole.band(number) for number in range(whole.count)]

    assert found[0].top == 0
    assert found[-1].bottom == where.size[1]
    assert [band.bottom for band in found[:-1]] == [band.top for band in found[1:]]
    assert all(band.top < band.bottom for band in found)


@pytest.mark.parametrize("where", PLACES, ids=str)
def test_a_tile_of_the_levels_that_bands_write_belongs_to_one_band_that_draws_all_it_shows(where):
    whole = bands.divided(where)
    height = where.size[1]

    for number in range(whole.count):
        band = whole.band(number)
        for level in range(whole.levels):
            deep = levels(where.size)[level][1]
            assert band.top % (TILE << level) == 0
            assert band.bottom % (TILE << level) == 0 or band.bottom == height
            first = max(0, (band.top >> level) - OVERLAP)
            last = min(math.ceil(band.bottom / 2**level) + OVERLAP, deep)
            assert band.drawn[0] <= first << level
            assert min(last << level, height) <= band.drawn[1]
        # What is halved is halved in the same pairs as the whole.
        assert band.drawn[0] % (1 << whole.levels) == 0
        assert band.drawn[1] % (1 << whole.levels) == 0 or band.drawn[1] == height
        assert band.top % (1 << whole.levels) == 0


@pytest.mark.parametrize("where", PLACES, ids=str)
def test_no_band_is_more_than_a_function_can_make_where_rows_can_be_parted(where):
    whole = bands.divided(where)
    width, rows = where.size[0], whole.height

    if rows > TILE // 2:
        assert rows * width <= bands.BAND_PIXELS
        assert rows / where.size[1] * where.rows * where.cols <= bands.AT_ONCE


@pytest.mark.parametrize("where", PLACES, ids=str)
def test_the_preview_is_made_of_what_bands_hand_on(where):
    sizes = levels(where.size)
    shown = next(number for number, sides in enumerate(sizes) if max(sides) <= PREVIEW)

    assert bands.divided(where).levels <= shown


def test_a_million_cells_are_a_hundred_bands_or_some_more():
    whole = bands.divided(place(1000, 1000, 64))

    assert 100 <= whole.count <= 200
    assert whole.levels >= 1
