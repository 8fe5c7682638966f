import re

import pytest
from PIL import ImageColor
from pydantic import ValidationError

from collage.errors import InvalidRequest
from collage.request.parse import parse
from collage.request.relayout import parse_relayout
from collage.request.request import Request
from collage.words.colours import NAMES
from collage.words.seeds import seeded


def refusal(**options):
    """The message with which options are refused."""
    with pytest.raises(InvalidRequest) as caught:
        parse(options)
    assert str(caught.value).endswith(".")
    return str(caught.value)


def test_everything_has_a_default():
    made = parse({})

    assert (made.rows, made.cols, made.size, made.cell_size) == (10, 10, (512, 512), (256, 256))
    assert (made.styles, made.combine, made.seed) == (None, 2, 0)
    assert made.masks == ("top", "bottom", "left", "right")
    assert made.engine == "painter"


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ("512", (512, 512)),
        (512, (512, 512)),
        ("768x512", (768, 512)),
        ("768X512", (768, 512)),
        ([64, 48], (64, 48)),
        ((32, 1024), (32, 1024)),
    ],
)
def test_a_size_is_one_number_or_width_and_height(given, size):
    assert parse({"size": given}).size == size


@pytest.mark.parametrize(
    "given",
    ["", "x", "big", "512x", "x512", "-64", "64x-64", "1x2x3", "5 1 2", None, 3.5, [64], {}, True],
)
def test_nonsense_for_a_size_is_refused(given):
    assert "size" in refusal(size=given)


@pytest.mark.parametrize("given", [31, 2049, "31x64", "64x2049", [0, 0], "9" * 5000])
def test_a_size_out_of_its_range_is_refused(given):
    assert "size" in refusal(size=given)


def test_a_cell_has_the_shape_of_its_tile():
    assert parse({"size": "768x512", "cell": 96}).cell_size == (96, 64)
    assert parse({"size": "2048x32", "cell": 16}).cell_size == (16, 1)


def test_an_unknown_option_is_refused_with_those_there_are():
    message = refusal(row=3)

    assert message.startswith("row: there is no such option; there are: ")
    assert all(name in message for name in Request.model_fields)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("recipe", "stew", "'stew' is no recipe; there are: collage"),
        ("engine", "steam", "'steam' is no engine; there are: painter"),
        ("styles", [], "at least one style is needed"),
        ("styles", "Cubism", "tuple"),
        ("styles", ["Cubism", 5], "string"),
        ("styles", ["Cubism", ""], "'' is no style name"),
        ("styles", ["Cubism", "<b>Baroque</b>"], "is no style name"),
        ("styles", ["Cubism", "x" * 61], "1 to 60 characters"),
        ("styles", ["Op Art", "opart"], "named twice"),
        ("styles", [f"Style {i}" for i in range(201)], "200"),
        ("style_count", 0, "greater than or equal to 1"),
        ("combine", 0, "greater than or equal to 1"),
        ("combine", 16, "16 of 15 styles cannot be combined"),
        ("prompt_template", "x" * 2001, "2000"),
        ("masks", [], "at least 1"),
        ("masks", "halves", "tuple"),
        ("masks", ["middle"], "'middle' is no mask; there are: halves"),
        ("rows", 0, "greater than or equal to 1"),
        ("rows", 1001, "less than or equal to 1000"),
        ("cols", 1001, "less than or equal to 1000"),
        ("rows", 2.5, "integer"),
        ("rows", float("nan"), "finite"),
        ("cols", "many", "integer"),
        ("tiles", 0, "greater than or equal to 1"),
        ("tiles", 101, "101 do not fit in 10 x 10 cells"),
        ("cell", 15, "greater than or equal to 16"),
        ("gap", 257, "less than or equal to 256"),
        ("gap", -256, "leaves nothing of the cells"),
        ("fit", "stretch", "'crop' or 'pad'"),
        ("title", "x" * 201, "200"),
        ("border", -1, "greater than or equal to 0"),
        ("border", 1025, "less than or equal to 1024"),
        ("background", "blau", "'blau' is no colour; give a name, as navy, or #rrggbb"),
        ("background", "#12345", "is no colour"),
        ("background", "rgb(1,2,3)", "is no colour"),
        ("background", 5, "string"),
        ("format", "tiff", "'png', 'jpeg' or 'webp'"),
        ("order", "any", "'balanced' or 'random'"),
        ("seed", -2, "greater than or equal to -1"),
        ("seed", 2**64, "less than or equal to 18446744073709551615"),
    ],
)
def test_a_wrong_value_is_refused_with_its_field_and_what_is_allowed(field, value, said):
    message = refusal(**{field: value})

    assert field in message
    assert said in message


def test_every_wrong_field_has_a_clause_of_its_own():
    message = refusal(rows=0, cols=0, nope=1)

    assert [clause.split(":")[0] for clause in message.split("; ")[:2]] == ["rows", "cols"]
    assert "nope: there is no such option" in message


