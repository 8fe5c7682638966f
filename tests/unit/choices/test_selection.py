"""Terms that choose tiles: each word, what is combined, and what is refused."""

import pytest

from collage.choices.choice import Choice, Choices
from collage.choices.selection import select
from collage.errors import InvalidRequest
from collage.verdict import laid_out
from tests.unit.plans import planned
from tests.unit.test_verdict import NOW, judge

TABLE = {
    "recipe": "matrix", "subjects": ["a fox", "an owl"], "styles": ["Cubism", "Op Art", "Fauvism"],
    "axes": {"seed": ["3", "4"]}, "size": 64, "cell": 32,
}  # fmt: skip
"""Twelve cells: the seeds are blocks, of a row for each subject and a column for each style."""


@pytest.fixture(scope="module")
def table():
    plan = planned(source=None, **TABLE)
    return judge(plan, range(12))


def thought(manifest, **people):
    """Choices by person: what of the tiles with these indexes."""
    return Choices(
        id=manifest.id,
        people={
            name: {
                manifest.tiles[index].key: Choice(at="2026-02-01T10:00:00Z", **said)
                for index, said in tiles.items()
            }
            for name, tiles in people.items()
        },
    )


def pick(manifest, *only, **people):
    return select(manifest, thought(manifest, **people), only)


STARS = {
    2: {"star": True},
    5: {"star": True, "score": 5},
    7: {"note": "the beak"},
    8: {"hidden": True},
}


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (["starred"], (2, 5)),
        (["hidden"], (8,)),
        (["noted"], (7,)),
        (["starred", "unscored"], (2,)),
        (["score>=4"], (5,)),
        (["score >= 4.5", "starred"], (5,)),
        (["score=5"], (5,)),
        (["style=Cubism"], (0, 3, 6, 9)),
        (["style=cubism", "style=OP ART", "seed=4"], (6, 7, 9, 10)),
        (["style=Fauvism"], (2, 5, 11)),
        (["subject=an owl", "starred"], (5,)),
        (["cells=0:0 3:1", "cells=1:2"], (0, 5, 10)),
        (["cells=1:2 0:0"], (0, 5)),
        (["cells=2:2", "hidden"], (8,)),
        (["engine=painter", "operation=generate", "state=done", " starred "], (2, 5)),
        ([], (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11)),
    ],
)
def test_the_tiles_that_all_terms_hold_for_in_the_order_of_their_cells(table, only, expected):
    assert pick(table, *only, anna=STARS) == expected


def test_a_score_is_that_of_all_people_together(table):
    people = {"anna": {0: {"score": 5}, 1: {"score": 3}}, "ben": {0: {"score": 4}, 1: {"score": 3}}}

    assert pick(table, "score>=4.5", **people) == (0,)
    assert pick(table, "score=3", **people) == (1,)


def test_what_is_hidden_by_one_and_starred_by_another_is_shown(table):
    people = {"anna": {3: {"hidden": True}, 4: {"hidden": True}}, "ben": {3: {"star": True}}}

    assert pick(table, "subject=an owl", "seed=3", **people) == (3, 5)


def test_a_tile_in_several_cells_is_chosen_once_and_one_without_a_picture_never():
    plan = planned(rows=3, cols=4, style_count=5, size=64, cell=32)
    manifest = judge(plan, range(3, len(plan.tiles)))

    found = pick(manifest)

    assert sorted(found) == list(range(3, len(plan.tiles)))
    assert list(found) == list(dict.fromkeys(cell.tile for cell in manifest.cells))


def test_the_order_is_that_of_another_layout_where_its_manifest_is_given(table):
    again = table.layout.model_copy(
        update={"rows": 1, "cols": 2, "cells": (9, 4), "row_headers": (), "column_headers": ()}
    )
    manifest = laid_out(table, again, again.cells, "png", NOW)

    assert pick(manifest, "starred", anna={4: {"star": True}, 9: {"star": True}}) == (9, 4)


@pytest.mark.parametrize(
    ("only", "message"),
    [
        (["stared"], r"'stared' is no term; there are: starred, hidden, .*, cells=ROW:COL\.$"),
        ([""], "'' is no term"),
        (["score>4"], "'score>4' is no term"),
        (["score>=many"], "'score>=many' is no term"),
        (["colour=red"], "'colour' is no field; there are: style, .*, subject"),
        (["style=Rococo"], "no tile has the style 'Rococo'; there are: Cubism, Fauvism, Op Art"),
        (["mask=left"], "no tile has the mask 'left'; no tile has one"),
        (["cells=4:0"], "there is no cell 4:0; the last is 3:2"),
        (["cells=1"], "'cells' is no field"),
        (["score=good"], "'score=good' is no term"),
        (["starred", "style=Cubism"], "no tile is starred, style=Cubism; choose otherwise"),
        (["cells=2:2"], "all of them are hidden"),
        (["score=6"], "no tile is score=6"),
    ],
)
def test_what_there_is_not_is_refused_under_the_name_of_the_field(table, only, message):
    with pytest.raises(InvalidRequest, match=f"^only: .*({message})") as refused:
        pick(table, *only, anna=STARS)

    assert [fault.field for fault in refused.value.fields] == ["only"]


def test_a_cell_that_shows_nothing_is_refused(table):
    empty = table.cells[0].model_copy(update={"tile": None})
    manifest = table.model_copy(update={"cells": (empty, *table.cells[1:])})

    with pytest.raises(InvalidRequest, match="the cell 0:0 shows no tile"):
        pick(manifest, "cells=0:0")


def test_of_many_values_an_error_names_the_first():
    plan = planned(source=None, recipe="matrix", axes={"seed": [str(n) for n in range(30)]},
                   styles=["Cubism"], subjects=["a fox"], size=64, cell=32)  # fmt: skip
    manifest = judge(plan, range(30))

    with pytest.raises(InvalidRequest, match=r"no tile has the seed '31'; .*, and 10 more\."):
        pick(manifest, "seed=31")
