import json

from collage.digest import sha256
from collage.sheet import bands
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from tests.unit.pictures import decode
from tests.unit.runs import assemble, changed, prepare, render


def test_the_plan_names_pictures_by_what_they_show(stack):
    made, calls = prepare(stack)
    tile = calls[0].tiles[0]

    assert tile.mask_sha256 == sha256(stack.store.mask(made, tile.mask))
    assert tile.size == (64, 64)
    assert decode(stack.store.source(made)).size == (64, 64)


def test_the_plan_is_the_same_when_its_step_is_tried_again(stack):
    made, calls = prepare(stack)
    before = stack.get(f"collages/{made}/plan.json")

    make_masks(stack.store, stack.services, made)
    plan_tiles(stack.store, stack.services, made)

    assert stack.get(f"collages/{made}/plan.json") == before
    assert len(calls) == 6


def test_a_plan_is_grouped_as_it_was_only_where_its_tiles_are_the_same(stack):
    made, _ = prepare(stack)
    plan = stack.store.plan(made)
    pairs = plan.model_copy(update={"calls": ((0, 1), (2, 3), (4, 5)), "waves": ((0, 1, 2),)})
    stack.store.put_plan(pairs)
    other = plan.tiles[-1].model_copy(update={"prompt": "a barn"})

    found = stack.store.grouped_before(plan)

    assert (found.calls, found.waves) == (pairs.calls, pairs.waves)
    for tiles in (plan.tiles[:-1], (*plan.tiles, other), (*plan.tiles[:-1], other)):
        changed_plan = plan.model_copy(update={"tiles": tiles})
        assert stack.store.grouped_before(changed_plan) is None


def test_the_items_of_the_map_are_small_enough_for_its_reader(stack):
    made, _ = prepare(stack, rows=20, cols=20)

    items = json.loads(stack.get(f"collages/{made}/calls.json"))
    assert len(items) == 400
    assert [item["index"] for item in items] == list(range(400))
    assert max(len(json.dumps(item)) for item in items) < 8_000


def test_a_large_plan_that_is_made_anew_has_calls_for_what_is_not_there_alone(stack, monkeypatch):
    made, calls = prepare(stack)
    render(stack, made, calls[2:4])
    monkeypatch.setattr(bands, "is_large", lambda *_: True)

    (wave,) = plan_tiles(stack.store, stack.services, made)["waves"]

    items = json.loads(stack.get(wave["calls"]))
    assert [item["index"] for item in items] == [0, 1, 4, 5]
    assert stack.store.progress(made).calls_there == 2


def test_a_large_plan_of_which_all_is_there_has_no_calls(stack, monkeypatch):
    made, calls = prepare(stack)
    render(stack, made, calls)
    monkeypatch.setattr(bands, "is_large", lambda *_: True)

    (wave,) = plan_tiles(stack.store, stack.services, made)["waves"]

    assert (wave["calls"], wave["shards"], wave["of"]) == (None, [], 0)


def test_a_large_collage_that_was_made_in_part_has_all_its_calls_again(stack, monkeypatch):
    made, calls = prepare(stack)
    render(stack, made, calls[:5])
    stack.services = changed(stack, min_share=0.5)
    assemble(stack, made)
    monkeypatch.setattr(bands, "is_large", lambda *_: True)

    (wave,) = plan_tiles(stack.store, stack.services, made)["waves"]

    assert len(json.loads(stack.get(wave["calls"]))) == 6
