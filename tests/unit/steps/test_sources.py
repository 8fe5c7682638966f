"""Several sources: each as in a collage of its own, side by side in one."""

import json
from collections import Counter

import pytest

from collage.errors import InvalidRequest, NotAPicture, SourceChanged, SourceTooLarge
from collage.provenance.explain import explain, request_of
from collage.request import rules
from collage.request.named_files import Files
from collage.request.parse import parse
from collage.steps.accept import let_in
from collage.steps.estimate import estimate
from tests.unit.pictures import decode, encode, noise, plain, quarters
from tests.unit.runs import SMALL, assemble, changed, prepare, render, small, start
from tests.unit.steps.test_own_masks import drawn

SIZES = {"field.png": (90, 60), "sea.png": (60, 90), "hill.png": (80, 80)}
PHOTOS = {name: encode(noise(size, 7)) for name, size in SIZES.items()}
STYLES = ["Cubism", "Baroque", "Op Art"]


def given(stack, *names, **options):
    """The options of a request for photos that are put in; all of them unless some are named."""
    for name, data in PHOTOS.items():
        stack.put(f"uploads/{name}", data)
    keys = [f"uploads/{name}" for name in names or PHOTOS]
    return {"key": None, "data": None, "styles": STYLES, "sources": keys, **options}


def made(stack, **options):
    """A collage to its end; its manifest."""
    collage, _ = prepare(stack, **options)
    plan = stack.store.plan(collage)
    for wave in plan.waves:
        render(stack, collage, map(plan.call, wave))
    return assemble(stack, collage)


def alone(stack, name, **options):
    """The plan of a collage of one photo."""
    collage, _ = prepare(stack, key=f"uploads/{name}", data=PHOTOS[name], styles=STYLES, **options)
    return stack.store.plan(collage)


@pytest.mark.parametrize(
    ("recipe", "options"),
    [
        ("collage", {"rows": 3, "cols": 4}),
        ("collage", {"rows": 3, "cols": 4, "order": "random"}),
        ("matrix", {"masks": ["left", "all"], "axes": {"seed": ["1", "2"]}}),
        ("transfer", {"rows": 3, "cols": 3}),
    ],
)
def test_a_tile_of_a_photo_is_that_of_a_collage_of_this_photo_alone(stack, recipe, options):
    together, _ = prepare(stack, **given(stack), recipe=recipe, **options)
    plan = stack.store.plan(together)

    shown = [plan.tiles[i] for i in plan.layout.cells]
    for number, name in enumerate(PHOTOS):
        of_it = {tile.key for tile in shown if plan.origins.number(tile) == number}
        single = alone(stack, name, recipe=recipe, **options)
        assert of_it
        assert of_it <= {tile.key for tile in single.tiles}


def test_the_tiles_of_single_photos_are_found_again(stack):
    for name, data in PHOTOS.items():
        collage, calls = prepare(
            stack, key=f"uploads/{name}", data=data, styles=STYLES, recipe="matrix"
        )
        render(stack, collage, calls)
        assemble(stack, collage)
    asked = parse({**small("matrix"), **without_files(given(stack)), "recipe": "matrix"})

    found = estimate(stack.store, stack.services, None, asked)
    manifest = made(stack, **given(stack), recipe="matrix", rows=3, cols=3)

    assert (found["tiles"], found["reused"]) == (0, 9)
    assert manifest.tile_counts == {"reused": 9}


def without_files(options):
    return {name: value for name, value in options.items() if name not in ("key", "data")}


def test_photos_stand_down_and_styles_across(stack):
    manifest = made(stack, **given(stack), recipe="matrix", rows=3, cols=3, cell=64)

    layout = manifest.layout
    assert (layout.rows, layout.cols) == (3, 3)
    assert (layout.row_axis, layout.row_headers) == ("source", tuple(PHOTOS))
    assert (layout.column_axis, layout.column_headers) == ("style", tuple(STYLES))
    assert [record.axes["source"] for record in manifest.tiles] == [
        name for name in PHOTOS for _ in STYLES
    ]
    # Every photo has the one shape of the cells, as it has alone.
    assert {decode(stack.store.tile(r.tile)[0]).size for r in manifest.tiles} == {(64, 64)}


