"""The id of a collage: the same for the same request of the same pictures."""

import pytest

from collage.request.accepted import collage_id
from collage.request.parse import parse
from collage.request.request import Request

SOURCE = "5" * 64

OTHER = {
    "styles": ["Cubism", "Baroque"],
    "style_count": 7,
    "combine": 3,
    "prompt_template": "a {styles} picture",
    "masks": ["centre"],
    "rows": 11,
    "cols": 11,
    "tiles": 99,
    "size": [512, 256],
    "cell": 128,
    "gap": 1,
    "fit": "pad",
    "seed": 1,
    "order": "random",
    "preserve": False,
    "theme": "the sea",
    "exclude": ["Cubism"],
    "max_usd": 1,
    "replace_refused": True,
    "labels": True,
    "title": "A farm",
    "border": 8,
    "background": "navy",
    "format": "jpeg",
    "captions": True,
    "upscale": 2,
    "metadata": False,
    "again": {"0": {"seed": 9}},
    "dpi": 300,
    "joined": False,
}
"""For each field that the recipe collage has, a value that is not its default."""

OWN = {
    "sample": 3,
    "upscaler": "lanczos",
    "recipe": "matrix",
    "engine": "openai",
    "model": "another",
    "quality": "low",
    "prompt": "a cat",
    "subjects": ("a cat",),
    "axes": {"seed": ("1", "2")},
    "grid_size": 2,
    "count": 2,
    "source_names": ("a", "b"),
    "rects": ((0, 0, 1, 1),),
    "transparency": True,
    "target": (512, 64),
    "anchor": "left",
    "overlap": 0.75,
    "steps": 2,
    "models": ("vqmodel",),
    "words": {"animal": ("cat",)},
    "guidance_scale": 7.5,
    "num_inference_steps": 20,
    "strength": 0.5,
    "scheduler": "ddim",
    "negative_prompt": "rain",
}
"""The same for fields that need another recipe or engine."""


def test_the_id_is_the_same_for_the_same_request_however_it_is_spelled():
    one = parse({"size": "512", "masks": ["halves"], "rows": "10", "combine": 2})

    assert collage_id(one, SOURCE) == collage_id(parse({}), SOURCE)
    assert len(collage_id(one, SOURCE)) == 20
    assert set(collage_id(one, SOURCE)) <= set("0123456789abcdef")


def test_the_id_changes_with_the_source():
    assert collage_id(parse({}), SOURCE) != collage_id(parse({}), "6" * 64)


def test_the_id_outlives_a_way_through_json():
    made = parse({"styles": ["Cubism", "浮世絵"], "size": [64, 48]})

    again = Request.model_validate_json(made.model_dump_json())

    assert again == made
    assert collage_id(again, SOURCE) == collage_id(made, SOURCE)


def test_every_field_has_another_value_here():
    by_content = {"mask_source", "mask_files", "style_pictures", "font", "sources"}

    assert OTHER.keys() | OWN.keys() | by_content == Request.model_fields.keys()


@pytest.mark.parametrize("field", sorted({*OTHER, *OWN}))
def test_the_id_changes_with_every_field(field):
    if field in OWN:
        other = parse({}).model_copy(update={field: OWN[field]})
    else:
        other = parse({field: OTHER[field]})

    assert collage_id(other, SOURCE) != collage_id(parse({}), SOURCE)


def test_a_font_counts_by_what_it_holds_and_is_not_written_down_where_there_is_none():
    one, other = (parse({"title": "A", "font": key}) for key in ("sources/a", "sources/b"))

    def named(request, digit):
        return collage_id(request, SOURCE, font_sha256=digit * 64)

    assert named(one, "7") == named(other, "7")
    assert named(one, "7") != named(one, "8")
    assert named(one, "7") != collage_id(one, SOURCE, "7" * 64)
    assert "font" in one.model_dump()
    assert "font" not in parse({"title": "A"}).model_dump()


def test_a_mask_file_counts_by_what_it_holds_and_not_by_its_key():
    one, other = (
        parse({"recipe": "erase", "mask_source": key}) for key in ("sources/a", "sources/b")
    )

    assert collage_id(one, SOURCE, "7" * 64) == collage_id(other, SOURCE, "7" * 64)
    assert collage_id(one, SOURCE, "7" * 64) != collage_id(one, SOURCE, "8" * 64)


def test_a_sample_is_part_of_the_id_only_where_it_is_asked_for():
    text = "{a|b|c|d} {e|f|g|h}"
    plain, drawn = (
        parse({"recipe": "samples", "prompt": text, **more}) for more in ({}, {"sample": 2})
    )

    assert collage_id(plain, None) == "48d3e884857af449a915"
    assert collage_id(drawn, None) != collage_id(plain, None)
