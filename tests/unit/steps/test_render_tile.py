import numpy as np
import pytest

from collage.digest import sha256
from collage.pictures import masks
from collage.steps import materials
from tests.unit.pictures import decode
from tests.unit.runs import prepare, render


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


def test_tiles_that_are_there_are_not_rendered_again(stack, written):
    made, calls = prepare(stack)
    render(stack, made, calls)
    before = {key: stack.get(key) for key in stack.listing("tiles/")}
    written.clear()
    # Without the source an engine that is asked after all cannot answer.
    stack.store.s3.delete_object(Bucket=stack.store.collages, Key=f"collages/{made}/source.png")

    render(stack, made, calls)

    assert not written
    assert {key: stack.get(key) for key in stack.listing("tiles/")} == before


@pytest.mark.parametrize("damage", ["no sidecar", "no picture", "half a picture"])
def test_a_tile_that_was_not_finished_is_rendered_again_to_the_same_picture(stack, damage, written):
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
    written.clear()

    render(stack, made, calls[:2])

    assert written == [f"tiles/{tile.key}.32x32.png", picture, sidecar]
    assert stack.store.tile(tile)[0] == png


def test_a_mask_is_read_once_for_all_collages_that_have_it(stack):
    first, calls = prepare(stack, masks=["left"])
    render(stack, first, calls[:1])
    second, calls = prepare(stack, masks=["left"], style_count=4)
    stack.store.s3.delete_object(
        Bucket=stack.store.collages, Key=f"collages/{second}/masks/left.png"
    )

    render(stack, second, calls[:1])

    assert stack.store.tile(calls[0].tiles[0])


def test_a_mask_that_is_not_the_one_of_the_plan_is_not_remembered_as_that(stack):
    materials._masks.clear()
    made, calls = prepare(stack, masks=["left"])
    drawn = stack.store.mask(made, "left")
    stack.store.put_mask(made, "left", masks.encode(masks.draw("top", (64, 64))))
    render(stack, made, calls[:1])
    stack.store.put_mask(made, "left", drawn)

    _, mask = materials.materials(stack.store, made, calls[0].tiles[0], {})

    assert mask == drawn
