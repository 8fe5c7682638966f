"""A picture is explained by itself."""

import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from collage.digest import canonical
from collage.errors import CollageError, InvalidRequest, NoMetadata
from collage.formats import jpeg, metadata
from collage.formats.description import Description
from collage.provenance import derived
from collage.provenance.describe import describe_collage, describe_tile
from collage.provenance.explain import explain
from collage.sheet.layout import Layout
from collage.verdict import laid_out
from tests.unit.pictures import RED, decode, encode, plain
from tests.unit.plans import SHA, planned
from tests.unit.provenance.collages import COLOURS, CREATED, OPTIONS, cells_of, collage_of, size_of


def test_a_view_of_a_collage_names_the_collage_that_is_to_be_asked():
    plan = planned(**OPTIONS)
    preview = jpeg.insert(encode(plain((8, 8), RED), "JPEG"), derived.mark(plan))

    with pytest.raises(NoMetadata, match=f"only a view of the collage {plan.id}"):
        explain(preview)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_collage_is_summed_up(file_format):
    file, plan, manifest = collage_of(file_format)

    found = explain(file)

    assert (found.kind, found.id, found.cell, found.tile) == ("collage", plan.id, None, None)
    said = found.collage
    assert said.id == plan.id
    assert said.source == SHA
    assert said.created == CREATED
    assert said.styles == ("Cubism", "Baroque", "Op Art")
    assert said.styles_origin == "request"
    assert said.request.prompt_template == "in the style of {styles}"
    assert said.request.masks == ("top", "bottom", "left", "right")
    assert (said.request.rows, said.request.cols) == (3, 4)
    assert said.request.model == plan.tiles[0].model
    assert said.tiles == 4
    assert said.tile_counts == {"done": 1, "reused": 1, "replaced": 1, "refused": 1}
    assert said.cell_counts == manifest.cell_counts
    assert said.usd == manifest.usd == 0.036
    assert said.stopped is None


def test_a_cell_tells_the_tile_it_shows():
    file, plan, manifest = collage_of()
    (row, col) = cells_of(manifest, "done")[0]

    found = explain(file, cell=(row, col))

    assert (found.cell.row, found.cell.col, found.cell.state) == (row, col, "done")
    assert found.cell.planned is None
    assert found.cell.reason is None
    assert found.tile.prompt == plan.tiles[0].prompt
    assert found.tile.styles == plan.tiles[0].styles
    assert found.tile.mask == plan.tiles[0].mask
    assert (found.tile.seed, found.tile.sample) == (None, 0)
    assert (found.tile.engine, found.tile.model) == ("openai", plan.tiles[0].model)
    assert found.tile.options == {"quality": "low"}
    assert found.tile.key == found.end.key == plan.tiles[0].key
    assert (found.end.usd, found.end.seconds, found.end.outside_changed) == (0.018, 2.5, 77)


def test_a_reused_tile_tells_what_it_once_cost():
    file, plan, manifest = collage_of()

    found = explain(file, cell=cells_of(manifest, "reused")[0])

    assert found.tile.key == plan.tiles[1].key
    assert (found.end.state, found.end.usd, found.end.asked_before) == ("reused", 0.5, 1)


def test_a_replaced_tile_tells_what_it_replaced():
    file, plan, manifest = collage_of()

    found = explain(file, cell=cells_of(manifest, "replaced")[0])

    assert found.cell.state == found.end.state == "replaced"
    assert found.tile.prompt == plan.spares[2].prompt
    assert found.tile.key == plan.spares[2].key
    assert found.cell.planned.prompt == plan.tiles[2].prompt
    assert found.cell.planned.mask == plan.tiles[2].mask


def test_a_cell_whose_tile_was_refused_says_why_and_what_it_shows_instead():
    file, plan, manifest = collage_of()
    (row, col) = cells_of(manifest, "refused")[0]
    shown = manifest.layout.cells[row * 4 + col]

    found = explain(file, cell=(row, col))

    assert found.cell.state == "refused"
    assert found.cell.reason == "Refused: Not this."
    assert found.cell.planned.prompt == plan.tiles[3].prompt
    assert shown != 3
    assert found.tile.key == manifest.tiles[shown].key


