import os
import subprocess
import sys
from collections import Counter
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collage import plan, waves
from collage.digest import canonical
from collage.errors import InvalidRequest, NoStyles, TooManyCombinations
from collage.pictures import masks
from collage.plan import Plan, Styles
from collage.prepared import Prepared
from collage.tile import Interned, Tile
from tests.unit.plans import ACCOUNTS, accepted, models, planned


def draw(tile):
    return tile.mask, tile.styles


@st.composite
def options(draw, most=3):
    """A request over a small space of draws, with a cell for each of them."""
    size = draw(st.integers(1, most))
    count = draw(st.integers(size, 8))
    chosen = draw(
        st.lists(st.sampled_from(sorted(masks.MASKS)), min_size=1, max_size=5, unique=True)
    )
    space = len(chosen) * comb(count, size)
    return {
        "styles": [f"Style {i}" for i in range(count)],
        "combine": size,
        "masks": chosen,
        "seed": draw(st.integers(0, 2**64 - 1)),
        "rows": 20,
        "cols": -(-space // 20),
    }


def space_of(asked):
    return len(asked["masks"]) * comb(len(asked["styles"]), asked["combine"])


@given(options())
def test_every_draw_is_made_once_when_there_is_room_for_all(asked):
    made = planned(**asked)

    assert len(made.tiles) == space_of(asked)
    assert len({(mask, frozenset(names)) for mask, names in map(draw, made.tiles)}) == space_of(
        asked
    )


@given(options())
def test_any_first_tiles_use_the_masks_evenly(asked):
    counts = Counter(dict.fromkeys(asked["masks"], 0))

    for tile in planned(**asked).tiles:
        counts[tile.mask] += 1
        assert max(counts.values()) - min(counts.values()) <= 1


@given(options(most=2))
def test_any_first_tiles_use_the_styles_about_evenly(asked):
    counts = Counter(dict.fromkeys(asked["styles"], 0))

    for tile in planned(**asked).tiles:
        counts.update(tile.styles)
        assert max(counts.values()) - min(counts.values()) <= 3


def test_the_usual_hundred_of_four_hundred_and_twenty_draws_are_even_all_the_way():
    made = planned()
    counts = Counter(dict.fromkeys(made.styles.styles, 0))

    assert len(made.tiles) == 100
    assert set(Counter(tile.mask for tile in made.tiles).values()) == {25}
    for tile in made.tiles:
        counts.update(tile.styles)
        assert max(counts.values()) - min(counts.values()) <= 2


@given(options(), st.data())
def test_a_larger_count_begins_with_the_smaller(asked, data):
    count = data.draw(st.integers(1, space_of(asked)))

    assert planned(**asked, tiles=count).tiles == planned(**asked).tiles[:count]


@given(options())
def test_the_random_order_is_a_permutation_of_all_draws(asked):
    balanced, random = planned(**asked), planned(**asked, order="random")

    assert sorted(map(draw, random.tiles)) == sorted(map(draw, balanced.tiles))


@pytest.mark.parametrize("order", ["balanced", "random"])
def test_another_seed_gives_another_order(order):
    assert [draw(t) for t in planned(order=order).tiles] != [
        draw(t) for t in planned(order=order, seed=1).tiles
    ]


SCRIPT = """
from tests.unit.plans import planned
from collage.digest import canonical
import sys
for order in ("balanced", "random"):
    made = planned(order=order, rows=12, cols=12, styles=["Cubism", "Baroque", "Op Art", "\\u6d6e"])
    sys.stdout.buffer.write(canonical(made.model_dump(mode="json")) + b"\\n")
"""


def test_a_plan_is_the_same_in_every_process_byte_for_byte():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }

    assert len(outputs) == 1
    assert len(outputs.pop()) > 10_000


def test_a_plan_outlives_its_way_through_json():
    made = planned(rows=3, cols=4, styles=["Cubism", "浮世絵", "Op Art"])

    again = Plan.model_validate_json(canonical(made.model_dump(mode="json")))

    assert again == made
    assert [tile.key for tile in again.tiles] == [tile.key for tile in made.tiles]


def test_the_order_of_the_masks_does_not_depend_on_a_way_through_json():
    asked = accepted(masks=["top", "bottom", "left", "right"])
    listed = Styles(styles=("Cubism", "Baroque", "Op Art"), origin="request")
    prepared = Prepared(source="s", masks={name: name * 2 for name in asked.request.masks})
    stored = Prepared.model_validate_json(canonical(prepared.model_dump(mode="json")))

    assert [draw(tile) for tile in plan.make(asked, listed, stored, models(), ACCOUNTS).tiles] == [
        draw(tile) for tile in plan.make(asked, listed, prepared, models(), ACCOUNTS).tiles
    ]


OTHER = {
    "operation": "outpaint",
    "prompt": "in the style of Baroque and Cubism",
    "styles": ("Baroque", "Cubism"),
    "mask": "top",
    "mask_sha256": "b" * 64,
    "source": "c" * 64,
    "engine": "openai",
    "model": "painter-2",
    "options": {"quality": "low"},
    "size": (512, 256),
    "seed": 8,
    "sample": 8,
    "preserve": False,
}
"""For each field of a tile, a value that the tile in the test does not have."""


