"""Further axes of a matrix: sizes, numbers of styles combined, and what a prompt says."""

import numpy as np
import pytest

from collage.errors import InvalidRequest
from collage.provenance import parameters
from collage.request.parse import parse
from tests.unit.pictures import decode
from tests.unit.plans import SOURCE, planned
from tests.unit.runs import assemble, prepare, render

STYLES = ["Cubism", "Baroque", "Op Art"]


def table(**options):
    """The plan of a matrix that is made of nothing."""
    return planned(None, recipe="matrix", **{"styles": STYLES, **options})


def test_styles_are_combined_by_each_number_in_turn():
    made = table(axes={"combine": ["1", "2", "3"]})

    assert made.layout.column_headers == (
        "Cubism", "Baroque", "Op Art",
        "Cubism and Baroque", "Cubism and Op Art", "Baroque and Op Art",
        "Cubism, Baroque, and Op Art",
    )  # fmt: skip
    assert (made.layout.rows, made.layout.cols) == (1, 7)
    assert [len(tile.styles) for tile in made.tiles] == [1, 1, 1, 2, 2, 2, 3]
    assert {name for place in made.axes for name in place} == {"style"}


def test_a_table_of_numbers_of_styles_begins_with_the_table_of_the_first():
    one, both = table(), table(axes={"combine": ["1", "2"]})

    assert [tile.key for tile in both.tiles[:3]] == [tile.key for tile in one.tiles]


def test_a_word_of_the_prompt_is_replaced_by_each_value():
    made = table(
        subjects=["a dog on a hill", "two dogs"],
        styles=["Cubism"],
        axes={"prompt_sr": ["dog", "cat", "sheep \\{ram\\}"]},
    )

    assert made.layout.column_headers == ("dog", "cat", "sheep \\{ram\\}")
    assert [tile.prompt for tile in made.tiles] == [
        "a dog on a hill in the style of Cubism",
        "a cat on a hill in the style of Cubism",
        "a sheep {ram} on a hill in the style of Cubism",
        "two dogs in the style of Cubism",
        "two cats in the style of Cubism",
        "two sheep {ram}s in the style of Cubism",
    ]
    assert made.axes[1] == {"subject": "a dog on a hill", "style": "Cubism", "prompt_sr": "cat"}


def test_a_word_may_stand_in_the_template_and_the_first_cell_is_the_one_without_the_axis():
    plain = table(prompt_template="a dog, {styles}")
    made = table(prompt_template="a dog, {styles}", axes={"prompt_sr": ["dog", "cat"]})

    assert [tile.key for tile in made.tiles[:3]] == [tile.key for tile in plain.tiles]
    assert made.tiles[3].prompt == "a cat, Cubism"


def test_search_and_replace_is_called_in_pictures_as_the_web_uis_call_it():
    assert parameters.label("prompt_sr") == "Prompt S/R"


def test_sizes_are_the_tiles_own_and_a_cell_has_room_for_each():
    made = table(axes={"size": ["64x32", "32x48", "32"]}, cell=32)

    assert [tile.size for tile in made.tiles] == [(64, 32)] * 3 + [(32, 48)] * 3 + [(32, 32)] * 3
    assert made.request.size == (64, 48)
    assert made.layout.cell == (32, 24)
    assert made.layout.row_headers == ("64x32", "32x48", "32")


def test_a_size_that_is_asked_for_gives_cells_their_shape():
    made = table(axes={"size": ["64x32", "32x48"]}, cell=32, size=64)

    assert made.layout.cell == (32, 32)


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ({"combine": ["1", "4"]}, "combine: 4 of 3 styles cannot be combined"),
        ({"combine": ["0"]}, "combine=0: Input should be greater than or equal to 1"),
        ({"combine": ["two"]}, "combine=two"),
        ({"combine": ["1.0"]}, "combine=1.0: give a whole number"),
        ({"seed": ["1.0", "2"]}, "seed=1.0: give a whole number"),
        ({"seed": ["1", "01"]}, "seed needs different values"),
        ({"seed": ["-1"]}, "seed=-1: name the seeds of an axis"),
        ({"size": ["16"]}, "size=16"),
        ({"size": ["64", "64x64"]}, "size needs different values"),
        ({"prompt_sr": ["a dog", "a cat"]}, "looks for 'a dog', which is neither in the subject"),
        ({"prompt_sr": ["style", "{a|b}"]}, "stands for 2 texts"),
    ],
)
def test_what_cannot_be_a_value_is_refused(axes, said):
    with pytest.raises(InvalidRequest) as caught:
        parse({"recipe": "matrix", "styles": STYLES, "axes": axes})

    assert said in str(caught.value)


def test_a_picture_has_one_size():
    with pytest.raises(InvalidRequest, match="axes: size is for tables without a picture"):
        planned(SOURCE, recipe="matrix", styles=STYLES, axes={"size": ["64", "32"]})


@pytest.mark.parametrize("cell", [32, 96])
def test_a_tile_of_another_shape_stands_whole_in_the_middle_of_its_cell(stack, cell):
    made, calls = prepare(
        stack,
        key=None,
        data=None,
        recipe="matrix",
        styles=["Cubism"],
        axes={"size": ["64x32", "32x64"]},
        rows=1,
        cols=2,
        size=64,
        cell=cell,
        background="#ff0000",
        metadata=False,
    )
    render(stack, made, calls)

    manifest = assemble(stack, made)

    shown = np.asarray(decode(stack.store.collage(made)), int)
    left, top, *_ = manifest.geometry.box(0, 0)
    second = manifest.geometry.box(0, 1)[0]
    is_paper = (shown == [255, 0, 0]).all(axis=2)
    quarter = cell // 4
    wide, high = (is_paper[top : top + cell, x : x + cell] for x in (left, second))
    edges = (wide[:quarter], wide[-quarter:], high[:, :quarter], high[:, -quarter:])
    assert [bool(edge.all()) for edge in edges] == [True] * 4
    assert not wide[quarter:-quarter].any()
    assert not high[:, quarter:-quarter].any()


def test_a_table_of_far_too_many_rows_is_refused_before_they_are_made():
    numbers = tuple(str(number) for number in range(1, 101))
    axes = {"seed": numbers, "num_inference_steps": numbers, "negative_prompt": numbers}
    axes |= {"guidance_scale": numbers[:50], "prompt_sr": ("cat", *numbers[1:])}
    asked = {"recipe": "matrix", "engine": "diffusion", "subjects": ["a cat"], "axes": axes}

    with pytest.raises(InvalidRequest, match="rows: the axes make 5,000,000,000 of them"):
        planned(source=None, styles=("Cubism", "Op Art"), **asked)
