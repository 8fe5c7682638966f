"""Masks of the user's own: from the door to the tile, by content, and told of by their names."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from collage.errors import InvalidRequest, NotAPicture, NotInStore, SourceChanged
from collage.pictures import masks
from collage.provenance.explain import explain, request_of
from collage.request.named_files import Files
from collage.request.parse import parse
from collage.steps.accept import let_in
from collage.steps.estimate import estimate
from collage.steps.make_masks import make_masks
from tests.unit.pictures import decode, encode, noise, plain
from tests.unit.runs import SMALL, SOURCE, assemble, prepare, render, start

SIZE = (90, 60)
STYLES = ["Cubism", "Baroque", "Op Art"]


def drawn(box=(30, 15, 60, 45), size=SIZE) -> Image.Image:
    """White on black: a rectangle of the middle, unless told otherwise."""
    picture = plain(size, 0, "L")
    ImageDraw.Draw(picture).rectangle(box, fill=255)
    return picture


def transparent(picture: Image.Image) -> Image.Image:
    """The same, said by transparency."""
    alpha = Image.eval(picture, lambda value: 255 - value)
    return Image.merge("RGBA", [*plain(picture.size, (0, 90, 0), "RGB").split(), alpha])


WINDOW = encode(drawn())


def asked(stack, *, size=64, **files: bytes):
    """The options of a request with masks of one's own, which are put in."""
    for name, data in files.items():
        stack.put(f"sources/{name}", data)
    return {
        "styles": STYLES,
        "size": size,
        "mask_files": {name: f"sources/{name}" for name in files},
    }


def refused(stack, said, error=InvalidRequest, **options):
    with pytest.raises(error, match=said):
        start(stack, **options)
    assert not stack.started


def test_the_mask_files_are_the_masks_unless_others_are_named(stack):
    options = asked(stack, window=WINDOW, edge=encode(drawn((0, 0, 20, 59))))

    alone = parse(options)
    both = parse({**options, "masks": ["left", "file:edge", "file:window"]})

    assert alone.masks == ("file:window", "file:edge")
    assert both.masks == ("left", "file:edge", "file:window")


@pytest.mark.parametrize("recipe", ["collage", "matrix", "transfer"])
def test_what_a_file_edits_is_repainted_and_nothing_else(stack, recipe):
    made, _ = prepare(stack, **asked(stack, window=WINDOW), recipe=recipe, rows=1, cols=3)
    plan = stack.store.plan(made)
    render(stack, made, map(plan.call, [call for wave in plan.waves for call in wave]))

    source = np.asarray(decode(stack.store.source(made)))
    shown = [plan.tiles[i] for i in plan.layout.cells]
    assert len(shown) == 3
    for tile in shown:
        painted = np.asarray(decode(stack.store.tile(tile)[0]).convert("RGB"))
        edited = masks.decode(stack.store.mask(made, tile.mask)) < 255
        assert (painted[~edited] == source[~edited]).all()
        assert (painted[edited] != source[edited]).any()
        assert 0.1 < edited.mean() < 0.5


def test_a_soft_edge_is_that_of_the_file(stack):
    soft = drawn((20, 10, 70, 50)).filter(ImageFilter.GaussianBlur(6))
    made, _ = prepare(stack, **asked(stack, size=SIZE, soft=encode(soft)))
    (name,) = stack.store.prepared(made).masks

    alpha = masks.decode(stack.store.mask(made, name)).astype(int)

    assert np.abs(alpha - (255 - np.asarray(soft).astype(int))).max() <= 8
    assert len(np.unique(alpha)) > 50


@pytest.mark.parametrize("fit", ["crop", "pad"])
def test_a_mask_is_brought_to_size_as_its_source_is(stack, fit):
    # The source shows where the mask edits: both have to come to lie on each other.
    box = drawn((4, 20, 30, 40))
    stack.put("uploads/box.png", encode(box.convert("RGB")))
    made, _ = prepare(
        stack, key="uploads/box.png", data=encode(box.convert("RGB")), fit=fit,
        **asked(stack, box=encode(box)),
    )  # fmt: skip
    (name,) = stack.store.prepared(made).masks
    shown = np.asarray(decode(stack.store.source(made)).convert("L"))
    kept = masks.decode(stack.store.mask(made, name))

    within = slice(12, 52) if fit == "pad" else slice(None)
    off = (kept < 128)[within] != (shown >= 128)[within]
    assert off.mean() < 0.01
    if fit == "pad":
        assert (kept[:10] == 255).all(), "the bars are not repainted"


@pytest.mark.parametrize(
    "other",
    [
        encode(drawn().convert("RGB"), "PNG"),
        encode(transparent(drawn())),
        encode(Image.merge("LA", [drawn(), plain(SIZE, 255, "L")])),
    ],
    ids=["colour", "transparency", "full alpha"],
)
def test_the_same_mask_in_another_file_makes_the_same_tiles(stack, other):
    _, calls = prepare(stack, **asked(stack, size=SIZE, window=WINDOW))
    _, again = prepare(stack, **asked(stack, size=SIZE, pane=other))

    assert [call.tiles for call in again] == [call.tiles for call in calls]


def test_a_mask_may_be_drawn_smaller_or_larger_than_its_source(stack):
    twice = encode(drawn((60, 30, 121, 91), (180, 120)))

    made, _ = prepare(stack, **asked(stack, size=SIZE, window=WINDOW, larger=twice))

    assert stack.store.accepted(made).request.masks == ("file:window",)


