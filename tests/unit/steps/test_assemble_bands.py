"""A collage assembled in bands is the same, byte for byte, as one that is assembled at once."""

import pytest

from collage import cell_index, clock, plan_slices
from collage.errors import NotInStore, TooFewTiles, UnreadableRecord
from collage.manifest import Failure
from collage.sheet import bands
from collage.steps.assemble_bands import assemble_part, join_bands, judge_tiles
from collage.steps.assemble_collage import assemble_collage
from collage.steps.gather_tiles import gather_tiles
from tests.unit.runs import changed, prepare, render
from tests.unit.steps.test_sources import given

LARGE = {"rows": 4, "cols": 3, "size": 64, "cell": 700, "tiles": 6}
COLLAGES = {
    "title": (2, {**LARGE, "title": "Twelve cells", "border": 7, "gap": 3}),
    "labels": (2, {**LARGE, "rows": 7, "cols": 2, "cell": 490, "labels": True, "gap": -9}),
    "preview": (2, {**LARGE, "joined": False}),
    "many": (300, {"rows": 60, "cols": 30, "size": 64, "cell": 42, "tiles": 3, "labels": True}),
    "table": (1, {"recipe": "matrix", "styles": ["Cubism", "Baroque"], "size": 64, "cell": 990}),
}
SMALL = {"rows": 6, "cols": 1, "size": 64, "cell": 90}


@pytest.fixture(autouse=True)
def small_slices(monkeypatch):
    monkeypatch.setattr(plan_slices, "TILES", 4)


@pytest.fixture
def indexed(monkeypatch):
    """A collage of more than five cells has an index beside its manifest."""
    monkeypatch.setattr(cell_index, "LARGE", 5)


@pytest.fixture(autouse=True)
def time(monkeypatch):
    """What is written says when: it is the same day for all."""
    monkeypatch.setattr(clock, "now", lambda timespec="seconds": "2026-02-03T04:05:06+00:00")


def judge(stack, made, services=None, at_once=2):
    """Gather all slices, as PlanTiles writes them of a large plan, and judge."""
    stack.store.put_slices(stack.store.plan(made))
    for number in stack.store.outline(made).slices:
        gather_tiles(stack.store, made, number)
    return judge_tiles(stack.store, services or stack.services, made, at_once=at_once)


def drawn(stack, made, judged):
    """Draw all parts that were judged, and join them."""
    for part in judged["parts"]:
        assemble_part(stack.store, made, judged["round"], part)
    return join_bands(stack.store, stack.services, made, judged["round"], at_once=2)


def files(stack, made):
    """Everything of a collage, by name."""
    return {name: stack.get(name) for name in stack.listing(f"collages/{made}/")}


@pytest.mark.parametrize("name", COLLAGES)
def test_every_file_is_the_same_as_of_a_collage_that_is_assembled_at_once(stack, indexed, name):
    at_once, options = COLLAGES[name]
    made, calls = prepare(stack, **options)
    render(stack, made, calls)
    told = assemble_collage(stack.store, stack.services, made)
    whole = files(stack, made)
    results = [f"collages/{made}/{file}" for file in stack.store.result_files(made)]
    stack.store.remove(results)

    judged = judge(stack, made, at_once=at_once)
    joined = drawn(stack, made, judged)

    assert len(judged["parts"]) > 2
    assert joined == {"done": True, "round": 0, "parts": [], "result": told.model_dump()}
    again = files(stack, made)
    assert again.keys() == whole.keys() >= set(results)
    assert [file for file in again if again[file] != whole[file]] == []
    assert not stack.listing("bands/")
    assert not stack.listing(f"collages/{made}/slices/")


def test_refused_and_failed_tiles_end_as_they_do_at_once(stack, indexed):
    made, calls = prepare(stack, **SMALL, labels=True, replace_refused=True)
    plan = stack.store.plan(made)
    spare = plan.spares_of(1)[2]
    # The first is painted; a spare takes the place of two; the others failed, each otherwise.
    replaced = calls[1].model_copy(update={"tiles": (spare,), "spares": ()})
    render(stack, made, [calls[0], replaced])
    for call, error in ((1, "Refused"), (2, "Refused"), (3, "TimedOut"), (4, "BadKey")):
        failure = Failure(id=made, error=error, message=f"{call}", created=clock.now(), call=call)
        stack.store.put_failure(failure)
    stack.put(f"collages/{made}/failures/000005.json", b"half")
    assemble_collage(stack.store, stack.services, made)
    whole = files(stack, made)

    drawn(stack, made, judge(stack, made))

    assert files(stack, made) == whole
    ended = stack.store.manifest(made)
    assert [(tile.state, tile.error) for tile in ended.tiles] == [
        ("done", None),
        ("replaced", "Refused"),
        ("replaced", "Refused"),
        ("failed", "TimedOut"),
        ("failed", "BadKey"),
        ("failed", "BadKey"),
    ]


def test_names_that_a_collage_gives_are_told_by_its_slices(stack, indexed):
    names = "field.png", "sea.png"
    made, calls = prepare(stack, **given(stack, *names, **SMALL))
    render(stack, made, calls)
    assemble_collage(stack.store, stack.services, made)
    whole = files(stack, made)

    drawn(stack, made, judge(stack, made))

    assert files(stack, made) == whole
    assert {tile.source for tile in stack.store.manifest(made).tiles} == {*names}


