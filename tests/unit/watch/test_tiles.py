import pytest

from collage.steps.assemble_collage import assemble_collage
from collage.steps.record_failure import record_failure
from collage.watch.look import look
from collage.watch.tiles import page
from tests.unit.runs import prepare, render, start


def pages(stack, made, limit):
    seen = look(stack.store, stack.runs, made)
    first: int | None = 0
    while first is not None:
        found, first = page(stack.store, seen, limit, first)
        yield found


def everything(stack, made):
    return [tile for page in pages(stack, made, 100) for tile in page]


def test_before_the_plan_there_are_no_tiles(stack):
    assert everything(stack, start(stack)["id"]) == []


def test_tiles_are_pending_until_they_are_made_or_their_call_failed(stack):
    made, calls = prepare(stack)
    render(stack, made, calls[:2])
    for call, error in ((3, "Refused"), (4, "Overloaded")):
        record_failure(stack.store, made, {"Error": error, "Cause": "No."}, call=call)

    found = everything(stack, made)

    states = ["done", "done", "pending", "refused", "failed", "pending"]
    assert [tile.state for tile in found] == states
    assert [tile.index for tile in found] == list(range(6))
    assert found[0].picture == f"tiles/{calls[0].tiles[0].key}.png"
    assert found[2].picture is None
    assert (found[4].error, found[4].message) == ("Overloaded", "No.")
    assert found[5].tile == calls[5].tiles[0]


def test_a_finished_collage_lists_what_its_manifest_says(stack):
    made, calls = prepare(stack)
    render(stack, made, calls)
    assemble_collage(stack.store, stack.services, made)
    stack.runs.stop(made, "The end.")

    found = everything(stack, made)

    assert {tile.state for tile in found} == {"done"}
    assert [tile.key for tile in found] == [t.key for t in stack.store.manifest(made).tiles]
    assert all(tile.created for tile in found)


@pytest.mark.parametrize(("limit", "sizes"), [(2, [2, 2, 2]), (4, [4, 2]), (6, [6]), (7, [6])])
def test_tiles_come_in_pages(stack, limit, sizes):
    made, _ = prepare(stack)

    assert [len(page) for page in pages(stack, made, limit)] == sizes


def test_a_page_beyond_the_last_tile_is_empty(stack):
    made, _ = prepare(stack)
    seen = look(stack.store, stack.runs, made)

    assert page(stack.store, seen, 10, 6) == ([], None)