def test_a_mask_under_two_names_is_one(stack):
    options = asked(stack, window=WINDOW, pane=WINDOW, glass=encode(drawn().convert("RGB")))
    single = let_in(
        stack.services, parse({**SMALL, **asked(stack, window=WINDOW)}), SOURCE,
        Files(mask_files={"window": WINDOW}),
    )  # fmt: skip

    both = stack.store.accepted(start(stack, **options)["id"])

    assert both.request.masks == ("file:window",)
    assert both.id == single.id
    assert set(both.mask_files) == {"window"}


def test_an_id_goes_by_what_files_hold_and_not_by_their_keys(stack):
    one = start(stack, **asked(stack, window=WINDOW))["id"]
    stack.put("sources/elsewhere", WINDOW)
    options = asked(stack, window=WINDOW)
    other = start(stack, **options | {"mask_files": {"window": "sources/elsewhere"}})["id"]
    third = start(stack, **asked(stack, window=encode(drawn((40, 0, 60, 9)))))["id"]

    assert one == other
    assert third != one


def test_a_name_says_what_is_seen_and_changes_no_tile(stack):
    made, calls = prepare(stack, **asked(stack, window=WINDOW), labels=True, cell=64)
    _, again = prepare(stack, **asked(stack, fenêtre=WINDOW), labels=True, cell=64)
    render(stack, made, calls)
    manifest = assemble(stack, made)

    assert [call.tiles for call in calls] == [call.tiles for call in again]
    assert {record.mask for record in manifest.tiles} == {"window"}
    assert all(text.endswith(", window") for text in manifest.captions.values())
    file = manifest.files.masks[manifest.tiles[0].tile.mask]
    assert masks.decode(stack.get(f"collages/{made}/{file}")).shape == (64, 64)
    said = explain(stack.store.collage(made), cell=(0, 0))
    assert (said.end.mask, said.tile.mask) == ("window", manifest.tiles[0].tile.mask)
    assert explain(stack.store.collage(made)).collage.request.masks == ("file:window",)


def test_a_collage_of_own_masks_is_made_again_by_its_picture(stack):
    made, calls = prepare(stack, **asked(stack, window=WINDOW))
    render(stack, made, calls)
    assemble(stack, made)

    again = request_of(stack.store.collage(made), SOURCE)

    options = again.model_dump(mode="json", exclude_unset=True)
    assert start(stack, **{**options, "size": 64})["id"] == made


def test_a_matrix_has_the_names_of_files_as_headings(stack):
    made, _ = prepare(
        stack, **asked(stack, window=WINDOW), recipe="matrix", masks=["left", "file:window"]
    )
    plan = stack.store.plan(made)

    assert plan.layout.row_headers == ("left", "window")
    assert {place["mask"] for place in plan.axes} == {"left", "window"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (encode(drawn(size=(60, 90))), "mask_files: window: it is 60 x 90 pixels, the source 90 x"),
        (encode(plain(SIZE, 0, "L")), "mask_files: window: the mask selects nothing.* #000000"),
        (encode(plain(SIZE, (9, 9, 9, 200), "RGBA")), "mask_files: window: the mask selects noth"),
        (encode(drawn((0, 0, 8, 59))), "window: nothing of it is selected at 64 x 64 pixels"),
    ],
    ids=["another shape", "black", "hardly transparent", "cut off"],
)
def test_a_mask_that_cannot_be_meant_is_refused_with_its_name(stack, data, said):
    refused(stack, said, **asked(stack, window=data))
    with pytest.raises(InvalidRequest, match=said):
        estimate(
            stack.store, stack.services, SOURCE,
            parse({**SMALL, **asked(stack, window=data)}), Files(mask_files={"window": data}),
        )  # fmt: skip


def test_a_file_that_is_missing_or_no_picture_is_told_by_its_name(stack):
    options = asked(stack, window=WINDOW)
    refused(stack, "mask_files: window: ", NotAPicture, **asked(stack, window=b"GIF89a"))
    refused(
        stack, "mask_files: window: ", NotInStore,
        **options | {"mask_files": {"window": "sources/gone"}},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"masks": ["file:window"]}, "masks: 'window' is no file of mask_files; there are none"),
        (
            {"masks": ["left"], "mask_files": {"window": "sources/a"}},
            "mask_files: 'window' is none of the masks: left",
        ),
        ({"mask_files": {"left": "sources/a"}}, "left: a mask of the pack is called so"),
        ({"mask_files": {"a\nb": "sources/a"}}, "one line of text"),
        ({"mask_files": {}}, "mask_files"),
        ({"mask_files": {"window": "elsewhere/a"}}, "mask_files"),
        ({"mask_files": {"window": ["sources/a", "sources/b"]}}, "there is one source"),
        ({"masks": ["file:"]}, "'file:' is no mask; there are: halves, .*file:NAME"),
        ({"recipe": "variations", "mask_files": {"a": "sources/a"}}, "has no use for it"),
    ],
)
def test_what_does_not_go_together_is_refused(options, said):
    with pytest.raises(InvalidRequest, match=said):
        parse(options)


def test_a_table_without_a_picture_has_nothing_to_mask(stack):
    options = asked(stack, window=WINDOW)

    with pytest.raises(InvalidRequest, match="masks: they say what of a picture is repainted"):
        start(stack, key=None, data=None, recipe="matrix", **options)


def test_a_mask_that_was_overwritten_after_the_door_is_not_used(stack):
    made = start(stack, **asked(stack, window=WINDOW))["id"]
    stack.put("sources/window", encode(noise(SIZE)))

    with pytest.raises(SourceChanged, match="sources/window was overwritten"):
        make_masks(stack.store, stack.services, made)
