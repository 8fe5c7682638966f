"""The first Stable Diffusion's safety checker: done without, or heeded."""

import json
import shutil

import pytest

pytest.importorskip("torch", reason="there is no torch here: make install-diffusion")

import torch
import transformers
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

from collage.weights import Weights
from tasks.diffusion import manifest
from tasks.diffusion.ends import End
from tests.diffusion.bench import ID

NAME = "sd-inpainting"


def checker(flags: bool) -> StableDiffusionSafetyChecker:
    """A small one, which holds back every picture, or none."""
    vision = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1}
    vision |= {"num_attention_heads": 2, "image_size": 32, "patch_size": 8}
    made = StableDiffusionSafetyChecker(
        transformers.CLIPConfig(vision_config=vision, text_config={}, projection_dim=32)
    )
    torch.nn.init.normal_(made.visual_projection.weight)
    made.concept_embeds_weights.fill_(-2 if flags else 2)
    made.special_care_embeds_weights.fill_(2)
    return made


@pytest.fixture
def published(bench, tmp_path):
    """Change the family as its repository lays it out, and have the bench take it."""

    def change(flags: bool | None) -> None:
        folder = tmp_path / "published" / NAME
        shutil.copytree(bench.models / NAME, folder)
        index = json.loads((folder / "model_index.json").read_bytes())
        index["safety_checker"] = ["stable_diffusion", "StableDiffusionSafetyChecker"]
        index["feature_extractor"] = ["transformers", "CLIPImageProcessor"]
        (folder / "model_index.json").write_text(json.dumps(index))
        checker(bool(flags)).save_pretrained(folder / "safety_checker")
        transformers.CLIPImageProcessor(size=32, crop_size=32).save_pretrained(
            folder / "feature_extractor"
        )
        if flags is None:
            (folder / "safety_checker" / "model.safetensors").unlink()
        there = Weights.model_validate_json((bench.models / "manifest.json").read_bytes())
        bench.models = tmp_path / "published"
        manifest.write(bench.models, there.families)
        manifest.write(
            bench.models, {NAME: manifest.family(folder, "inpainting", "random", "none")}
        )

    return change


def test_without_the_checkers_weights_the_family_loads_and_makes_its_pictures(bench, published):
    (before,) = bench.make(bench.tile("inpaint", model=NAME))
    published(None)
    (picture,) = bench.make(bench.tile("inpaint", model=NAME))

    assert picture.tobytes() == before.tobytes()


def test_a_checker_that_is_there_and_minds_nothing_changes_nothing(bench, published):
    (before,) = bench.make(bench.tile("inpaint", model=NAME))
    published(False)
    (picture,) = bench.make(bench.tile("inpaint", model=NAME))

    assert picture.tobytes() == before.tobytes()


def test_what_the_checker_holds_back_is_a_refusal_and_no_black_picture(bench, published):
    published(True)
    tile = bench.tile("inpaint", model=NAME)
    bench.plan([tile])

    assert bench.worker().run() == End.SOME_FAILED
    assert bench.store.failures(ID)[0].error == "Refused"
    assert bench.store.tile(tile) is None