@pytest.mark.parametrize("field", Tile.model_fields)
def test_the_key_changes_with_everything_that_conditions_the_tile(field):
    asked = {"styles": ["Cubism", "Baroque"], "masks": ["left"], "size": "256x512", "seed": 7}
    tile = planned(**asked).tiles[0]

    other = Tile.model_validate({**tile.model_dump(), field: OTHER[field]})

    assert other.key != tile.key


@pytest.mark.parametrize("cells", [(10, 10), (30, 30)])
def test_keys_are_unique_in_a_plan(cells):
    made = planned(rows=cells[0], cols=cells[1], tiles=cells[0] * cells[1])

    assert len({tile.key for tile in made.tiles}) == cells[0] * cells[1]


def test_without_a_number_every_draw_is_made_once_but_never_more_than_there_are_cells():
    assert len(planned(rows=30, cols=30).tiles) == 4 * 105
    assert len(planned(rows=2, cols=3).tiles) == 6
    assert len(planned(rows=2, cols=3, tiles=4).tiles) == 4


def test_more_tiles_than_draws_go_on_with_the_next_seeds():
    asked = {"styles": ["Cubism", "Baroque", "Op Art"], "rows": 6, "cols": 6, "seed": 5}

    tiles = planned(**asked, tiles=30).tiles

    assert [tile.seed for tile in tiles] == [5] * 12 + [6] * 12 + [7] * 6
    assert list(map(draw, tiles[12:24])) == list(map(draw, tiles[:12]))
    assert list(map(draw, tiles[24:])) == list(map(draw, tiles[:6]))


def test_after_the_highest_seed_comes_the_lowest():
    made = planned(
        styles=["Cubism", "Baroque"], masks=["top"], rows=1, cols=3, tiles=3, seed=2**64 - 2
    )

    assert [tile.seed for tile in made.tiles] == [2**64 - 2, 2**64 - 1, 0]


def test_a_prompt_has_the_styles_in_the_place_of_the_template():
    made = planned(
        styles=["Cubism", "Op Art", "Baroque"], combine=3, prompt_template="{{oil}}, {styles}!"
    )

    assert {tile.prompt for tile in made.tiles} == {"{oil}, Cubism, Op Art, and Baroque!"}


def test_a_call_holds_its_tiles_in_full_and_every_tile_has_its_call():
    made = planned(rows=3, cols=3)

    calls = [made.call(index) for index in range(len(made.calls))]

    assert [call.index for call in calls] == list(range(9))
    assert [tile for call in calls for tile in call.tiles] == list(made.tiles)


def test_tiles_of_a_plan_hold_once_what_they_have_alike():
    made = planned(rows=3, cols=3, styles=["Cubism", "Baroque"], tiles=8, engine="openai")
    first, second = made.tiles[0], made.tiles[4]

    assert (first.styles, first.prompt) == (second.styles, second.prompt)
    assert first.styles is second.styles
    assert first.prompt is second.prompt
    assert len({id(tile.options) for tile in made.tiles}) == 1
    assert len({id(tile.model_fields_set) for tile in made.tiles}) == 1


def test_options_that_differ_are_not_taken_for_each_other():
    none, low = {}, {"quality": "low"}
    made = planned(rows=1, cols=1, styles=["Cubism"], combine=1, tiles=1).tiles[0]
    interned = Interned()
    tiles = [
        interned.tile(made.model_copy(update={"options": options, "styles": styles}))
        for options in (none, low, none)
        for styles in ((), ("Cubism",))
    ]

    assert [tile.options for tile in tiles] == [none, none, low, low, none, none]
    assert [tile.styles for tile in tiles] == [(), ("Cubism",)] * 3
    assert len({tile.key for tile in tiles}) == 4


def test_the_layout_shows_every_tile_of_the_plan():
    made = planned(rows=5, cols=8, tiles=31)

    assert (made.layout.rows, made.layout.cols, made.layout.cell) == (5, 8, (256, 256))
    assert set(made.layout.cells) == set(range(31))
    assert len(made.layout.cells) == 40


def test_a_plan_without_styles_or_with_too_many_combinations_is_refused():
    asked, prepared = accepted(masks=["top"]), Prepared(source="s", masks={"top": "t"})

    with pytest.raises(NoStyles):
        plan.make(asked, Styles(styles=(), origin="default"), prepared, models(), ACCOUNTS)
    with pytest.raises(InvalidRequest, match="combine: 2 of 1"):
        plan.make(asked, Styles(styles=("Cubism",), origin="default"), prepared, models(), ACCOUNTS)
    with pytest.raises(TooManyCombinations):
        planned(styles=[f"Style {i}" for i in range(100)], combine=5)


def test_a_wave_of_more_calls_than_a_map_has_room_for_the_results_of_is_several(monkeypatch):
    asked = {"rows": 2, "cols": 5, "size": 64, "cell": 16, "upscale": 2}
    whole = planned(**asked)
    assert 3 * waves.MOST_OF_A_WAVE + 2 < 256 * 1024
    monkeypatch.setattr(waves, "MOST_OF_A_WAVE", 4)

    parts = planned(**asked)

    assert [len(wave) for wave in parts.waves] == [4, 4, 2, 4, 4, 2]
    assert [call for wave in parts.waves for call in wave] == [c for w in whole.waves for c in w]
