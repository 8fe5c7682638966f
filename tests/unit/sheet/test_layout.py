from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collage.sheet.layout import arrange, fill

SIDES = st.integers(1, 9)
SEEDS = st.integers(0, 2**32 - 1)


def pairs_of_neighbours(cells, cols):
    """The tiles of every two cells that share a side."""
    beside = [(cells[i], cells[i + 1]) for i in range(len(cells) - 1) if (i + 1) % cols]
    below = [(cells[i], cells[i + cols]) for i in range(len(cells) - cols)]
    return beside + below


@st.composite
def grids(draw, fewest=1):
    rows, cols = draw(SIDES), draw(SIDES)
    return rows, cols, draw(st.integers(fewest, max(fewest, rows * cols))), draw(SEEDS)


@st.composite
def grids_with_holes(draw):
    """An arranged grid, the tiles that are there, and None where one is missing."""
    rows, cols, tiles, seed = draw(grids(fewest=2))
    cells = arrange(rows, cols, tiles, seed)
    there = draw(st.sets(st.sampled_from(cells), min_size=1))
    return cols, [cell if cell in there else None for cell in cells], there, seed


@given(grids())
def test_every_cell_is_filled_with_a_tile_of_the_plan(grid):
    rows, cols, tiles, seed = grid

    cells = arrange(rows, cols, tiles, seed)

    assert len(cells) == rows * cols
    assert set(cells) == set(range(min(tiles, rows * cols)))


@given(grids(fewest=2))
def test_no_two_cells_side_by_side_show_the_same_tile(grid):
    rows, cols, tiles, seed = grid

    cells = arrange(rows, cols, tiles, seed)

    assert all(one != other for one, other in pairs_of_neighbours(cells, cols))


@given(grids(fewest=2))
def test_all_tiles_are_shown_about_equally_often(grid):
    rows, cols, tiles, seed = grid

    counts = Counter(arrange(rows, cols, tiles, seed))

    assert max(counts.values()) - min(counts.values()) <= 3


def test_one_tile_fills_all_cells():
    assert arrange(2, 3, 1, 0) == (0,) * 6


def test_another_seed_gives_another_arrangement():
    assert len({arrange(6, 6, 36, seed) for seed in range(10)}) == 10
    assert len({arrange(6, 6, 9, seed) for seed in range(10)}) == 10


@given(grids())
def test_the_same_seed_gives_the_same_arrangement(grid):
    assert arrange(*grid) == arrange(*grid)


@given(grids_with_holes())
def test_holes_are_filled_with_present_tiles_and_the_others_stay(grid):
    cols, cells, there, seed = grid

    filled = fill(cells, cols, there, seed)

    assert set(filled) == there
    assert all(new == old for new, old in zip(filled, cells, strict=True) if old is not None)


@given(grids_with_holes())
def test_a_hole_differs_from_its_four_neighbours_where_a_fifth_tile_is_there(grid):
    cols, cells, there, seed = grid
    if len(there) < 5:
        return

    filled = fill(cells, cols, there, seed)

    assert all(one != other for one, other in pairs_of_neighbours(filled, cols))


@given(grids_with_holes())
def test_filling_evens_out_what_is_shown_least(grid):
    cols, cells, there, seed = grid

    before, after = Counter(cells), Counter(fill(cells, cols, there, seed))

    counts = [after[tile] for tile in there]
    assert max(counts) - min(counts) <= max(3, *(before[tile] for tile in there))


def test_nothing_to_fill_with_is_an_error():
    with pytest.raises(ValueError, match="no tile"):
        fill([None, None], 2, [], 0)
