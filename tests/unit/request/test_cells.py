"""How many cells a collage may have: by what its plan takes of each."""

import pytest

from collage.errors import InvalidRequest
from collage.request.parse import complete, parse
from tests.unit.request.test_request import refusal


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ({"labels": True}, "a collage with labels has at most 100,000"),
        ({"captions": True}, "a collage with labels has at most 100,000"),
        ({"replace_refused": True, "engine": "openai"}, "with replace_refused has at most 100,000"),
        ({"upscale": 2}, "whose tiles are made from other tiles has at most 100,000"),
        ({"recipe": "transfer"}, "whose tiles are made from other tiles has at most 100,000"),
    ],
)
def test_what_takes_more_of_a_tile_has_fewer_cells(asked, what):
    assert parse({"rows": 200, "cols": 500, "cell": 32, **asked})
    assert what in refusal(rows=201, cols=500, cell=32, **asked)


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ({"again": {"0": {"seed": 1}}}, "with tiles that are changed singly has at most 150,000"),
        (
            {
                "engine": "openai",
                "styles": ["Mine", "Zen"],
                "style_pictures": {"Mine": "sources/a"},
            },
            "with style_pictures has at most 150,000",
        ),
    ],
)
def test_what_only_the_plan_tells_has_as_many_cells_as_are_unfolded_in_time(asked, what):
    assert parse({"rows": 150, "cols": 1000, "cell": 32, **asked})
    assert what in refusal(rows=151, cols=1000, cell=32, **asked)


def of_prompts(recipe, prompts, **fields):
    """A complete request of so many prompts, in some cells given by hand."""
    numbers = "|".join(map(str, range(prompts)))
    return complete(parse({"recipe": recipe, "prompt": f"{{{numbers}}}", **fields}), (64, 64))


FEW, MANY = {"rows": 3, "cols": 4}, {"rows": 101, "cols": 100}


@pytest.mark.parametrize(
    ("recipe", "most", "asked", "what"),
    [
        ("samples", 10, {"grid_size": 100, **FEW}, "grid_size: it makes 110,000 tiles"),
        ("samples", 10, {"grid_size": 100, **FEW}, "a collage of 3 x 4 cells has at most 100,000"),
        ("samples", 100, {"grid_size": 100, **MANY}, "a collage has at most 1,000,000"),
        ("samples", 10, {"grid_size": 100, "labels": True, **MANY}, "with labels has at most 100,"),
        (
            "erase",
            100,
            {"count": 1000, "rects": ["3:20x10:30"], **FEW},
            "count: it makes 101,000 tiles",
        ),
        (
            "variations",
            50,
            {"count": 1000, "sources": ["uploads/a", "uploads/b"], **FEW},
            "count: it makes 102,000 tiles of all prompts; a collage of 3 x 4 cells",
        ),
    ],
)
def test_tiles_that_cells_do_not_bound_are_bounded_as_well(recipe, most, asked, what):
    assert of_prompts(recipe, most, **asked)
    with pytest.raises(InvalidRequest, match=what):
        of_prompts(recipe, most + 1, **asked)