def test_each_tile_says_its_photo_and_is_made_of_that(stack):
    manifest = made(stack, **given(stack), recipe="matrix", masks=["left"], rows=3, cols=3, cell=64)

    assert manifest.files.source is None
    assert list(manifest.sources) == sorted(PHOTOS)
    for record in manifest.tiles:
        file = manifest.files.sources[record.source]
        source = decode(stack.get(f"collages/{manifest.id}/{file}")).convert("RGB")
        tile = decode(stack.store.tile(record.tile)[0]).convert("RGB")
        assert tile.crop((32, 0, 64, 64)).tobytes() == source.crop((32, 0, 64, 64)).tobytes()
    assert {record.source for record in manifest.tiles} == {*PHOTOS}


def test_in_a_collage_photos_take_turns(stack):
    manifest = made(stack, **given(stack), rows=2, cols=5, labels=True, cell=128, size=128)

    counts = Counter(record.source for record in manifest.tiles)
    assert sorted(counts.values()) == [3, 3, 4]
    assert all(
        manifest.captions[record.index].endswith(f", {record.source}") for record in manifest.tiles
    )


def test_a_refused_draw_is_replaced_by_another_of_its_photo(stack):
    collage, _ = prepare(stack, **given(stack), replace_refused=True)
    plan = stack.store.plan(collage)

    for index, tile in enumerate(plan.tiles):
        spares = plan.spares_of(index)
        assert spares
        assert {plan.origins.number(spare) for spare in spares} == {plan.origins.number(tile)}


def test_larger_pictures_say_their_photo_too(stack):
    manifest = made(
        stack, **given(stack, "field.png", "sea.png"), rows=1, cols=2, upscale=2,
        upscaler="lanczos",
    )  # fmt: skip

    shown = [manifest.tiles[cell.tile] for cell in manifest.cells]
    assert {record.tile.operation for record in shown} == {"upscale"}
    assert {record.source for record in shown} == {"field.png", "sea.png"}


def test_variations_have_a_row_for_each_photo(stack):
    for name in ("field.png", "sea.png"):
        stack.put(f"uploads/{name}", PHOTOS[name])
    manifest = made(
        stack, key=None, data=None, recipe="variations", count=2,
        sources=["uploads/field.png", "uploads/sea.png"], rows=2, cols=2,
    )  # fmt: skip

    assert manifest.layout.row_headers == ("field.png", "sea.png")
    assert [r.source for r in manifest.tiles] == ["field.png"] * 2 + ["sea.png"] * 2


