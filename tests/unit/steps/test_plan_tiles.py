import json

from collage.digest import sha256
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from tests.unit.pictures import decode
from tests.unit.runs import prepare


def test_the_plan_names_pictures_by_what_they_show(stack):
    made, calls = prepare(stack)
    tile = calls[0].tiles[0]

    assert tile.mask_sha256 == sha256(stack.store.mask(made, tile.mask))
    assert tile.size == (64, 64)
    assert decode(stack.store.source(made)).size == (64, 64)


def test_the_plan_is_the_same_when_its_step_is_tried_again(stack):
    made, calls = prepare(stack)
    before = stack.get(f"collages/{made}/plan.json")

    make_masks(stack.store, stack.tools, made)
    plan_tiles(stack.store, stack.tools, made)

    assert stack.get(f"collages/{made}/plan.json") == before
    assert len(calls) == 6


def test_the_items_of_the_map_are_small_enough_for_its_reader(stack):
    made, _ = prepare(stack, rows=20, cols=20)

    items = json.loads(stack.get(f"collages/{made}/calls.json"))
    assert len(items) == 400
    assert [item["index"] for item in items] == list(range(400))
    assert max(len(json.dumps(item)) for item in items) < 8_000
