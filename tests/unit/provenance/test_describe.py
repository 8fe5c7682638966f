"""What is said of a tile and of a collage."""

import io
import json

import pytest
from PIL import Image

import collage
from collage.digest import canonical, sha256
from collage.formats import metadata
from collage.provenance import describe
from collage.provenance.describe import describe_collage
from collage.tile import Tile
from collage.verdict import record
from tests.unit.formats.files import (
    PICTURES,
)
from tests.unit.plans import planned
from tests.unit.provenance.described import (
    IPTC,
    NOW,
    a_collage,
    a_sidecar,
    a_tile,
    described,
    web_ui,
)


def test_a_tiles_parameters_are_a_prompt_and_pairs():
    assert described().parameters == (
        "in the style of Cubism and Baroque\n"
        "Steps: 1, Sampler: openai, Schedule type: unknown, Sample: 2, Size: 48x32, "
        "Model: gpt-image-2.5, Engine: openai, "
        "Mask mode: Inpaint masked, Mask: top, Styles: Cubism + Baroque, "
        f"Version: combinatoric-collage {collage.__version__}, Quality: low"
    )


def test_the_web_ui_reads_the_values_that_were_written():
    tile = a_tile(
        engine="diffusion",
        seed=7,
        sample=None,
        options={
            "num_inference_steps": "30",
            "guidance_scale": "7.5",
            "strength": "0.75",
            "negative_prompt": "blur, noise: much",
            "scheduler": "dpmpp_2m",
        },
    )

    prompt, negative, pairs = web_ui(described(tile).parameters)

    assert (prompt, negative) == (tile.prompt, "blur, noise: much")
    assert pairs == {
        "Steps": "30",
        "Sampler": "DPM++ 2M",
        "Seed": "7",
        "Size": "48x32",
        "Model": "gpt-image-2.5",
        "Engine": "diffusion",
        "Mask mode": "Inpaint masked",
        "Mask": "top",
        "Styles": "Cubism + Baroque",
        "Version": f"combinatoric-collage {collage.__version__}",
        "CFG scale": "7.5",
        "Denoising strength": "0.75",
    }


def test_a_tile_without_mask_or_options_has_no_empty_pair():
    text = described(a_tile(mask=None, mask_sha256=None, options={}, styles=())).parameters

    assert "Mask" not in text
    assert "Styles" not in text
    assert ": ," not in text
    assert "Negative" not in text


def test_a_collages_parameters_tell_the_request():
    plan, manifest = a_collage(styles=["Cubism", "Op Art"], engine="painter")

    prompt, _, pairs = web_ui(describe_collage(plan, manifest).parameters)

    assert prompt == "in the style of {styles}"
    assert pairs["Steps"] == "1"
    assert pairs["Seed"] == "0"
    assert pairs["Size"] == "512x512"
    assert pairs["Model"] == "painter-1"
    assert pairs["Masks"] == "top + bottom + left + right"
    assert pairs["Styles"] == "Cubism + Op Art"
    assert pairs["Sampler"] == "painter"
    assert (pairs["Rows"], pairs["Cols"]) == ("2", "3")
    assert "Script" not in pairs


@pytest.mark.parametrize(
    ("options", "prompt", "masks"),
    [
        ({"recipe": "samples", "prompt": "a cat, {red|blue}"}, "a cat, {red|blue}", None),
        (
            {"recipe": "variations"},
            "another picture of the same subject, in the same mood, composed differently",
            None,
        ),
        ({"recipe": "variations", "prompt": "a dog"}, "a dog", None),
        (
            {"recipe": "erase", "rects": [[0, 0, 9, 9]]},
            "the background goes on as if nothing had been there",
            "erased",
        ),
        (
            {"recipe": "matrix", "subjects": ["a cat", "a dog"], "styles": ["Cubism", "Op Art"]},
            "in the style of {styles}",
            "all",
        ),
        ({"styles": ["Cubism", "Op Art"], "masks": ["left"]}, "in the style of {styles}", "left"),
    ],
)
@pytest.mark.parametrize("engine", ["painter", "openai"])
def test_a_collage_is_described_by_the_prompt_it_was_made_with(options, prompt, masks, engine):
    if engine == "openai" and options.get("recipe") == "variations":
        pytest.skip("it makes no variations")
    plan = planned(**{"engine": engine, **options})
    sidecars = {index: a_sidecar(plan, tile) for index, tile in enumerate(plan.tiles)}

    said = describe_collage(plan, record(plan, sidecars, {}, {}, min_share=1, created=NOW))

    first, _, last = said.parameters.rpartition("\n")
    assert first == prompt
    pairs = dict(pair.split(": ", 1) for pair in last.split(", "))
    assert pairs.get("Masks") == masks
    assert ("Mask mode" in pairs) == (masks is not None)
    told = dict(said.properties).get("Iptc4xmpExt:AIPromptInformation")
    assert told == (prompt if engine == "openai" else None)