class TestOwnMasks:
    """Photos with masks of their own."""

    def with_masks(self, stack, recipe, **options):
        for name, size in SIZES.items():
            stack.put(f"sources/{name}", encode(drawn((20, 20, 50, 50), size)))
        stack.put("sources/other", encode(drawn((30, 30, 60, 60), SIZES["hill.png"])))
        mask_files = {
            "middle": [f"sources/{name}" for name in SIZES],
            "corner": [None, None, "sources/other"],
        }
        masks = ["left", "file:middle", "file:corner"]
        return given(stack, recipe=recipe, mask_files=mask_files, masks=masks, **options)

    def test_a_photo_is_repainted_through_its_own(self, stack):
        manifest = made(stack, **self.with_masks(stack, "collage", rows=4, cols=6))

        found = {(record.source, record.mask_name) for record in manifest.tiles}
        assert found == {
            *((name, mask) for name in PHOTOS for mask in ("left", "middle")),
            ("hill.png", "corner"),
        }
        of_middle = {r.tile.mask for r in manifest.tiles if r.mask == "middle"}
        assert len(of_middle) == 3

    def test_a_table_has_no_rows_of_masks_that_a_photo_lacks(self, stack):
        manifest = made(stack, **self.with_masks(stack, "matrix", rows=7, cols=3, cell=64))

        headers = manifest.layout.row_headers
        assert len(headers) == 7
        assert "corner, hill.png" in headers
        assert "corner, sea.png" not in headers

    def test_where_masks_stand_across_their_cells_are_empty(self, stack):
        manifest = made(
            stack,
            **self.with_masks(stack, "matrix", rows=3, cols=3, cell=64) | {"styles": ["Cubism"]},
        )

        assert (manifest.layout.rows, manifest.layout.cols) == (3, 3)
        assert manifest.cell_counts == {"done": 7, "empty": 2}

    def test_its_tiles_are_those_of_the_photo_alone(self, stack):
        together, _ = prepare(stack, **self.with_masks(stack, "collage", rows=4, cols=6))
        plan = stack.store.plan(together)
        of_it = {tile.key for tile in plan.tiles if plan.origins.source(tile) == "sea.png"}

        single = alone(
            stack, "sea.png", rows=4, cols=6, masks=["left", "file:window"],
            mask_files={"window": "sources/sea.png"},
        )  # fmt: skip

        assert of_it == {tile.key for tile in single.tiles}

    def test_a_mask_of_another_photo_is_refused_with_both_names(self, stack):
        options = self.with_masks(stack, "collage")
        options["mask_files"]["middle"].reverse()

        with pytest.raises(
            InvalidRequest, match=r"middle of field\.png: it is 80 x 80 pixels, the"
        ):
            start(stack, **options)

    def test_a_photo_without_any_mask_is_refused(self, stack):
        options = self.with_masks(stack, "collage") | {"masks": ["file:middle", "file:corner"]}
        options["mask_files"]["middle"][0] = None

        with pytest.raises(InvalidRequest, match=r"the source field\.png has none of the masks"):
            start(stack, **options)


def test_a_collage_explains_its_photos_and_is_made_of_them_again(stack):
    manifest = made(stack, **given(stack), recipe="matrix", rows=3, cols=3, cell=64)
    picture = stack.store.collage(manifest.id)

    assert list(explain(picture).collage.sources) == list(PHOTOS)
    assert explain(picture, cell=(1, 0)).end.source == "sea.png"
    again = request_of(picture, *PHOTOS.values()).model_dump(mode="json")
    assert start(stack, key=None, data=None, **again)["id"] == manifest.id
    with pytest.raises(SourceChanged, match=r"in this order: field\.png, sea\.png, hill\.png"):
        request_of(picture, *reversed(PHOTOS.values()))
    with pytest.raises(SourceChanged, match="in this order"):
        request_of(picture, PHOTOS["sea.png"])


def test_an_id_goes_by_photos_their_order_and_their_names_but_not_by_keys(stack):
    names = [*PHOTOS]
    one = start(stack, **given(stack))["id"]
    for name, data in PHOTOS.items():
        stack.put(f"sources/{name}", data)
    other = [f"sources/{name}" for name in names]

    same = start(stack, **given(stack) | {"sources": other, "source_names": names})["id"]
    called = start(stack, **given(stack) | {"sources": other})["id"]
    turned = start(stack, **given(stack, *reversed(names)))["id"]

    assert same == one
    assert len({one, called, turned}) == 3
    assert stack.store.accepted(called).request.source_names == ("1", "2", "3")
    files = Files(sources=tuple(PHOTOS.values()))
    asked = parse({**SMALL, **without_files(given(stack))})
    assert let_in(stack.services, asked, None, files).id == one


