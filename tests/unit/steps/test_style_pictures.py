"""Style pictures from the door to the tile: by content, and told of by the style's name."""

import numpy as np
import pytest

from collage.errors import InvalidRequest, NotAPicture, NotInStore, SourceChanged
from collage.plan import Styles
from collage.request.named_files import Files
from collage.request.parse import parse
from collage.steps.accept import let_in
from collage.steps.estimate import estimate
from collage.steps.make_masks import make_masks
from tests.unit.pictures import decode, encode, noise
from tests.unit.runs import SMALL, SOURCE, assemble, prepare, render, start

WAVES, MOSS = encode(noise((300, 280))), encode(noise((260, 400)))
NAMED = {"Waves": "sources/waves", "Moss": "sources/moss"}
ASKED = {"style_pictures": NAMED, "masks": ["left"], "rows": 1, "cols": 1}


@pytest.fixture
def pictured(stack):
    """A stack that both pictures were put into."""
    stack.put(NAMED["Waves"], WAVES)
    stack.put(NAMED["Moss"], MOSS)
    return stack


def test_a_tile_is_made_of_the_pictures_of_its_styles(pictured):
    made, calls = prepare(pictured, **ASKED)
    render(pictured, made, calls)
    (tile,) = calls[0].tiles

    assert (tile.engine, set(tile.styles)) == ("stylizer", set(NAMED))
    for digest in tile.style_pictures.values():
        png = pictured.get(f"collages/{made}/style_pictures/{digest}.png")
        assert decode(png).size == (256, 256)
    picture, source = (
        np.asarray(decode(png))
        for png in (pictured.store.tile(tile)[0], pictured.store.source(made))
    )
    assert (picture[:, 40:] == source[:, 40:]).all()
    assert (picture[:, :30] != source[:, :30]).any()
    assert assemble(pictured, made).tile_counts == {"done": 1}


def test_the_same_pictures_under_other_keys_are_the_same_tiles_and_collage(pictured):
    pictured.put("sources/elsewhere", WAVES)
    one, calls = prepare(pictured, **ASKED)
    other, again = prepare(
        pictured, **ASKED | {"style_pictures": {**NAMED, "Waves": "sources/elsewhere"}}
    )
    pictured.put("sources/elsewhere", MOSS)
    third, otherwise = prepare(
        pictured, **ASKED | {"style_pictures": {**NAMED, "Waves": "sources/elsewhere"}}
    )

    assert (one, calls) == (other, again)
    assert third != one
    assert otherwise[0].tiles[0].key != calls[0].tiles[0].key
    asked = parse({**SMALL, **ASKED})
    files = {"Waves": WAVES, "Moss": MOSS}
    assert let_in(pictured.services, asked, SOURCE, Files(style_pictures=files)).id == one


def test_a_picture_that_is_none_or_is_not_there_is_told_of_by_its_style(pictured):
    pictured.put(NAMED["Moss"], b"no picture")
    with pytest.raises(NotAPicture, match="style_pictures: Moss: "):
        start(pictured, **ASKED)
    with pytest.raises(NotInStore):
        start(pictured, **ASKED | {"style_pictures": {**NAMED, "Moss": "sources/nothing"}})
    with pytest.raises(InvalidRequest, match="painter takes no style from a picture"):
        start(pictured, **ASKED, engine="painter")


def test_a_picture_that_was_overwritten_since_is_not_taken(pictured):
    made = start(pictured, **ASKED)["id"]
    pictured.put(NAMED["Waves"], MOSS)

    with pytest.raises(SourceChanged, match="sources/waves"):
        make_masks(pictured.store, pictured.services, made)


def test_an_estimate_finds_the_tiles_that_are_there(pictured):
    asked = parse({**SMALL, **ASKED})
    before = estimate(pictured.store, pictured.services, SOURCE, asked)
    made, calls = prepare(pictured, **ASKED)
    render(pictured, made, calls)

    after = estimate(pictured.store, pictured.services, SOURCE, asked)

    assert (before["tiles"], before["reused"]) == (1, 0)
    assert (after["tiles"], after["reused"]) == (0, 1)


def test_styles_that_nobody_named_are_those_that_the_engine_knows(stack):
    made, _ = prepare(stack, engine="stylizer", masks=["left"], rows=1, cols=1)

    listed = stack.store.styles(made)
    assert listed == Styles(styles=listed.styles, origin="default")
    assert listed.styles[:4] == ("Impressionism", "Stained Glass", "Cubism", "Blue Swirls")
    assert len(listed.styles) == 30
