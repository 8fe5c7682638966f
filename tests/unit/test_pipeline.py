import json
from dataclasses import replace

import numpy as np
import pytest

from collage import page
from collage.digest import sha256
from collage.errors import (
    EngineUnavailable,
    InvalidRequest,
    NotAPicture,
    NotInStore,
    SourceChanged,
    SourceTooLarge,
    TooFewTiles,
)
from collage.pictures import masks
from collage.sheet import cells
from collage.steps import start_collage
from collage.steps.assemble_collage import assemble_collage
from collage.steps.list_styles import list_styles
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from collage.steps.record_failure import record_failure
from collage.steps.render_tile import render_tile
from collage.steps.start_collage import refuse
from collage.tile import Call
from tests.unit.pictures import decode, encode, noise, quarters

SOURCE = encode(quarters((90, 60)))
SMALL = {"rows": 2, "cols": 3, "size": 64, "cell": 32}


def start(stack, key="uploads/a.png", data=SOURCE, **options):
    """Put an upload and start its collage; the collage's id."""
    if data is not None:
        stack.put(key, data)
    return start_collage.start(stack.store, stack.tools, stack.runs, key, {**SMALL, **options})


def prepare(stack, **options):
    """Come as far as the plan; the id, and the calls as the Map would hand them out."""
    made = start(stack, **options)["id"]
    if stack.started[made]["needs_styles"]:
        list_styles(stack.store, stack.tools, made)
    make_masks(stack.store, stack.tools, made)
    planned = plan_tiles(stack.store, stack.tools, made)
    return made, [
        Call.model_validate(item) for item in json.loads(stack.get(planned["waves"][0]["calls"]))
    ]


def render(stack, collage_id, calls):
    for call in calls:
        render_tile(stack.store, stack.tools, collage_id, call)


def changed(stack, **settings):
    """The stack's tools with other settings."""
    return replace(stack.tools, settings=stack.tools.settings.model_copy(update=settings))


def assemble(stack, collage_id):
    assemble_collage(stack.store, stack.tools, collage_id)
    return stack.store.manifest(collage_id)


def test_an_upload_becomes_a_collage(stack):
    made, calls = prepare(stack)
    render(stack, made, calls)

    result = assemble_collage(stack.store, stack.tools, made)

    manifest = stack.store.manifest(made)
    assert (result.tiles, result.missing) == (6, 0)
    assert manifest.tile_counts == manifest.cell_counts == {"done": 6}
    assert {tile.state for tile in manifest.tiles} == {"done"}
    assert [(cell.row, cell.col) for cell in manifest.cells] == [
        (row, col) for row in range(2) for col in range(3)
    ]
    assert stack.get(result.collage) == stack.store.collage(made)
    assert decode(stack.store.collage(made)).size == (96, 64)


def test_every_cell_shows_the_tile_that_the_manifest_says(stack):
    made, calls = prepare(stack)
    render(stack, made, calls)
    manifest = assemble(stack, made)
    picture = decode(stack.store.collage(made))

    for cell in manifest.cells:
        x, y = cell.col * 32, cell.row * 32
        shown = picture.crop((x, y, x + 32, y + 32)).tobytes()
        png, _ = stack.store.tile(manifest.tiles[cell.tile].tile)
        assert shown == cells.shrink(png, (32, 32)).tobytes()


def test_a_tile_is_repainted_where_its_mask_says_and_only_there(stack):
    made, calls = prepare(stack)
    render(stack, made, calls[:4])
    source = np.asarray(decode(stack.store.source(made)))

    for call in calls[:4]:
        png, sidecar = stack.store.tile(call.tiles[0])
        tile = np.asarray(decode(png))
        kept = masks.decode(stack.store.mask(made, call.tiles[0].mask)) == 255
        assert (tile[kept] == source[kept]).all()
        assert (tile[~kept] != source[~kept]).any()
        assert (sidecar.collage, sidecar.sha256) == (made, sha256(png))


def test_named_styles_are_frozen_at_the_door_and_others_are_listed(stack):
    named = start(stack, styles=["Cubism", "Baroque"])["id"]
    listed = start(stack, style_count=4)["id"]

    assert not stack.started[named]["needs_styles"]
    assert stack.store.styles(named).styles == ("Cubism", "Baroque")
    assert stack.started[listed]["needs_styles"]
    with pytest.raises(NotInStore):
        stack.store.styles(listed)
    list_styles(stack.store, stack.tools, listed)
    assert len(stack.store.styles(listed).styles) == 4


