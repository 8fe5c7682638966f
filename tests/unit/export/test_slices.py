"""Where chosen tiles lie: a table of two fields, as in the collage, or side by side."""

import pytest

from collage.errors import InvalidRequest
from collage.export.asked import parse_export
from collage.export.slices import arranged, title_of, values
from tests.unit.export.tables import table

AXES = [
    {"subject": subject, "style": style, "seed": seed}
    for subject in ("cat", "dog")
    for style in ("Cubism", "Baroque")
    for seed in ("1", "2")
]


def picture(**options):
    return parse_export({"kind": "picture", **options})


def axes_table():
    return table(rows=2, cols=4, axes=AXES)


def test_two_fields_make_a_table_with_their_values_as_headings():
    there = arranged(axes_table(), [0, 2, 4, 6], picture(rows="subject", cols="style"))

    assert (there.rows, there.cols) == (2, 2)
    assert (there.row_axis, there.column_axis) == ("subject", "style")
    assert there.row_headers == ("cat", "dog")
    assert there.column_headers == ("Baroque", "Cubism")
    assert there.cells == (2, 0, 6, 4)


def test_a_tile_that_is_not_chosen_leaves_its_place_empty():
    there = arranged(axes_table(), [0, 6], picture(rows="subject", cols="style"))

    assert there.cells == (None, 0, 6, None)


def test_one_field_heads_rows_or_columns_and_the_rest_follow_in_order():
    rows = arranged(axes_table(), range(5), picture(rows="subject"))
    cols = arranged(axes_table(), range(5), picture(cols="subject"))

    assert (rows.cols, rows.cells) == (4, (0, 1, 2, 3, 4, None, None, None))
    assert (rows.row_headers, rows.column_headers) == (("cat", "dog"), ())
    assert (cols.rows, cols.cells) == (4, (0, 4, 1, None, 2, None, 3, None))


def test_several_tiles_for_one_cell_are_refused_with_what_they_differ_in():
    with pytest.raises(InvalidRequest) as refused:
        arranged(axes_table(), range(8), picture(rows="subject", cols="style"))

    assert str(refused.value) == (
        "rows: 2 tiles have subject 'cat' and style 'Baroque'; choose by only, as seed=..., "
        "among 3, 4."
    )


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"rows": "planet"}, "rows"),
        ({"cols": "planet"}, "cols"),
        ({"rows": "seed", "cols": "Seed"}, "cols"),
    ],
)
def test_a_field_that_is_not_there_is_refused(options, field):
    with pytest.raises(InvalidRequest) as refused:
        arranged(axes_table(), range(8), picture(**options))

    assert refused.value.fields[0].field == field


def test_all_tiles_lie_as_in_the_collage_and_what_is_hidden_is_left_empty():
    there = arranged(axes_table(), [0, 1, 2, 4, 5, 6, 7], picture())

    assert (there.rows, there.cols) == (2, 4)
    assert there.cells == (0, 1, 2, None, 4, 5, 6, 7)


@pytest.mark.parametrize(
    ("count", "shape", "rows", "cols"), [(7, 1, 2, 3), (8, 2, 2, 4), (1, 1, 1, 1), (2, 0.1, 2, 1)]
)
def test_the_chosen_lie_side_by_side_in_about_the_shape_asked_for(count, shape, rows, cols):
    there = arranged(axes_table(), range(count), picture(only=["starred"]), shape)

    assert there.cols == cols
    assert there.cells[:count] == tuple(range(count))
    assert set(there.cells[count:]) <= {None}


def test_so_many_lie_in_a_row_as_are_asked_for_and_no_more_than_there_are():
    assert arranged(axes_table(), range(5), picture(columns=2)).rows == 3
    assert arranged(axes_table(), range(5), picture(columns=9)).cols == 5


def test_values_of_a_collage_that_is_no_table_are_sorted_numbers_by_size():
    manifest = table(rows=1, cols=4, styles=["take 10", "Take 9", "a", "take 9.5"])

    assert list(values(manifest, range(4), "style")) == ["a", "Take 9", "take 9.5", "take 10"]


def test_an_empty_title_is_none_and_one_left_open_is_the_collages():
    manifest = table(rows=1, cols=1).model_copy(update={"title": "Mine"})

    assert title_of(manifest, picture()) == "Mine"
    assert title_of(manifest, picture(title=" ")) is None
    assert title_of(manifest, picture(title="Other")) == "Other"


def test_an_option_of_another_kind_is_refused():
    with pytest.raises(InvalidRequest, match="rows: zip has no use for it; it has: names"):
        parse_export({"kind": "zip", "rows": "style"})