def test_a_repeated_cell_shows_a_tile_that_another_shows_too():
    file, _, manifest = collage_of()

    found = explain(file, cell=cells_of(manifest, "repeated")[0])

    assert found.cell.state == "repeated"
    assert found.end.state in ("done", "reused", "replaced")


@pytest.mark.parametrize("gap", [0, 3, -5])
@pytest.mark.parametrize("scale", [1, 3])
def test_every_pixel_belongs_to_the_cell_whose_colour_it_has(gap, scale):
    width, height = size_of(gap=gap)
    file, _, manifest = collage_of(gap=gap, size=(width * scale, height * scale))
    picture = decode(file)
    keys = {tile.key: COLOURS[tile.index] for tile in manifest.tiles}

    white = 0
    for x in range(0, width * scale, 2):
        for y in range(0, height * scale, 3):
            colour = picture.getpixel((x, y))
            if colour not in COLOURS:
                white += 1
                with pytest.raises(InvalidRequest, match="gap"):
                    explain_quickly(file, at=(x, y))
            else:
                found = explain_quickly(file, at=(x, y))
                assert keys[found.tile.key] == colour
                left, top, wide, high = (side * scale for side in found.cell.box)
                assert left <= x < left + wide
                assert top <= y < top + high
    assert (white > 0) == (gap > 0)


READ = {}


def explain_quickly(file, at):
    """Of the same file again and again: read once."""
    found = READ.setdefault(file, metadata.read(file))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metadata, "read", lambda _: found)
        return explain(file, at=at)


def test_a_label_belongs_to_the_cell_above_it():
    file, _, manifest = collage_of(labels=True, gap=2)
    width, strip = 16, manifest.geometry.label

    found = explain(file, at=(width + 2, 12 + strip - 1))

    assert strip > 0
    assert (found.cell.row, found.cell.col, found.cell.box) == (0, 1, (18, 0, 16, 12))
    with pytest.raises(InvalidRequest, match="gap"):
        explain(file, at=(0, 12 + strip))
    assert explain(file, at=(0, 12 + strip + 2)).cell.row == 1


def test_tiles_that_were_laid_out_again_are_found_where_they_lie():
    _, plan, manifest = collage_of()
    again = Layout(rows=1, cols=3, cell=(16, 12), gap=0, cells=(2, 0, 1))
    manifest = laid_out(manifest, again, again.cells, "png", created=CREATED)
    picture = encode(plain((48, 12)))
    file = metadata.embed(picture, describe_collage(plan, manifest))

    found = explain(file, at=(20, 5))

    assert (found.cell.row, found.cell.col, found.cell.state) == (0, 1, "done")
    assert found.cell.planned is None
    assert found.tile.key == plan.tiles[0].key
    assert (explain(file).collage.rows, explain(file).collage.cols) == (1, 3)
    with pytest.raises(InvalidRequest, match="rows go from 0 to 0"):
        explain(file, cell=(1, 0))


def test_a_smaller_copy_whose_sides_are_rounded_still_has_its_cells():
    _, _, manifest = collage_of()
    file, _, _ = collage_of(size=(41, 23))

    for (x, y), (row, col) in {(0, 0): (0, 0), (40, 22): (2, 3), (15, 10): (1, 1)}.items():
        found = explain(file, at=(x, y))
        assert (found.cell.row, found.cell.col) == (row, col)
        assert found.tile.key == manifest.tiles[manifest.layout.cells[row * 4 + col]].key


def test_a_cropped_copy_has_cells_but_no_points():
    file, _, _ = collage_of(size=(64, 20))

    with pytest.raises(InvalidRequest, match="cropped"):
        explain(file, at=(1, 1))
    assert explain(file, cell=(0, 0)).tile is not None


@pytest.mark.parametrize("at", [(64, 0), (0, 36), (-1, 0), (0, -1), (10**6, 10**6)])
def test_a_point_outside_is_refused(at):
    file, _, _ = collage_of()

    with pytest.raises(InvalidRequest, match=r"outside.*0 to 63.*0 to 35"):
        explain(file, at=at)


@pytest.mark.parametrize("cell", [(3, 0), (0, 4), (-1, 0)])
def test_a_cell_that_is_not_there_is_refused(cell):
    file, _, _ = collage_of()

    with pytest.raises(InvalidRequest, match=r"rows go from 0 to 2, columns from 0 to 3"):
        explain(file, cell=cell)


