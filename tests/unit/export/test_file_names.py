"""Names of files: different, safe on every system, and in the letters of any script."""

import unicodedata

import pytest

from collage.errors import InvalidRequest
from collage.export import file_names
from tests.unit.export.tables import table


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Op Art", "Op Art"),
        ("浮世絵", "浮世絵"),
        ("क्षितिज", "क्षितिज"),
        ('a/b\\c:d*e?f"g<h>i|j', "a_b_c_d_e_f_g_h_i_j"),
        ("trailing. . ", "trailing"),
        (".hidden", "hidden"),
        ("CON", "_CON"),
        ("com1.x", "_com1.x"),
        ("console", "console"),
        ("line\nbreak\x00", "line_break_"),
        ("right\u202eto left", "rightto left"),
        ("क्\u200cष", "क्\u200cष"),
        ("...", "_"),
        ("", "_"),
        (unicodedata.normalize("NFD", "Größe"), "Größe"),
    ],
)
def test_a_name_is_what_every_system_takes(name, made):
    assert file_names.safe(name) == made


def test_a_long_name_is_cut_between_characters():
    made = file_names.safe("👨‍👩‍👧" * 40)

    assert len(made.encode()) <= file_names.LONGEST_NAME
    assert set(made.replace("👨‍👩‍👧", "")) == set()


def test_names_differ_also_where_case_and_accents_are_not_told_apart():
    taken = set()
    names = ["É", "é", "e\u0301", "E"]

    made = [file_names.distinct(name, ".png", taken) for name in names]

    assert made == ["É.png", "é-2.png", "é-3.png", "E.png"]


def test_tiles_are_named_by_place_and_what_they_are():
    manifest = table(rows=2, cols=11, styles=["Op Art", "Cubism"], masks=[None, "left"])
    named = file_names.of_tiles(manifest, [0, 1, 21], file_names.pattern_of(manifest))

    assert list(named.values()) == [
        "0-00-Op Art-7-painter.png",
        "0-01-Cubism-left-7-painter.png",
        "1-10-Cubism-left-7-painter.png",
    ]


def test_tiles_of_a_table_are_named_by_its_axes():
    axes = [{"subject": "a cat", "seed": "1"}, {"subject": "a/b", "seed": "2"}]
    manifest = table(rows=1, cols=2, axes=axes)

    named = file_names.of_tiles(manifest, [0, 1], file_names.pattern_of(manifest))

    assert list(named.values()) == ["0-0-a cat-1.png", "0-1-a_b-2.png"]


def test_a_pattern_of_ones_own_names_them_and_equal_ones_are_numbered():
    manifest = table(rows=1, cols=3, styles=["Cubism"], masks=[None])

    named = file_names.of_tiles(manifest, [0, 1, 2], "best of {style}.PNG")

    assert list(named.values()) == [
        "best of Cubism.png",
        "best of Cubism-2.png",
        "best of Cubism-3.png",
    ]


def test_a_value_that_is_missing_leaves_no_gap():
    manifest = table(rows=1, cols=1, styles=["Cubism"], masks=[None])

    for pattern, name in {
        "{mask}-{style}": "Cubism.png",
        "{style} ({mask})": "Cubism ().png",
        "{style}-{mask}-end": "Cubism-end.png",
    }.items():
        assert file_names.of_tiles(manifest, [0], pattern) == {0: name}


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{subject}", "'subject' is no field; there are: {row}, {col}, {number}, {style}"),
        ("{row:>9}", "no field"),
        ("{row!r}", "no field"),
        ("{row.real}", "no field"),
        ("{", "write fields as {row}"),
        ("{row}/{col}", "no folders"),
    ],
)
def test_a_pattern_that_names_nothing_is_refused(pattern, said):
    manifest = table(rows=1, cols=1, styles=["Cubism"], masks=[None])

    with pytest.raises(InvalidRequest, match=r"^names: ") as refused:
        file_names.check(manifest, pattern)
    assert said in str(refused.value)
    assert refused.value.fields[0].field == "names"
