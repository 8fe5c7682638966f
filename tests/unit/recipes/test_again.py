"""Single tiles of a plan are changed; all others keep the keys that they had."""

import pytest

from collage import engines, weights
from collage.errors import InvalidRequest
from collage.fields.again import TileChange
from collage.fields.fields import OPTIONS
from collage.recipes.recipe import Ingredients
from collage.request import rules
from collage.request.parse import parse
from tests.unit.plans import models, planned

FILES = {"unet/model.safetensors": {"sha256": "0" * 64, "size": 3}}
KINDS = {
    "kandinsky": "image-embedding",
    "vqmodel": "vector-quantized",
    "dalle-dvae": "discrete-vae",
    "sdxl-inpainting": "inpainting",
}
WEIGHTS = weights.Weights.model_validate(
    {
        "families": {
            name: {"kind": kind, "repository": "a/b", "licence": "mit", "files": FILES}
            for name, kind in KINDS.items()
        }
    }
)

PAIR = {"styles": ["Cubism", "Baroque"]}
TRIO = {"styles": ["Cubism", "Baroque", "Op Art"], "rows": 2, "cols": 3}

SMALLEST = {
    "collage": TRIO,
    "matrix": {"subjects": ["a cat", "a dog"], "axes": {"seed": ["3", "8"]}, **PAIR},
    "transfer": {**TRIO, "engine": "stylizer"},
    "samples": {"prompt": "a {red|blue} boat", "grid_size": 2, "seed": 40},
    "variations": {"count": 3, "engine": "openai"},
    "erase": {"rects": ["3:20x10:30"], "count": 2, "engine": "openai", "quality": "low"},
    "interpolation": {"prompt": "a sea", "steps": 2, "engine": "diffusion"},
    "reconstruction": {"engine": "diffusion"},
}


def keys(made):
    return [tile.key for tile in made.tiles]


def another(made, **again):
    """The same request with changes."""
    given = made.request.model_dump(mode="json", exclude_unset=True)
    return planned(weights=WEIGHTS, **{**given, "again": again})


def number(tile, value):
    """A change to another picture of the same, as its engine counts."""
    return {"sample" if tile.seed is None else "seed": value}


def made_by(recipe, **more):
    return planned(weights=WEIGHTS, recipe=recipe, **{**SMALLEST[recipe], **more})


@pytest.mark.parametrize("recipe", sorted(SMALLEST))
def test_one_tile_has_another_number_and_all_others_their_keys(recipe):
    first = made_by(recipe)
    shown = [cell for cell in first.layout.cells if cell is not None][-1]

    again = another(first, **{str(shown): number(first.tiles[shown], 77)})

    alike = [a == b for a, b in zip(keys(first), keys(again), strict=False)]
    assert alike.count(False) == 1
    assert alike.index(False) == shown
    assert again.layout == first.layout
    assert set(keys(first)) - set(keys(again)) == {first.tiles[shown].key}
    assert again.changes[shown] == {k: str(v) for k, v in number(first.tiles[shown], 77).items()}


@pytest.mark.parametrize("recipe", sorted(SMALLEST))
def test_what_a_change_leaves_open_stays_as_it_was_unfolded(recipe):
    made = made_by(recipe)
    for tile, place in zip(made.tiles, made.axes or [{}] * len(made.tiles), strict=True):
        if engines.ENGINES[tile.engine].identity:
            continue
        ingredients = Ingredients(
            request=made.request,
            styles=made.styles.styles,
            source=made.prepared.source,
            masks=made.prepared.masks,
            models=models(),
            weights=WEIGHTS,
        )
        own = tile.seed if tile.sample is None else tile.sample
        same = ingredients.changed(tile, place, TileChange(**number(tile, own)))
        if tile.prompt:
            assert ingredients.changed(tile, place, TileChange(prompt=tile.prompt)) == tile
        assert ingredients.changed(tile, place, TileChange(engine=tile.engine)) == tile
        assert same == tile


def test_an_option_that_an_engine_is_given_can_be_another_for_one_tile():
    assert set(OPTIONS) < TileChange.model_fields.keys()


def test_a_changed_tile_says_so_on_its_label():
    made = another(
        made_by("collage", engine="openai", labels=True),
        **{"1": {"sample": 4, "quality": "high"}, "2": {"prompt": "a red barn"}},
    )

    labels = [made.captions[i] for i in range(len(made.tiles))]
    assert labels[1].endswith(", sample 4, quality high")
    assert labels[2] == "a red barn"
    assert labels[0] == made.tiles[0].caption()


def test_another_engine_has_its_own_model_options_and_numbers():
    first = made_by("erase", model="gpt-image-1")
    made = another(first, **{"1": {"engine": "painter"}})

    tile = made.tiles[1]
    assert (tile.engine, tile.model, tile.options) == ("painter", "painter-1", {})
    assert (tile.seed, tile.sample) == (1, None)
    back = another(made_by("erase", engine="painter", quality=None), **{"1": {"engine": "openai"}})
    assert (back.tiles[1].seed, back.tiles[1].sample, back.tiles[1].model) == (None, 1, "gpt-image")


