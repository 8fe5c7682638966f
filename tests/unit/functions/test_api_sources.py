"""The HTTP API with several sources, and with masks of one's own."""

import pytest

from tests.unit.pictures import encode, noise
from tests.unit.runs import SMALL
from tests.unit.steps.test_own_masks import drawn

SIZES = [(96, 64), (64, 96)]
NAMES = ["wide.png", "tall.png"]


@pytest.fixture
def asked(api):
    """A request for two photos with a mask each; its pictures are put in."""
    put = api.stack.store.put_source
    return {
        **SMALL,
        "sources": [put(encode(noise(size, 3))) for size in SIZES],
        "source_names": NAMES,
        "mask_files": {"middle": [put(encode(drawn((24, 24, 48, 48), size))) for size in SIZES]},
    }


def test_several_photos_are_asked_for_and_told_of(api, asked):
    estimated = api("POST", "/collages/estimate", asked).json
    made = api("POST", "/collages", asked).json
    seen = api("GET", f"/collages/{made['id']}").json
    again = api("GET", f"/collages/{made['id']}/request").json

    assert estimated["tiles"] == made["estimate"]["tiles"] == 6
    assert "source" in seen["links"]
    assert (again["source"], again["source_names"]) == (None, NAMES)
    assert api("POST", "/collages", again).json["id"] == made["id"]
    listed = api("GET", "/recipes").json["items"]
    several = {recipe["name"] for recipe in listed if "sources" in recipe["uses"]}
    assert several == {"collage", "matrix", "transfer", "variations", "reconstruction"}


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"source": "sources/a"}, "sources", "give source or sources, not both"),
        ({"sources": ["sources/gone", "sources/too"]}, "sources", "wide.png: "),
        ({"source_names": ["a", "a"]}, "source_names", "two sources are called 'a'"),
        ({"recipe": "erase"}, "mask_files", "has no use for it"),
        ({"masks": ["file:door"]}, "masks", "'door' is no file of mask_files"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(api, asked, changes, field, said):
    problem = api.refuses(422, "POST", "/collages", asked | changes)

    assert problem["errors"][0]["field"] == field
    assert said in problem["errors"][0]["message"]
    assert not api.stack.started


def test_a_mask_of_another_shape_is_told_at_its_field(api, asked):
    asked["mask_files"]["middle"].reverse()

    problem = api.refuses(422, "POST", "/collages", asked)

    (error,) = problem["errors"]
    assert error["field"] == "mask_files"
    assert error["message"].startswith("middle of wide.png: it is 64 x 96 pixels")