def test_a_point_and_a_cell_exclude_each_other():
    file, _, _ = collage_of()

    with pytest.raises(InvalidRequest, match="not both"):
        explain(file, at=(0, 0), cell=(0, 0))


def tile_picture():
    tile = planned(**OPTIONS).tiles[0]
    return tile, metadata.embed(encode(plain((64, 48))), describe_tile(tile))


@pytest.mark.parametrize("at", [None, (0, 0), (63, 47)])
def test_a_tile_explains_itself(at):
    tile, file = tile_picture()

    found = explain(file, at=at)

    assert (found.kind, found.id, found.cell, found.end) == ("tile", None, None, None)
    assert found.tile.key == tile.key
    assert found.tile.prompt == tile.prompt
    assert found.tile.size == (64, 48)


def test_a_tile_has_no_cells():
    _, file = tile_picture()

    with pytest.raises(InvalidRequest, match="no cells"):
        explain(file, cell=(0, 0))
    with pytest.raises(InvalidRequest, match="outside"):
        explain(file, at=(64, 0))


def written(said):
    """A picture that says this."""
    return metadata.embed(encode(plain((64, 36))), Description("a", canonical(said), ()))


def honest():
    """What an honest collage says."""
    file, _, _ = collage_of()
    return metadata.read(file).record


def test_what_a_newer_version_says_is_not_guessed_at():
    with pytest.raises(NoMetadata, match="newer"):
        explain(written(honest() | {"version": 2}))


def test_fields_that_are_not_known_yet_do_no_harm():
    said = honest()
    said["more"] = said["plan"]["request"]["more"] = said["plan"]["tiles"][0]["more"] = 1

    assert explain(written(said), cell=(0, 0)).tile is not None


def test_a_picture_of_another_tool_is_not_explained():
    with pytest.raises(NoMetadata, match="no metadata"):
        explain(encode(plain((9, 9))))
    with pytest.raises(NoMetadata):
        explain(written({"kind": "nothing"}))


@pytest.mark.parametrize(
    "change",
    [
        {"geometry": {}},
        {"tiles": []},
        {"cells": {"tile": [], "planned": [], "state": []}},
        {"cells": {"tile": [10**9] * 12, "planned": [0] * 12, "state": ["done"] * 12}},
        {"cells": {"tile": [0] * 12, "planned": [-1] * 12, "state": ["done"] * 12}},
        {"plan": None},
        {"kind": "tile"},
        {"kind": ["collage"]},
        {"version": "1", "run": []},
    ],
    ids=str,
)
def test_a_record_that_is_not_whole_is_refused(change):
    with pytest.raises(NoMetadata):
        explain(written(honest() | change), cell=(0, 0))


@pytest.mark.parametrize("name", ["rows", "cols", "step", "visible", "size"])
@pytest.mark.parametrize("value", [0, [0, 0], -1, [1, 10**30], 10**30, None, "x"])
def test_a_hostile_geometry_is_refused(name, value):
    said = honest()
    said["geometry"][name] = value

    with pytest.raises(CollageError):
        explain(written(said), at=(0, 0))


paths = st.lists(st.sampled_from([0, 1, 2, 3]), min_size=1, max_size=4)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=9),
    st.just([]),
    st.just({}),
)


@given(paths, values)
def test_a_changed_record_is_explained_or_refused_by_name(path, value):
    said = place = honest()
    for step in path:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = keys[step % len(keys)]
        if not isinstance(place[key], dict | list) or not place[key]:
            break
        parent, place = place, place[key]
    else:
        place = parent
    place[key] = value

    for question in ({}, {"at": (5, 5)}, {"cell": (1, 2)}):
        try:
            json.loads(explain(written(said), **question).model_dump_json())
        except CollageError:
            continue


@pytest.mark.parametrize("xmp", ["<x:xmpmeta", "no XML at all", "<!DOCTYPE a><a/>"])
def test_a_picture_whose_xmp_cannot_be_read_is_none_of_ours(xmp):
    said, file = PngInfo(), BytesIO()
    said.add_itxt("XML:com.adobe.xmp", xmp)
    Image.new("RGB", (8, 8)).save(file, "PNG", pnginfo=said)

    with pytest.raises(NoMetadata, match="not made by this pack"):
        explain(file.getvalue())