def test_a_tiles_record_is_its_conditioning_and_its_key():
    tile = a_tile(seed=3, sample=None)

    said = json.loads(described(tile).record)

    assert said.keys() == {"kind", "version", "pack", "key", "tile"}
    assert Tile.model_validate(said["tile"]) == tile
    assert said["key"] == tile.key == sha256(canonical(tile.model_dump()))


def test_a_tile_is_described_in_the_same_bytes_by_every_run():
    picture = PICTURES["png"]

    again = Tile.model_validate_json(a_tile().model_dump_json())

    assert metadata.embed(picture, described(again)) == metadata.embed(picture, described())


def test_a_table_is_described_by_its_axes_as_the_web_uis_do():
    options = {
        "recipe": "matrix",
        "subjects": ["a red cat", "a dog"],
        "styles": ["Cubism", "Op Art", "Baroque"],
        "axes": {"seed": ["1", "2"]},
    }
    plan = planned(**options)
    sidecars = {index: a_sidecar(plan, tile) for index, tile in enumerate(plan.tiles)}
    manifest = record(plan, sidecars, {}, {}, min_share=1, created=NOW)

    _, _, pairs = web_ui(describe_collage(plan, manifest).parameters)

    assert pairs["Script"] == "X/Y/Z plot"
    assert (pairs["X Type"], pairs["X Values"]) == ("Style", "Cubism + Op Art + Baroque")
    assert (pairs["Y Type"], pairs["Y Values"]) == ("Subject", "a red cat + a dog")
    assert (pairs["Z Type"], pairs["Z Values"]) == ("Seed", "1 + 2")


def test_a_table_of_engines_says_of_those_that_hold_a_model_which_they_are():
    options = {"recipe": "matrix", "subjects": ["a cat"], "styles": ["Cubism"]}
    plan = planned(**options, axes={"engine": ["painter", "openai"]})
    sidecars = {index: a_sidecar(plan, tile) for index, tile in enumerate(plan.tiles)}
    manifest = record(plan, sidecars, {}, {}, min_share=1, created=NOW)

    said = dict(describe_collage(plan, manifest).properties)

    assert said["Iptc4xmpExt:DigitalSourceType"] == IPTC + "compositeWithTrainedAlgorithmicMedia"
    assert said["Iptc4xmpExt:AISystemUsed"] == "openai"
    (model,) = {tile.model for tile in plan.tiles if tile.engine == "openai"}
    assert said["Iptc4xmpExt:AISystemVersionUsed"] == model


def sd_parsers(parameters):
    """Parameters as sd-parsers takes them apart: sampler, and what belongs to it.

    By its rules: pieces between commas that hold one colon are pairs, and a line is one of
    parameters when it has three of these.
    """
    *_, last = parameters.split("\n")
    pairs = dict(
        map(str.strip, piece.split(":")) for piece in last.split(",") if piece.count(":") == 1
    )
    names = ("Sampler", "CFG scale", "Seed", "Steps", "ENSD", "Schedule type")
    found = {name: pairs[name] for name in names if name in pairs}
    assert len(found) >= 3
    return found.pop("Sampler"), found


@pytest.mark.parametrize(
    ("changes", "sampler", "seed"),
    [
        ({"engine": "painter", "model": "painter-1", "seed": 5, "sample": None}, "painter", "5"),
        ({"engine": "openai"}, "openai", None),
        (
            {"engine": "diffusion", "seed": 7, "sample": None, "options": {"scheduler": "euler_a"}},
            "Euler a",
            "7",
        ),
    ],
)
def test_a_reader_that_asks_for_a_sampler_finds_one_in_every_tile(changes, sampler, seed):
    name, found = sd_parsers(described(a_tile(**changes)).parameters)

    assert (name, found.get("Seed"), found["Steps"]) == (sampler, seed, "1")