def test_the_run_is_given_the_id_and_no_more_than_it_needs(stack):
    made = start(stack)["id"]

    given = stack.started[made]
    assert given.pop("asked")
    assert given == {"id": made, "needs_styles": True}


def test_the_same_collage_is_started_once(stack):
    first, second = start(stack), start(stack)

    assert first == {"id": second["id"], "run": first["id"], "new": True}
    assert not second["new"]
    assert len(stack.started) == 1


def test_the_same_picture_under_another_key_is_the_same_collage(stack):
    assert start(stack, "uploads/a.png")["id"] == start(stack, "uploads/b.png")["id"]
    assert start(stack, data=encode(noise((60, 60))))["id"] not in (start(stack)["id"],)


@pytest.mark.parametrize(
    ("data", "options", "error"),
    [
        (b"hello", {}, NotAPicture),
        (SOURCE, {"rows": 0}, InvalidRequest),
        (None, {}, NotInStore),
    ],
)
def test_what_the_door_refuses_leaves_no_trace(stack, data, options, error):
    with pytest.raises(error):
        start(stack, data=data, **options)

    assert not stack.started
    assert not stack.listing()


def test_a_source_over_the_stacks_limits_is_refused(stack):
    tight = changed(stack, max_source_bytes=10)
    flat = changed(stack, max_source_pixels=90 * 60 - 1)
    stack.put("uploads/a.png", SOURCE)

    for tools in (tight, flat):
        with pytest.raises(SourceTooLarge):
            start_collage.start(stack.store, tools, stack.runs, "uploads/a.png", SMALL)


def test_a_refused_upload_says_why_under_an_id_of_its_own(stack):
    failure = refuse(stack.store, "uploads/a.txt", NotAPicture("It is none."))

    assert stack.listing() == {f"collages/{failure.id}/failure.json"}
    assert stack.store.failure(failure.id) == failure
    assert (failure.error, failure.message) == ("NotAPicture", "It is none.")
    assert failure.source == "uploads/a.txt"


def test_a_source_that_was_overwritten_after_the_door_is_not_used(stack):
    made = start(stack)["id"]
    stack.put("uploads/a.png", encode(noise((90, 60))))

    with pytest.raises(SourceChanged, match=r"uploads/a\.png was overwritten"):
        make_masks(stack.store, stack.tools, made)


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


def test_tiles_that_are_there_are_not_rendered_again(stack):
    made, calls = prepare(stack)
    render(stack, made, calls)
    before = {key: stack.get(key) for key in stack.listing("tiles/")}
    stack.written.clear()
    # Without the source an engine that is asked after all cannot answer.
    stack.store.s3.delete_object(Bucket=stack.store.collages, Key=f"collages/{made}/source.png")

    render(stack, made, calls)

    assert not stack.written
    assert {key: stack.get(key) for key in stack.listing("tiles/")} == before


@pytest.mark.parametrize("damage", ["no sidecar", "no picture", "half a picture"])
def test_a_tile_that_was_not_finished_is_rendered_again_to_the_same_picture(stack, damage):
    made, calls = prepare(stack)
    tile = calls[0].tiles[0]
    render(stack, made, calls[:2])
    png, _ = stack.store.tile(tile)
    picture, sidecar = f"tiles/{tile.key}.png", f"tiles/{tile.key}.json"
    if damage == "half a picture":
        stack.store.s3.put_object(Bucket=stack.store.collages, Key=picture, Body=png[:99])
    else:
        lost = sidecar if damage == "no sidecar" else picture
        stack.store.s3.delete_object(Bucket=stack.store.collages, Key=lost)
    stack.written.clear()

    render(stack, made, calls[:2])

    assert stack.written == [f"tiles/{tile.key}.32x32.png", picture, sidecar]
    assert stack.store.tile(tile)[0] == png


def test_another_collage_of_the_same_tiles_reuses_them(stack):
    first, calls = prepare(stack)
    render(stack, first, calls)
    stack.written.clear()

    second, calls = prepare(stack, rows=3, cols=2, cell=16)
    render(stack, second, calls)
    manifest = assemble(stack, second)

    assert second != first
    assert not [key for key in stack.written if key.startswith("tiles/")]
    assert manifest.tile_counts == {"reused": 6}
    assert manifest.render_seconds == 0


