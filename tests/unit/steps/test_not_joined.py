"""Collages whose tiles are not joined into one picture."""

import pytest

from collage.errors import InvalidRequest, NotInStore
from collage.formats import metadata
from collage.provenance import derived
from collage.request.parse import parse
from tests.unit.pictures import decode, pixels
from tests.unit.runs import assemble, prepare, render
from tests.unit.steps.test_join import again, made


def test_without_a_picture_there_are_preview_page_tiles_and_manifest(stack):
    manifest, _ = made(stack, cell=300, rows=3, cols=9, styles=["Cubism", "Op Art", "Baroque"])
    before = stack.listing()
    whole = stack.store.file(manifest.id, "preview.jpg")

    other_id, calls = prepare(
        stack, cell=300, rows=3, cols=9, styles=["Cubism", "Op Art", "Baroque"], joined=False
    )
    render(stack, other_id, calls)
    apart = assemble(stack, other_id)

    assert (apart.files.collage, apart.files.pyramid) == (None, None)
    assert apart.geometry == manifest.geometry
    own = {name.removeprefix(f"collages/{other_id}/") for name in stack.listing() - before}
    assert {"preview.jpg", "manifest.json", "manifest.js"} <= own
    assert not [name for name in own if name.startswith("collage")]
    # The pixels of the preview are those that a pyramid's has, however often it was halved.
    seen = stack.store.file(other_id, "preview.jpg")
    assert (pixels(decode(seen)) == pixels(decode(whole))).all()
    assert max(decode(seen).size) <= 2048 < max(apart.geometry.size)
    with pytest.raises(NotInStore, match="were not joined"):
        stack.store.collage(other_id)
    assert derived.collage_id(metadata.read(seen)) == other_id


def test_another_layout_joins_what_was_not_joined_and_the_other_way_round(stack):
    manifest, _ = made(stack)

    folder, apart = again(stack, manifest.id, joined=False, gap=2)
    assert apart.files.collage is None
    assert f"collages/{manifest.id}/{folder}/preview.jpg" in stack.listing()
    assert f"collages/{manifest.id}/{folder}/collage.png" not in stack.listing()

    other_id, calls = prepare(stack, joined=False, seed=3)
    render(stack, other_id, calls)
    assemble(stack, other_id)
    folder, joined = again(stack, other_id, joined=True)
    assert joined.files.pyramid is not None
    assert decode(stack.store.collage(other_id, folder)).size == joined.geometry.size


def test_a_collage_that_no_format_could_hold_is_made_of_tiles_alone(stack):
    many = {"rows": 40, "cols": 40, "cell": 512, "format": "webp"}

    with pytest.raises(InvalidRequest, match="format: a webp picture has"):
        parse(many)
    assert parse(many | {"joined": False}).joined is False
