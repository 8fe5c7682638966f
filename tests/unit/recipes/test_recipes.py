"""Recipes: which tiles a request unfolds into, and where they stand."""

from importlib import import_module
from pathlib import Path

import pytest

from collage import recipes
from collage.errors import InvalidRequest
from collage.plan import Plan
from collage.recipes import panorama
from collage.recipes.recipe import Recipe
from collage.request import rules
from collage.request.parse import complete, parse
from tests.unit.plans import SOURCE, planned

STYLES = ["Cubism", "Baroque", "Op Art"]

SMALLEST = {
    "collage": {"styles": STYLES, "rows": 2, "cols": 3},
    "matrix": {"subjects": ["a cat", "a boat"], "styles": STYLES},
    "samples": {"prompt": "a cat"},
    "variations": {},
    "erase": {"rects": ["3:20x10:30"]},
    "panorama": {"target": "192x96"},
    "transfer": {"styles": STYLES},
    "interpolation": {"prompt": "a cat", "engine": "diffusion"},
    "reconstruction": {"engine": "diffusion"},
}
"""For each recipe what it cannot do without."""


def test_every_recipe_that_has_a_class_is_in_the_list():
    folder = Path(recipes.__file__).parent
    for file in folder.glob("*.py"):
        import_module(f"collage.recipes.{file.stem}")

    classes = {kind for kind in Recipe.__subclasses__() if kind.__module__.startswith("collage.")}
    assert classes == {type(recipe) for recipe in recipes.RECIPES.values()}
    assert SMALLEST.keys() == recipes.RECIPES.keys(), "each says here what it cannot do without"


def served(name, has_source=True, **options):
    """A request held to all rules that need no picture."""
    asked = parse({"recipe": name, **SMALLEST[name], **options})
    rules.served(asked, has_source)
    return asked


def keys(plan):
    return [tile.key for tile in plan.tiles]


@pytest.mark.parametrize("name", sorted({*SMALLEST} - {"interpolation", "reconstruction"}))
def test_a_plan_of_every_recipe_outlives_its_way_through_json(name):
    made = planned(recipe=name, **SMALLEST[name])

    again = Plan.model_validate_json(made.model_dump_json())

    assert again == made
    assert keys(again) == keys(made)
    assert len(made.layout.cells) == made.layout.rows * made.layout.cols
    assert {cell for cell in made.layout.cells if cell is not None} <= set(range(len(made.tiles)))


@pytest.mark.parametrize("name", sorted({*SMALLEST} - {"interpolation", "reconstruction"}))
def test_a_completed_request_stays_as_it_is(name):
    made = planned(recipe=name, **SMALLEST[name])

    again = complete(parse(made.request.model_dump(mode="json")), (64, 64))

    assert again == made.request


def test_a_recipe_refuses_the_fields_of_others():
    with pytest.raises(InvalidRequest, match="grid_size: the recipe collage has no use for it"):
        parse({"grid_size": 3})
    with pytest.raises(InvalidRequest, match="masks: the recipe samples has no use for it"):
        parse({"recipe": "samples", "prompt": "a cat", "masks": ["left"]})


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("samples", {"prompt": None}, "prompt: the recipe samples needs one"),
        ("panorama", {"target": None}, "target: a panorama needs"),
        ("erase", {"rects": []}, "one of them"),
        ("erase", {"transparency": True}, "one of them"),
        ("erase", {"rects": ["20:3x10:30"]}, "20:3x10:30 holds no pixel"),
        ("erase", {"rects": ["3-20x10:30"]}, "TOP:BOTTOMxLEFT:RIGHT"),
        ("matrix", {"axes": {"colour": ["red"]}}, "'colour' is no axis; there are: engine, model"),
        ("matrix", {"axes": {"seed": ["one"]}}, "seed=one"),
        ("matrix", {"axes": {"engine": ["steam"]}}, "'steam' is no engine"),
        ("matrix", {"axes": {"seed": ["1", "1"]}}, "seed needs different values"),
        ("matrix", {"axes": {"quality": ["low"]}}, "quality: of painter no engine has it"),
        ("matrix", {"prompt_template": "{subject}"}, "must hold {styles} once"),
        ("samples", {"guidance_scale": 7.5}, "guidance_scale: of painter no engine has it"),
        ("samples", {"model": "gpt-image-2"}, "model: the engine painter has only painter-1"),
        ("collage", {"upscale": 2, "replace_refused": True}, "upscale: it cannot go with"),
        ("collage", {"upscale": 3}, "upscale"),
    ],
)
def test_what_does_not_go_together_is_refused(name, options, said):
    with pytest.raises(InvalidRequest) as caught:
        parse({"recipe": name, **SMALLEST[name], **options})

    assert said in str(caught.value)


