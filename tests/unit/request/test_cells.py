"""How many cells a collage may have: by what its plan takes of each."""

import pytest

from collage.request.parse import parse
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