@pytest.mark.parametrize("options", [None, [], "collage", 5])
def test_what_is_no_mapping_is_an_invalid_request(options):
    with pytest.raises(InvalidRequest):
        parse(options)


@pytest.mark.parametrize(
    "template",
    ["{styles}", "in the manner of {styles}, {{oil}} on canvas", "a {styles} \u2603 picture"],
)
def test_a_prompt_template_holds_the_styles_once(template):
    assert parse({"prompt_template": template}).prompt_template == template


@pytest.mark.parametrize(
    "template",
    [
        "",
        "no place for them",
        "{styles} and {styles}",
        "{style}",
        "{styles} {other}",
        "{{styles}}",
        "{}",
        "{0}",
        "{styles[0]}",
        "{styles.__class__}",
        "{styles.__class__.__mro__[1].__subclasses__}",
        "{",
        "}",
        "{styles",
        "{styles!r}",
        "{styles!x}",
        "{styles:>1000000000}",
        "{styles:{styles}}",
        "{styles:{0}}",
        "{styles:d}",
    ],
)
def test_a_prompt_template_with_any_other_placeholder_is_refused(template):
    assert "prompt_template" in refusal(prompt_template=template)


def test_styles_and_a_count_of_styles_exclude_each_other():
    assert "exclude each other" in refusal(styles=["Cubism", "Baroque"], style_count=2)


def test_more_styles_in_a_prompt_than_there_are_is_refused():
    assert "combine: 3 of 2" in refusal(styles=["Cubism", "Baroque"], combine=3)
    assert "combine: 2 of 1" in refusal(styles=["Cubism"])
    assert "combine: 4 of 3" in refusal(style_count=3, combine=4)
    assert parse({"styles": ["Cubism"], "combine": 1}).combine == 1


def test_styles_are_taken_with_their_spaces_put_right():
    assert parse({"styles": [" Op   Art ", "Cubism"]}).styles == ("Op Art", "Cubism")


def test_the_gap_may_overlap_all_but_one_pixel_of_the_smaller_side():
    options = {"size": "128x64", "cell": 32}

    assert parse({**options, "gap": -15}).gap == -15
    assert "gap" in refusal(**options, gap=-16)


def test_a_collage_of_more_pixels_than_can_be_assembled_is_refused():
    assert parse({"rows": 200, "cols": 100, "cell": 512})
    assert parse({"rows": 100, "cols": 1000, "cell": 64})
    assert parse({"rows": 1000, "cols": 1000, "cell": 64})
    assert "rows: Input should be less than or equal to 1000" in refusal(rows=1001, cols=1000)
    assert "at most 6,000,000,000" in refusal(rows=200, cols=200, cell=512)
    assert "in a row of cells 250,000,000" in refusal(rows=1, cols=100, cell=2048)


def test_gaps_and_borders_count_as_pixels_of_the_collage():
    options = {"rows": 200, "cols": 200, "cell": 256}

    assert parse({**options, "gap": 100, "border": 1024})
    assert "at most 6,000,000,000" in refusal(**options, gap=200)