def test_records_of_one_photo_are_written_as_before(stack):
    collage, _ = prepare(stack, styles=STYLES)

    for name in ("request", "prepared", "plan"):
        record = json.loads(stack.get(f"collages/{collage}/{name}.json"))
        assert not {"sources", "mask_files"} & record.keys()
        assert not {"sources", "source_names", "mask_files"} & record.get("request", {}).keys()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sources": ["uploads/a"]}, "at least 2"),
        ({"sources": ["uploads/a", "elsewhere/b"]}, "sources"),
        ({"sources": ["uploads/a", "uploads/b"], "source_names": ["a"]}, "1 names for 2 sources"),
        (
            {"sources": ["uploads/a", "uploads/b"], "source_names": ["a", "a"]},
            "two sources are called 'a'",
        ),
        ({"source_names": ["a", "b"]}, "2 names for 0 sources"),
        (
            {"sources": ["uploads/a", "uploads/b"], "mask_files": {"m": ["uploads/c"]}},
            "'m' has a list of 1 files; there are 2 sources",
        ),
        *(
            (
                {"recipe": recipe, "sources": ["uploads/a", "uploads/b"], **more},
                f"sources?_?n?a?m?e?s?: the recipe {recipe} has no use for it",
            )
            for recipe, more in (
                ("erase", {"rects": ["0:9x0:9"]}),
                ("panorama", {"target": "192x96"}),
                ("interpolation", {"prompt": "a cat", "engine": "diffusion"}),
                ("samples", {"prompt": "a cat"}),
            )
        ),
    ],
)
def test_what_does_not_go_together_is_refused(options, said):
    with pytest.raises(InvalidRequest, match=said):
        parse(options)


def test_a_source_beside_several_is_refused():
    asked = parse({"sources": ["uploads/a", "uploads/b"]})

    rules.served(asked, has_source=False)
    with pytest.raises(InvalidRequest, match="sources: give source or sources, not both"):
        rules.served(asked, has_source=True)


def test_a_photo_that_is_refused_is_named(stack):
    options = given(stack)
    stack.put("uploads/sea.png", b"GIF89a")
    with pytest.raises(NotAPicture, match=r"^sources: sea\.png: "):
        start(stack, **options)
    stack.put("uploads/sea.png", PHOTOS["field.png"])
    with pytest.raises(InvalidRequest, match=r"sources: field\.png and sea\.png are the same"):
        start(stack, **options)
    assert not stack.started


def test_photos_that_are_the_same_at_the_size_of_tiles_are_refused_before_a_plan(stack):
    stack.put("uploads/red.png", encode(plain((64, 64), (200, 0, 0))))
    stack.put("uploads/rose.png", encode(plain((96, 64), (200, 0, 0))))
    options = {"sources": ["uploads/red.png", "uploads/rose.png"], "styles": STYLES}

    with pytest.raises(InvalidRequest, match=r"red\.png and rose\.png are the same at 64 x 64"):
        estimate(stack.store, stack.services, None, parse({**SMALL, **options}))


def test_photos_have_together_no_more_than_the_door_can_decode(stack):
    services = changed(stack, max_source_pixels=6000)
    asked = parse({**SMALL, "sources": [f"uploads/{n}" for n in range(4)]})
    photos = tuple(encode(quarters(size)) for size in ((90, 60), (60, 90), (89, 60), (88, 61)))

    with pytest.raises(SourceTooLarge, match="sources: together they have 21,508 pixels; at most"):
        let_in(services, asked, None, Files(sources=photos))


def test_a_single_tile_of_a_photo_is_made_again(stack):
    options = given(stack, masks=["file:middle"], mask_files={"middle": []}, rows=2, cols=3)
    for name, size in SIZES.items():
        stack.put(f"sources/{name}", encode(drawn((20, 20, 50, 50), size)))
        options["mask_files"]["middle"].append(f"sources/{name}")
    before, _ = prepare(stack, **options)
    again, _ = prepare(stack, **options, again={"1": {"seed": 77}})

    first, then = (stack.store.plan(made) for made in (before, again))
    assert [a.key == b.key for a, b in zip(first.tiles, then.tiles, strict=True)] == [
        index != 1 for index in range(6)
    ]
    assert then.tiles[1].seed == 77
    assert (then.origins.source(then.tiles[1]), then.origins.mask(then.tiles[1])) == (
        "sea.png",
        "middle",
    )
