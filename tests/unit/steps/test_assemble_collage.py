import pytest
import pyvips

from collage import page
from collage.errors import (
    TooFewTiles,
)
from collage.sheet import cells
from collage.steps import join
from collage.steps.assemble_collage import assemble_collage
from collage.steps.record_failure import record_failure
from tests.unit.pictures import decode
from tests.unit.runs import assemble, changed, prepare, render


def test_an_upload_becomes_a_collage(stack):
    made, calls = prepare(stack)
    render(stack, made, calls)

    result = assemble_collage(stack.store, stack.services, made)

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


def test_libvips_works_in_the_threads_that_are_there_until_the_pictures_are_made(stack):
    before = pyvips.concurrency_get()

    with join.workshop(stack.store, "a" * 20) as at:
        asked = at.workers.submit(pyvips.concurrency_get).result()

    assert asked == 1
    assert pyvips.concurrency_get() == before


def test_another_collage_of_the_same_tiles_reuses_them(stack, written):
    first, calls = prepare(stack)
    render(stack, first, calls)
    written.clear()

    second, calls = prepare(stack, rows=3, cols=2, cell=16)
    render(stack, second, calls)
    manifest = assemble(stack, second)

    assert second != first
    assert not [key for key in written if key.startswith("tiles/")]
    assert manifest.tile_counts == {"reused": 6}
    assert manifest.render_seconds == 0


@pytest.mark.parametrize(("error", "state"), [("BrokenPicture", "failed"), ("Refused", "refused")])
def test_a_few_failed_tiles_are_replaced_and_listed_with_their_reason(stack, error, state):
    made, calls = prepare(stack)
    render(stack, made, [call for call in calls if call.index != 2])
    record_failure(stack.store, made, {"Error": error, "Cause": '{"errorMessage": "No."}'}, call=2)

    result = assemble_collage(stack.store, stack.services, made)

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


def test_the_manifest_is_written_after_the_collage_that_it_stands_for(stack, written):
    made, calls = prepare(stack)
    render(stack, made, calls)
    written.clear()

    assemble(stack, made)

    folder = f"collages/{made}"
    files = [key.removeprefix(f"{folder}/") for key in written]
    pyramid = {f"collage_files/{level}/0_0.jpg" for level in range(8)}
    assert files[0] == "progress.json"
    assert tuple(files[-len(LAST) :]) == LAST
    pictures = {"collage.png", "collage.dzi", "preview.jpg", *pyramid}
    assert set(files[1 : -len(LAST)]) == pictures


def test_fewer_tiles_than_cells_are_repeated(stack):
    made, calls = prepare(stack, tiles=2)
    render(stack, made, calls)

    assert assemble(stack, made).cell_counts == {"done": 2, "repeated": 4}