def test_a_source_is_given_where_a_recipe_needs_one_and_only_there():
    with pytest.raises(InvalidRequest, match="source: the recipe variations needs a picture"):
        served("variations", has_source=False)
    with pytest.raises(InvalidRequest, match="source: the recipe samples has no use for a picture"):
        served("samples", has_source=True)
    assert served("matrix", has_source=False)
    assert served("matrix", has_source=True)


def test_an_engine_that_cannot_is_refused_with_those_that_can():
    with pytest.raises(InvalidRequest, match=r"engine: painter cannot reconstruct.*: diffusion\."):
        served("reconstruction", engine="painter")


def test_a_larger_grid_of_samples_contains_the_smaller_one():
    small, large = (planned(recipe="samples", prompt="a cat", grid_size=g, seed=5) for g in (2, 3))

    assert keys(large)[:4] == keys(small)
    assert [tile.seed for tile in large.tiles] == list(range(5, 14))
    assert large.layout.cells == tuple(range(9))


def test_samples_of_an_engine_without_seeds_are_numbered_and_made_by_few_calls():
    asked = {"recipe": "samples", "prompt": "a cat", "grid_size": 4, "engine": "openai"}
    made = planned(**asked, quality="low")
    slow = planned(**asked)

    assert [tile.sample for tile in made.tiles] == list(range(16))
    assert [len(call) for call in made.calls] == [10, 6]
    assert [len(call) for call in slow.calls] == [2] * 8


def test_samples_of_alternatives_stand_below_each_other():
    made = planned(recipe="samples", prompt="a {red|blue} cat", grid_size=2)

    assert [tile.prompt for tile in made.tiles] == ["a red cat"] * 4 + ["a blue cat"] * 4
    assert made.layout.row_headers == ("a red cat", "", "a blue cat", "")


def test_variations_have_the_shape_of_the_source_and_leave_the_last_cells_empty():
    made = planned(recipe="variations", count=5)

    assert {tile.size for tile in made.tiles} == {(64, 64)}
    assert {tile.operation for tile in made.tiles} == {"variation"}
    assert made.layout.cells == (0, 1, 2, 3, 4, None)


def test_a_rectangle_to_erase_is_brought_to_the_prepared_size_and_must_lie_inside():
    asked = parse({"recipe": "erase", "rects": ["3:20x11:31"], "size": 32})

    shape = recipes.RECIPES["erase"].masks(asked, (64, 64))["erased"]

    assert (shape.size, shape.edited) == ((32, 32), ((5, 1, 16, 10),))
    with pytest.raises(InvalidRequest, match="rects: 0:65x0:1 is not inside the source"):
        planned(recipe="erase", rects=["0:65x0:1"])


def test_a_table_has_a_cell_for_every_pair_and_headings():
    made = planned(recipe="matrix", **SMALLEST["matrix"])

    assert (made.layout.rows, made.layout.cols) == (2, 3)
    assert made.layout.column_headers == tuple(STYLES)
    assert made.layout.row_headers == ("a cat", "a boat")
    for cell, tile in enumerate(made.tiles):
        row, col = divmod(cell, 3)
        assert tile.prompt == f"{made.layout.row_headers[row]} in the style of {STYLES[col]}"
        assert made.axes[cell]["style"] == STYLES[col]
        assert made.axes[cell]["subject"] == made.layout.row_headers[row]


def test_a_template_says_where_the_subject_goes():
    made = planned(
        recipe="matrix",
        subjects=["a cat"],
        styles=["Cubism"],
        prompt_template="{styles}, showing {subject}",
    )

    assert [tile.prompt for tile in made.tiles] == ["Cubism, showing a cat"]


def test_further_axes_are_blocks_of_rows():
    made = planned(
        recipe="matrix",
        subjects=["a cat", "a boat"],
        styles=["Cubism", "Baroque"],
        axes={"seed": ["3", "4"], "engine": ["painter", "openai"]},
    )

    assert made.layout.row_headers[:3] == (
        "3, painter, a cat",
        "3, painter, a boat",
        "3, openai, a cat",
    )
    assert [tile.engine for tile in made.tiles[:6:2]] == ["painter", "painter", "openai"]
    assert [tile.seed for tile in made.tiles[:6]] == [3, 3, 3, 3, None, None]
    assert len(made.tiles) == 16


def test_a_table_over_a_source_repaints_it():
    made = planned(recipe="matrix", styles=STYLES, masks=["left", "all"])

    assert {tile.operation for tile in made.tiles} == {"inpaint"}
    assert made.layout.row_headers == ("left", "all")
    assert planned(recipe="matrix", styles=STYLES).layout.rows == 1