def test_a_reader_that_asks_for_a_sampler_finds_one_in_a_collage():
    plan, manifest = a_collage(engine="painter")

    name, found = sd_parsers(describe_collage(plan, manifest).parameters)

    assert (name, found) == ("painter", {"Steps": "1", "Seed": "0"})


def test_a_collages_record_is_the_plan_and_what_came_of_it():
    plan, manifest = a_collage(gap=2)

    said = json.loads(describe_collage(plan, manifest).record)

    source = plan.source.model_copy(update={"key": ""})
    assert type(plan).model_validate(said["plan"]) == plan.model_copy(update={"source": source})
    assert said["run"]["created"] == manifest.created
    assert said["run"]["usd"] == manifest.usd
    assert said["tiles"][0]["key"] == plan.tiles[0].key
    assert said["tiles"][0]["usd"] == 0.01
    assert said["cells"]["tile"] == list(manifest.layout.cells)
    assert said["cells"]["planned"] == list(plan.layout.cells)
    assert said["cells"]["state"] == ["done"] * 6
    assert said["geometry"] == {
        "rows": 2,
        "cols": 3,
        "cell": [16, 16],
        "gap": 2,
        "offset": [0, 0],
        "step": [18, 18],
        "visible": [16, 16],
        "label": 0,
        "size": [3 * 18 - 2, 2 * 18 - 2],
    }


def test_the_name_of_the_sources_file_is_not_told():
    plan, manifest = a_collage()
    source = plan.source.model_copy(update={"key": "uploads/anna-on-the-beach.jpg"})

    said = describe_collage(plan.model_copy(update={"source": source}), manifest)

    assert b"anna" not in said.record


@pytest.mark.parametrize(
    ("changes", "term"),
    [
        ({}, "compositeWithTrainedAlgorithmicMedia"),
        ({"operation": "variation", "mask": None}, "compositeWithTrainedAlgorithmicMedia"),
        (
            {"operation": "generate", "mask": None, "source": None},
            "trainedAlgorithmicMedia",
        ),
        ({"engine": "painter", "model": "painter-1"}, "algorithmicallyEnhanced"),
        ({"engine": "painter", "operation": "generate", "source": None}, "algorithmicMedia"),
    ],
)
def test_the_source_type_is_iptcs(changes, term):
    said = dict(described(a_tile(**changes)).properties)

    assert said["Iptc4xmpExt:DigitalSourceType"] == IPTC + term


@pytest.mark.parametrize(
    ("engine", "term"),
    [("openai", "compositeWithTrainedAlgorithmicMedia"), ("painter", "composite")],
)
def test_a_collage_is_a_composite(engine, term):
    said = dict(describe_collage(*a_collage(engine=engine)).properties)

    assert said["Iptc4xmpExt:DigitalSourceType"] == IPTC + term
    assert ("Iptc4xmpExt:AISystemUsed" in said) == (engine == "openai")


def test_only_a_trained_model_is_called_an_ai_system():
    said, painted = (
        dict(described(tile).properties) for tile in (a_tile(), a_tile(engine="painter"))
    )

    assert said["Iptc4xmpExt:AIPromptInformation"] == "in the style of Cubism and Baroque"
    assert said["Iptc4xmpExt:AISystemUsed"] == "openai"
    assert said["Iptc4xmpExt:AISystemVersionUsed"] == "gpt-image-2.5"
    assert not any(":AI" in name for name in painted)


def test_the_plan_of_a_large_collage_is_written_whole():
    plan, manifest = a_collage(
        rows=100, cols=100, tiles=10_000, styles=[f"Style {i}" for i in range(80)]
    )
    said = describe_collage(plan, manifest)

    written = metadata.embed(PICTURES["png"], said)

    assert canonical(metadata.read(written).record) == said.record
    Image.open(io.BytesIO(written)).load()


def test_prompts_are_left_out_of_a_record_that_nothing_could_open(monkeypatch):
    plan, manifest = a_collage()
    monkeypatch.setattr(describe, "MAX_RECORD", 1000)

    said = json.loads(describe_collage(plan, manifest).record)

    assert {tile["prompt"] for tile in said["plan"]["tiles"]} == {""}
    assert said["plan"]["request"]["prompt_template"] == "in the style of {styles}"