@pytest.mark.parametrize(
    ("file_format", "longest", "instead"),
    [("webp", 16_383, "of: png, jpeg"), ("jpeg", 65_500, "of: png")],
)
def test_a_collage_that_its_format_has_no_numbers_for_is_refused(file_format, longest, instead):
    fits = {"rows": 1, "cols": 100, "cell": longest // 100, "format": file_format}

    assert parse({**fits, "border": longest % 100 // 2})
    message = refusal(**fits, border=50)
    assert message.startswith(f"format: a {file_format} picture has sides of at most {longest:,}")
    assert instead in message
    assert parse({**fits, "border": 50, "format": "png"})


def test_a_webp_says_nothing_of_inches():
    assert parse({"format": "jpeg", "dpi": 300}).dpi == 300
    assert refusal(format="webp", dpi=300).startswith(
        "dpi: a webp picture has no place for it; choose the format png or jpeg"
    )


def test_a_webp_has_fewer_pixels_than_its_sides_allow():
    assert parse({"rows": 10, "cols": 10, "cell": 1000, "format": "webp"})
    message = refusal(rows=10, cols=10, cell=1000, border=1, format="webp")
    assert message.startswith("format: a webp picture has at most 100,000,000 pixels")
    assert message.endswith("of: png, jpeg.")


def test_a_title_is_one_line_or_none():
    assert parse({"title": " A farm,\n twice "}).title == "A farm, twice"
    assert parse({"title": " \n"}).title is None


def test_the_named_colours_are_those_that_pillow_draws():
    assert set(ImageColor.colormap) == NAMES


def test_a_colour_and_a_format_have_one_spelling():
    assert parse({"background": " Navy"}).background == "navy"
    assert parse({"background": "#AABBCC"}).background == "#aabbcc"
    assert parse({"format": "jpg"}).format == "jpeg"


def test_masks_and_sets_are_expanded_and_each_comes_once():
    assert parse({"masks": ["left", "halves"]}).masks == ("left", "top", "bottom", "right")


def test_a_request_does_not_change():
    with pytest.raises(ValidationError):
        parse({}).rows = 3


@pytest.mark.parametrize(
    ("name", "value", "most"),
    [
        ("exclude", ["Cubism"] * 201, 200),
        ("masks", ["left"] * 101, 100),
        ("axes", {"seed": [str(number) for number in range(201)]}, 200),
        ("axes", {f"axis {number}": ["1"] for number in range(201)}, 200),
        ("words", {"animal": ["cat"] * 10_001}, 10_000),
        ("words", {f"list {number}": ["cat"] for number in range(201)}, 200),
        ("subjects", ["a cat"] * 201, 200),
        ("styles", [f"Style {number}" for number in range(201)], 200),
    ],
)
def test_no_list_is_longer_than_can_be_of_use(name, value, most):
    assert re.search(rf"^{name}: .* at most {most} items", refusal(**{name: value}))


def test_every_list_of_a_request_has_an_end():
    def unbounded(schema):
        if schema.get("type") == "array" and "maxItems" not in schema:
            yield schema
        if "additionalProperties" in schema and schema.get("type") == "object" and schema != whole:
            yield from unbounded(schema["additionalProperties"])
            if "maxProperties" not in schema:
                yield schema
        for one in schema.get("anyOf", []):
            yield from unbounded(one)

    whole = Request.model_json_schema()

    assert {name for name, field in whole["properties"].items() if list(unbounded(field))} == set()


def test_what_is_wrong_with_width_and_height_is_said_once():
    assert refusal(size=1) == "size: Input should be greater than or equal to 32."


@pytest.mark.parametrize("wrong", [11, 200, 30_000])
def test_of_many_faults_the_first_ten_are_told_and_the_others_counted(wrong):
    with pytest.raises(InvalidRequest) as caught:
        parse({"exclude": [1] * wrong})

    assert [one.field for one in caught.value.fields] == ["exclude"] * 10
    assert str(caught.value).endswith(f"; and {wrong - 10:,} more.")


def test_the_schema_is_made_once_for_all_faults_of_a_request(monkeypatch):
    made = []
    schema = Request.model_json_schema
    monkeypatch.setattr(Request, "model_json_schema", lambda: made.append(1) or schema())

    assert "subjects: " in refusal(subjects=[""] * 10)
    assert len(made) == 1


def test_a_random_seed_is_another_one_each_time():
    drawn = {parse({"seed": -1}).seed for _ in range(8)} | {parse({"seed": "-1"}).seed}

    assert len(drawn) > 1
    assert all(0 <= seed < 2**32 for seed in drawn)
    assert 0 <= parse_relayout({"seed": -1}).seed < 2**32


def test_a_random_seed_is_the_same_for_the_same_asking():
    asked = Request(seed=-1)

    one, again, other = (seeded(asked, "caller", key).seed for key in ("k", "k", "l"))

    assert one == again != other
    assert seeded(Request(seed=5), "caller", "k").seed == 5


def test_a_mask_source_is_a_key_that_a_source_can_have():
    for key in ("", "private/x", "sources/../private/x", "sources/", "sources/a\n", "x" * 1025):
        with pytest.raises(InvalidRequest, match="mask_source"):
            parse({"recipe": "erase", "mask_source": key})
    assert parse({"recipe": "erase", "mask_source": "uploads/mask.png"})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"recipe": "samples", "prompt": "a {2-$$b"}, "prompt: a brace is not closed"),
        ({"recipe": "samples", "prompt": "a {styles}"}, "prompt: .* only in prompt_template"),
        ({"recipe": "matrix", "subjects": ["${x}"]}, "subjects: there is no variable 'x'"),
        ({"prompt_template": "# {styles}"}, "prompt_template: there is nothing but comments"),
        (
            {"recipe": "interpolation", "engine": "diffusion", "prompt": "{a|b}"},
            "prompt: .* only one",
        ),
        ({"engine": "diffusion", "negative_prompt": "{a|b}"}, "negative_prompt: .* only one"),
        (
            {
                "recipe": "matrix",
                "engine": "diffusion",
                "axes": {"negative_prompt": ["a", "__b__"]},
            },
            "negative_prompt: there is no word list 'b'",
        ),
        ({"recipe": "reconstruction", "engine": "diffusion", "sample": 3}, "sample: .* no use"),
    ],
)
def test_a_prompt_that_would_reach_an_engine_unread_is_refused(options, said):
    assert re.search(said, refusal(**options))
