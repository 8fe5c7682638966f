"""What is told of the tiles of a large collage under way: its plan is read in slices."""

from dataclasses import replace

import pytest

from collage import plan_slices
from collage.engines.openai.settings import OpenAISettings
from collage.sheet import bands
from collage.steps.record_failure import record_failure
from collage.watch import expected_tiles as reading
from collage.watch.expected_tiles import expected_tiles
from collage.watch.live import Told, ended_since
from collage.watch.look import look
from collage.watch.tiles import page
from tests.unit.runs import prepare, render
from tests.unit.steps.test_assemble_bands import drawn, judge

SAMPLES = {
    "engine": "openai",
    "quality": "low",
    "styles": ["Cubism"],
    "combine": 1,
    "masks": ["left", "right"],
    "rows": 2,
    "cols": 5,
    "tiles": 10,
}


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """A collage is large, and its slices have four tiles each."""
    monkeypatch.setattr(bands, "is_large", lambda *_: True)
    monkeypatch.setattr(plan_slices, "TILES", 4)
    # Collages of these tests are one and the same to a process.
    expected_tiles.cache_clear()


def without_plan(stack, made):
    """Nobody can read the plan any more."""
    stack.store.remove([f"collages/{made}/plan.json"])


def listed(stack, made):
    return page(stack.store, look(stack.store, stack.runs, made), 100, 0)[0]


def test_tiles_are_listed_without_their_plan(stack):
    made, calls = prepare(stack)
    render(stack, made, calls[:2])
    for call, error in ((3, "Refused"), (4, "Overloaded")):
        record_failure(stack.store, made, {"Error": error, "Cause": "No."}, call=call)
    without_plan(stack, made)

    found = listed(stack, made)

    states = ["done", "done", "pending", "refused", "failed", "pending"]
    assert [tile.state for tile in found] == states
    assert [tile.tile for tile in found] == [call.tiles[0] for call in calls]


def test_its_tiles_are_told_of_in_the_order_of_their_calls(stack):
    asked = OpenAISettings(secret="here", images_per_minute=60, burst=10)
    stack.services = replace(stack.services, providers={"openai": asked})
    made, _ = prepare(stack, **SAMPLES)
    plan = stack.store.plan(made)
    without_plan(stack, made)

    order = expected_tiles(stack.store, made, len(plan.tiles)).order

    assert tuple(order) == plan.order != tuple(range(10))


def test_a_slice_is_read_once_though_the_tiles_of_calls_lie_in_several(stack, monkeypatch):
    asked = OpenAISettings(secret="here", images_per_minute=60, burst=10)
    stack.services = replace(stack.services, providers={"openai": asked})
    made, _ = prepare(stack, **SAMPLES)
    monkeypatch.setattr(reading, "SLICES", 1)
    read, seen = [], look(stack.store, stack.runs, made)
    of_store = type(stack.store).slice
    monkeypatch.setattr(
        type(stack.store),
        "slice",
        lambda store, of, number: read.append(number) or of_store(store, of, number),
    )
    seen = seen.model_copy(update={"tiles": seen.tiles.model_copy(update={"done": 1})})

    assert ended_since(stack.store, seen, Told()) == ([], Told())
    assert read == [0, 1, 2]


def test_a_run_that_an_earlier_version_began_is_told_of_by_its_plan(stack):
    made, calls = prepare(stack)
    render(stack, made, calls[3:])
    stack.store.remove([f"collages/{made}/slices/order.json"])
    seen = look(stack.store, stack.runs, made)
    seen = seen.model_copy(update={"tiles": seen.tiles.model_copy(update={"done": 3})})

    found, _ = ended_since(stack.store, seen, Told())

    assert [tile.index for tile in found] == [3, 4, 5]
    assert [tile.state for tile in listed(stack, made)] == ["pending"] * 3 + ["done"] * 3


def test_what_has_ended_is_told_of_without_the_plan(stack):
    made, calls = prepare(stack)
    render(stack, made, calls[3:])
    without_plan(stack, made)
    seen = look(stack.store, stack.runs, made)
    seen = seen.model_copy(update={"tiles": seen.tiles.model_copy(update={"done": 3})})

    found, told = ended_since(stack.store, seen, Told())

    assert [tile.index for tile in found] == [3, 4, 5]
    assert len(told) == 3


@pytest.mark.parametrize("known", [True, False])
def test_of_one_that_was_put_together_while_its_run_goes_on_the_manifest_tells(stack, known):
    made, calls = prepare(stack)
    render(stack, made, calls)
    seen = look(stack.store, stack.runs, made)
    if known:
        expected_tiles(stack.store, made, 6)
    drawn(stack, made, judge(stack, made))
    without_plan(stack, made)

    found, _ = page(stack.store, seen, 100, 0)

    assert {tile.state for tile in found} == {"done"}
    told = seen.model_copy(update={"tiles": seen.tiles.model_copy(update={"done": 6})})
    assert ended_since(stack.store, told, Told()) == ([], Told())