def test_a_cell_of_a_table_keeps_its_place():
    first = made_by("matrix")
    made = another(first, **{"0": {"seed": 5}})

    assert (first.tiles[0].seed, made.tiles[0].seed) == (3, 5)
    assert made.axes == first.axes
    assert made.layout.row_headers == first.layout.row_headers


def test_a_transfer_that_is_made_for_one_cell_is_one_call_more():
    first = made_by("transfer")
    cell = first.layout.cells[0]
    made = another(first, **{str(cell): {"prompt": "in the style of a woodcut"}})

    own = made.tiles[-1]
    assert len(made.tiles) == len(first.tiles) + 1
    assert (own.operation, own.prompt) == ("transfer", "in the style of a woodcut")
    assert made.tiles[cell].prompt == own.prompt
    assert made.tiles[cell].mask == first.tiles[cell].mask
    (composed,) = (c for c in made.compositions if c.digest == made.tiles[cell].source)
    assert own.key in {piece.tile for piece in composed.pieces}
    # The cell is made in a wave after its transfer.
    waves = {tile: w for w, calls in enumerate(made.waves) for c in calls for tile in made.calls[c]}
    assert waves[len(made.tiles) - 1] < waves[cell]


def test_what_is_made_larger_in_the_end_is_made_larger_of_the_changed_tile():
    first = made_by("collage", upscale=2)
    made = another(first, **{"3": {"seed": 9}})

    differ = [i for i, (a, b) in enumerate(zip(keys(first), keys(made), strict=True)) if a != b]
    assert differ == [3, 9]
    assert made.changes[9] == {"seed": "9"}


def test_spares_stay_as_they_were():
    options = {"replace_refused": True, "engine": "openai"}
    first = made_by("collage", **options)

    assert another(first, **{"0": {"sample": 3}}).spares == first.spares


@pytest.mark.parametrize(
    ("recipe", "again", "said"),
    [
        ("collage", {"6": {"seed": 1}}, "again: tile 6: there is none; the last is 5"),
        ("transfer", {"0": {"seed": 1}}, "again: tile 0: it is there for others to be made from"),
        ("reconstruction", {"0": {"seed": 1}}, "again: tile 0: it shows the source as it is"),
    ],
)
def test_what_the_plan_has_not_cannot_be_changed(recipe, again, said):
    with pytest.raises(InvalidRequest, match=said):
        another(made_by(recipe), **again)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"again": {"0": {}}}, "tile 0: it says nothing; there are: seed, sample, prompt"),
        ({"again": {"0": {"seed": -2}}}, "tile 0, seed: Input should be greater than or equal"),
        ({"again": {"0": {"colour": "red"}}}, "tile 0, colour: there is no such change; there"),
        ({"again": {"07": {"seed": 1}}}, "'07' is no number of a tile"),
        ({"again": {"0": {"engine": "oil"}}}, "tile 0, engine: 'oil' is no engine; there are"),
        ({"again": {"0": {"sample": 1}}}, "tile 0: painter numbers no samples; give seed"),
        ({"again": {"0": {"quality": "low"}}}, "tile 0: the engine painter has no quality"),
        ({"again": {"0": {"model": "x"}}}, "tile 0: the engine painter has only the model"),
        (
            {"again": {"3": {"engine": "openai", "seed": 1}}},
            "tile 3: openai has no seeds; give sample",
        ),
        (
            {"again": {"0": {"engine": "openai", "quality": "best"}}},
            "tile 0: quality: 'best' is none of: low",
        ),
        (
            {"recipe": "panorama", "target": "96x64", "again": {"0": {"seed": 1}}},
            "the tiles of the recipe panorama are made from one another",
        ),
        (
            {"recipe": "transfer", "again": {"9": {"engine": "openai"}}},
            "tile 9: in the recipe transfer a tile keeps its engine and model",
        ),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_its_tile(options, said):
    with pytest.raises(InvalidRequest) as refused:
        parse(options)

    assert str(refused.value).startswith(f"again: {said}")
    assert refused.value.fields[0].field == "again"


def test_an_engine_that_cannot_do_it_is_named_as_that_of_a_change():
    asked = parse({"again": {"0": {"engine": "diffusion"}, "1": {"engine": "bedrock"}}})
    rules.served(asked, True)
    unable = parse({"recipe": "reconstruction", "engine": "diffusion"}).model_dump(mode="json")

    with pytest.raises(InvalidRequest, match="again: engine: painter cannot reconstruct"):
        rules.served(parse({**unable, "again": {"1": {"engine": "painter"}}}), True)