def test_a_picture_that_a_band_finds_lost_is_left_out_by_a_verdict_for_all(stack):
    made, calls = prepare(stack, **SMALL)
    render(stack, made, calls)
    patient = changed(stack, min_share=0.5)
    lost = stack.store.plan(made).tiles[4].key
    stack.store.s3.delete_object(Bucket=stack.store.collages, Key=f"tiles/{lost}.png")
    expected = assemble_collage(stack.store, patient, made)
    whole = files(stack, made)

    first = judge(stack, made, patient)
    for part in first["parts"]:
        assemble_part(stack.store, made, 0, part)
    second = join_bands(stack.store, patient, made, 0, at_once=2)
    assert (second["done"], second["round"]) == (False, 1)
    for part in second["parts"]:
        assemble_part(stack.store, made, 1, part)
    third = join_bands(stack.store, patient, made, 1, at_once=2)

    assert third["result"] == expected.model_dump()
    assert third["result"]["missing"] == 1
    assert files(stack, made) == whole


def test_a_picture_that_is_made_anew_while_a_band_misses_it_is_drawn(stack):
    made, calls = prepare(stack, **SMALL)
    render(stack, made, calls)
    assemble_collage(stack.store, stack.services, made)
    whole = files(stack, made)
    judged = judge(stack, made)
    key = f"tiles/{stack.store.plan(made).tiles[4].key}.png"
    picture, s3 = stack.get(key), stack.store.s3
    s3.delete_object(Bucket=stack.store.collages, Key=key)
    missed = []

    def another_run(parsed, **_):
        if parsed.get("Error", {}).get("Key") == key:
            missed.append(key)
            s3.put_object(Bucket=stack.store.collages, Key=key, Body=picture)

    s3.meta.events.register("after-call.s3.GetObject", another_run)

    assert drawn(stack, made, judged)["done"]
    assert missed == [key]
    assert files(stack, made) == whole


def test_too_many_lost_pictures_end_the_run_as_they_do_at_once(stack):
    made, calls = prepare(stack, **SMALL)
    render(stack, made, calls)
    judged = judge(stack, made)
    for tile in stack.store.plan(made).tiles[1:]:
        stack.store.s3.put_object(
            Bucket=stack.store.collages, Key=f"tiles/{tile.key}.png", Body=b"half"
        )

    with pytest.raises(TooFewTiles, match="1 of 6 tiles exist"):
        drawn(stack, made, judged)
    assert not stack.store.is_made(made)


def test_a_run_that_was_stopped_early_is_drawn_of_what_it_has(stack):
    made, calls = prepare(stack, **SMALL)
    render(stack, made, calls[:3])
    stack.store.put_failure(
        Failure(id=made, error="BudgetExhausted", message="spent", created=clock.now(), call=3)
    )

    result = drawn(stack, made, judge(stack, made))["result"]

    assert (result["state"], result["stopped"], result["missing"]) == (
        "partial",
        "BudgetExhausted",
        3,
    )


def test_a_last_step_that_is_asked_twice_answers_the_same(stack):
    made, calls = prepare(stack, **SMALL)
    render(stack, made, calls)
    first = drawn(stack, made, judge(stack, made))
    whole = files(stack, made)

    assert join_bands(stack.store, stack.services, made, 0, at_once=2) == first
    assert files(stack, made) == whole


def test_a_verdict_that_cannot_be_read_is_not_taken_for_one_that_was_done(stack):
    made, calls = prepare(stack, **SMALL)
    render(stack, made, calls)
    drawn(stack, made, judge(stack, made))
    judge(stack, made)
    key = f"bands/{made}/0/draft.json"
    stack.store.s3.put_object(Bucket=stack.store.collages, Key=key, Body=b"{}")

    with pytest.raises(UnreadableRecord):
        join_bands(stack.store, stack.services, made, 0, at_once=2)


def test_a_collage_is_not_made_while_a_part_of_it_is_missing(stack):
    made, calls = prepare(stack, **SMALL)
    render(stack, made, calls)
    judged = judge(stack, made)
    for part in judged["parts"][:-1]:
        assemble_part(stack.store, made, 0, part)

    with pytest.raises(NotInStore):
        join_bands(stack.store, stack.services, made, 0, at_once=2)
    assert not stack.store.is_made(made)


def test_a_collage_of_more_tiles_than_one_function_reads_has_no_file_of_all_of_it(
    stack, monkeypatch
):
    monkeypatch.setattr(bands, "FILE_CELLS", 5)
    made, calls = prepare(stack, **SMALL, format="jpeg")
    render(stack, made, calls)

    judged = judge(stack, made)
    result = drawn(stack, made, judged)["result"]

    assert "collage" not in judged["parts"]
    assert result["collage"] is None
    manifest = stack.store.manifest(made)
    assert manifest.files.collage is None
    assert manifest.files.pyramid is not None
    assert {"preview.jpg", "collage.dzi"} <= set(stack.store.result_files(made))