@pytest.mark.parametrize("anchor", ["centre", "left", "top-right", "bottom"])
@pytest.mark.parametrize("target", [(64, 200), (190, 64), (150, 131), (65, 64)])
@pytest.mark.parametrize("overlap", [0.5, 0.8])
def test_every_pixel_of_a_panorama_is_painted_once_and_from_enough_context(anchor, target, overlap):
    made = planned(recipe="panorama", target=target, anchor=anchor, overlap=overlap)
    width, height = target
    owners = [[0] * width for _ in range(height)]
    whole = made.compositions[-1]

    for piece in whole.pieces:
        left, top = piece.at
        for y in range(top, top + piece.box[3] - piece.box[1]):
            for x in range(left, left + piece.box[2] - piece.box[0]):
                owners[y][x] += 1

    assert whole.size == target
    assert {owner for row in owners for owner in row} == {1}
    assert sum(piece.tile is None for piece in whole.pieces) == 1
    for frame in panorama._frames(made.request):
        ((left, top, right, bottom),) = frame.mask.edited
        assert (right - left) * (bottom - top) <= (1 - overlap + 0.02) * frame.size[0] * frame.size[
            1
        ]


def test_a_step_is_made_after_those_that_it_goes_on_from():
    made = planned(recipe="panorama", target="190x131")
    wave = {index: number for number, calls in enumerate(made.waves) for index in calls}
    order = {made.tiles[i].key: wave[call] for call, tiles in enumerate(made.calls) for i in tiles}

    for call in range(len(made.calls)):
        composition = made.call(call).composition
        below = [piece.tile for piece in composition.pieces if piece.tile]
        assert all(order[key] < wave[call] for key in below)


def test_a_panorama_must_be_larger_than_the_source():
    with pytest.raises(InvalidRequest, match="target: 64x64 is not larger than the source"):
        planned(recipe="panorama", target=f"{SOURCE.width}x{SOURCE.height}")
    with pytest.raises(InvalidRequest, match="target: 128x32 is not larger"):
        planned(recipe="panorama", target="128x32")


def test_upscaled_tiles_are_made_last_from_the_others_and_are_what_is_shown():
    plain = planned(recipe="samples", prompt="a cat", grid_size=2, size=64, cell=64)
    made = planned(recipe="samples", prompt="a cat", grid_size=2, size=64, cell=64, upscale=4)

    assert keys(made)[:4] == keys(plain)
    assert [len(wave) for wave in made.waves] == [4, 4]
    assert made.layout.cells == (4, 5, 6, 7)
    assert made.layout.cell == (256, 256)
    for small, large in zip(made.tiles[:4], made.tiles[4:], strict=True):
        assert (large.operation, large.size, large.options) == (
            "upscale",
            (256, 256),
            {"scale": "4"},
        )
        assert large.key != small.key
    assert [made.call(i).composition.pieces[0].tile for i in made.waves[1]] == keys(made)[:4]


@pytest.mark.parametrize(
    ("given", "engine", "model"),
    [
        ({}, "upscaler", "span-x4-ch48"),
        ({"upscaler": "span"}, "upscaler", "span-x4-ch48"),
        ({"upscaler": "realesrgan"}, "upscaler", "realesrgan-x4plus"),
        ({"upscaler": "lanczos"}, "painter", "painter-1"),
    ],
)
def test_a_request_says_what_makes_its_pictures_larger_or_it_is_what_learned_to(
    given, engine, model
):
    for asked in ("openai", "painter"):
        made = planned(recipe="samples", prompt="a cat", engine=asked, upscale=2, **given)

        assert {(tile.engine, tile.model) for tile in made.tiles[9:]} == {(engine, model)}


def test_a_template_with_alternatives_gives_each_draw_each_of_them():
    options = {"styles": STYLES, "masks": ["left", "top"], "rows": 3, "cols": 4}
    made = planned(**options, prompt_template="{a|an old} picture in the style of {styles}")

    draws = {(tile.mask, tile.styles, tile.prompt.split()[1]) for tile in made.tiles}
    assert len(made.tiles) == len(draws) == 12
    assert {prompt for *_, prompt in draws} == {"picture", "old"}


@pytest.mark.parametrize("name", sorted(SMALLEST))
def test_a_grid_that_is_asked_for_is_filled_or_refused(name):
    options = {"recipe": name, **SMALLEST[name], "rows": 7, "cols": 5}

    if recipes.RECIPES[name].own_grid:
        with pytest.raises(InvalidRequest, match="leave rows out") as caught:
            complete(parse(options), (64, 64))
        assert [error.field for error in caught.value.fields] == ["rows"]
    else:
        assert len(planned(**options).layout.cells) == 7 * 5


@pytest.mark.parametrize("name", sorted(SMALLEST))
def test_a_request_with_the_grid_that_follows_is_what_it_was(name):
    once = complete(parse({"recipe": name, **SMALLEST[name]}), (64, 64))

    assert complete(parse(once.model_dump(exclude_unset=True)), (64, 64)) == once