@pytest.mark.parametrize(("error", "state"), [("BrokenPicture", "failed"), ("Refused", "refused")])
def test_a_few_failed_tiles_are_replaced_and_listed_with_their_reason(stack, error, state):
    made, calls = prepare(stack)
    render(stack, made, [call for call in calls if call.index != 2])
    record_failure(stack.store, made, {"Error": error, "Cause": '{"errorMessage": "No."}'}, call=2)

    result = assemble_collage(stack.store, stack.tools, made)

    manifest = stack.store.manifest(made)
    failed = manifest.tiles[2]
    assert (result.tiles, result.missing) == (6, 1)
    assert manifest.tile_counts == {"done": 5, state: 1}
    assert (failed.state, failed.error, failed.message) == (state, error, "No.")
    (cell,) = (cell for cell in manifest.cells if cell.state == state)
    assert cell.planned == 2
    assert cell.tile != 2
    assert decode(stack.store.collage(made)).size == (96, 64)


def test_a_tile_that_failed_in_silence_is_listed_too(stack):
    made, calls = prepare(stack)
    render(stack, made, calls[1:])

    assert assemble(stack, made).tiles[0].error == "NotRendered"


def test_a_failure_of_an_earlier_try_does_not_count_once_the_tile_is_there(stack):
    made, calls = prepare(stack)
    record_failure(stack.store, made, {"Error": "Overloaded", "Cause": "Busy."}, call=0)
    render(stack, made, calls)

    assert assemble(stack, made).tile_counts == {"done": 6}


def test_too_many_failed_tiles_are_no_collage_and_the_error_says_why(stack):
    made, calls = prepare(stack)
    render(stack, made, calls[:3])
    for call in calls[3:]:
        error = {"Error": "Refused" if call.index < 5 else "Sandbox.Timedout", "Cause": "x"}
        record_failure(stack.store, made, error, call=call.index)

    with pytest.raises(TooFewTiles, match=r"3 of 6 .* 80%.* 2 x Refused, 1 x FunctionTimedOut\."):
        assemble(stack, made)
    assert f"collages/{made}/manifest.json" not in stack.listing()


def test_no_tile_at_all_is_no_collage_even_where_none_is_asked_for(stack):
    made, _ = prepare(stack)
    lenient = changed(stack, min_share=0)

    with pytest.raises(TooFewTiles, match="0 of 6"):
        assemble_collage(stack.store, lenient, made)


PAGE = tuple(page.TYPES) if page.is_built() else ()
LAST = (*PAGE, "manifest.js", "manifest.json", "progress.json")


def test_the_manifest_is_written_after_the_collage_that_it_stands_for(stack):
    made, calls = prepare(stack)
    render(stack, made, calls)
    stack.written.clear()

    assemble(stack, made)

    folder = f"collages/{made}"
    written = [key.removeprefix(f"{folder}/") for key in stack.written]
    pyramid = {f"collage_files/{level}/0_0.jpg" for level in range(8)}
    assert written[0] == "progress.json"
    assert tuple(written[-len(LAST) :]) == LAST
    pictures = {"collage.png", "collage.dzi", "preview.jpg", *pyramid}
    assert set(written[1 : -len(LAST)]) == pictures


def test_fewer_tiles_than_cells_are_repeated(stack):
    made, calls = prepare(stack, tiles=2)
    render(stack, made, calls)

    assert assemble(stack, made).cell_counts == {"done": 2, "repeated": 4}


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        ('{"errorType": "NoStyles", "errorMessage": "Empty."}', "Empty."),
        ("The task timed out.", "The task timed out."),
        ('{"other": 1}', '{"other": 1}'),
        ("[1]", "[1]"),
        ("", ""),
    ],
)
def test_the_message_of_a_failure_is_taken_out_of_its_cause(stack, cause, message):
    failure = record_failure(stack.store, "some-id", {"Error": "E", "Cause": cause})

    assert (failure.error, failure.message) == ("E", message)
    assert stack.store.failure("some-id") == failure


def test_a_failure_without_a_name_or_cause_is_recorded_all_the_same(stack):
    assert record_failure(stack.store, "some-id", {}).error == "Unknown"


def test_open_models_are_refused_in_one_sentence_where_the_stack_runs_none(stack):
    key = stack.put("uploads/a.png", SOURCE)

    with pytest.raises(
        EngineUnavailable, match=r"engine: diffusion is not set up here; .*EnableGpu"
    ):
        start_collage.start(stack.store, stack.tools, stack.runs, key, {"engine": "diffusion"})

    assert stack.started == {}
    assert stack.listing() == set()
