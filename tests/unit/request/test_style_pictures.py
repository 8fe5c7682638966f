"""Pictures of styles in a request: by names, in the id and in the tiles by their content."""

import json

import pytest

from collage.digest import sha256
from collage.errors import InvalidRequest
from collage.prepared import Prepared
from collage.request.accepted import collage_id
from collage.request.parse import parse
from tests.unit.plans import planned

KEYS = {"Waves": "sources/a", "Moon": "sources/b"}


def test_pictures_say_which_styles_there_are_and_which_engine_takes_them():
    asked = parse({"style_pictures": KEYS})

    assert (asked.styles, asked.engine) == (("Waves", "Moon"), "stylizer")
    named = parse({"style_pictures": KEYS, "styles": ["moon", "waves", "Cubism"]})
    assert named.styles == ("moon", "waves", "Cubism")


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"engine": "painter"}, "style_pictures: painter takes no style from a picture.*stylizer"),
        ({"styles": ["Moon", "Cubism"]}, "style_pictures: 'Waves' is none of the styles"),
        ({"style_count": 3}, "style_pictures: 'Waves' is none of the styles"),
        ({"style_pictures": {}}, "at least one style"),
        ({"style_pictures": {"A!": "sources/a"}}, "'A!' is no style name"),
        ({"style_pictures": {"A": "sources/a", "a ": "sources/b"}}, "named twice"),
        ({"style_pictures": {"A": "elsewhere/a"}}, "style_pictures"),
        ({"style_pictures": {"A": "sources/a"}}, "combine: 2 of 1 styles"),
        ({"style_pictures": "sources/a"}, "style_pictures"),
        ({"recipe": "variations"}, "has no use for it"),
    ],
)
def test_what_does_not_go_together_is_refused(given, wrong):
    with pytest.raises(InvalidRequest, match=wrong):
        parse({"style_pictures": KEYS, **given})


def test_the_id_has_their_content_and_not_their_keys():
    asked, moved = (parse({"style_pictures": {"A": key, "B": "sources/b"}}) for key in
                    ("sources/a", "sources/c"))  # fmt: skip
    digests = {"A": "1" * 64, "B": "2" * 64}

    assert collage_id(asked, None, None, digests) == collage_id(moved, None, None, digests)
    assert collage_id(asked, None, None, digests) != collage_id(
        asked, None, None, {**digests, "A": "3" * 64}
    )


def test_a_tile_has_the_pictures_of_its_own_styles(monkeypatch):
    digests = {name: sha256(name.encode()) for name in KEYS}
    monkeypatch.setattr(
        "tests.unit.plans.Prepared", lambda **given: Prepared(style_pictures=digests, **given)
    )
    made = planned(
        style_pictures=KEYS, styles=["waves", "Moon", "Cubism"], masks=["left"], rows=1, cols=3
    )

    for each in made.tiles:
        own = {name: digests[name.title()] for name in each.styles if name != "Cubism"}
        assert each.style_pictures == own
        assert json.loads(each.options["style_pictures"]) == own
    assert len({each.key for each in made.tiles}) == 3


def test_styles_are_listed_in_turn_with_those_that_the_engine_knows():
    made = planned(engine="stylizer", rows=1, cols=1)

    assert parse({"engine": "stylizer"}).style_total == 30
    assert parse({"engine": "painter"}).style_total == 15
    assert made.tiles[0].style_pictures == {}
    axes = {"recipe": "matrix", "axes": {"engine": ["painter", "stylizer"]}}
    assert parse(axes).known_styles == ()
