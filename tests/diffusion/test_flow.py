"""Families that flow: each by its own pipelines, as its own files say what it is."""

import json
import shutil

import numpy as np
import pytest

pytest.importorskip("torch", reason="there is no torch here: make install-diffusion")

import diffusers
import torch
from diffusers.pipelines.qwenimage import (
    pipeline_qwenimage_edit,
    pipeline_qwenimage_edit_inpaint,
    pipeline_qwenimage_edit_plus,
)
from PIL import Image

from collage.engines.diffusion import operations
from collage.errors import InvalidRequest, NoModel
from tasks.diffusion import families, manifest, models_folder, repository
from tests.diffusion import unpublished
from tests.diffusion.bench import SIZE, photo
from tests.unit.pictures import decode

FEW = {"num_inference_steps": "2"}
PUBLISHED = ("z-image-turbo", "flux2-klein-4b", "qwen-image", "qwen-image-edit")


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Qwen's editing pipelines work at a megapixel whatever they are given."""
    for module, unsaid in (
        (pipeline_qwenimage_edit, (None,)),
        (pipeline_qwenimage_edit_inpaint, (None,)),
        (pipeline_qwenimage_edit_plus, ()),
    ):
        answer = (SIZE, SIZE, *unsaid)
        monkeypatch.setattr(module, "calculate_dimensions", lambda area, ratio, a=answer: a)


@pytest.fixture(scope="module")
def every(models, tmp_path_factory):
    """The tiny models, and further families as `collage models add` adds them."""
    folder = tmp_path_factory.mktemp("every")
    shutil.copytree(models, folder, dirs_exist_ok=True)
    for name, make in unpublished.MADE.items():
        with torch.random.fork_rng():
            torch.manual_seed(0)
            make(tmp_path_factory.mktemp("saved") / name)
        saved = next(tmp_path_factory.getbasetemp().glob(f"saved*/{name}"))
        models_folder.add(folder, name, str(saved), native=SIZE)
    return folder


def traits(bench, name):
    return bench.store.weights(str(bench.models)).families[name].traits


def test_every_pipeline_that_is_known_is_tried_here(every):
    tried = {manifest.read(every)[name].traits.pipeline for name in (*PUBLISHED, *unpublished.MADE)}

    assert tried == set(repository.FLOWING)


@pytest.mark.parametrize("name", [*PUBLISHED, *unpublished.MADE])
def test_every_operation_of_a_family_makes_a_picture_that_depends_on_no_other(bench, every, name):
    bench.models = every
    for operation in traits(bench, name).operations:
        tiles = [
            bench.tile(operation, model=name, options=FEW, prompt=prompt, seed=seed)
            for seed, prompt in enumerate(("a barn", "a much longer text about a barn"))
        ]
        together = bench.make(*tiles)
        for tile in tiles:
            for end in ("png", "json"):
                bench.s3.delete_object(Bucket=bench.bucket, Key=f"tiles/{tile.key}.{end}")
        alone = [bench.make(tile)[0] for tile in tiles]

        assert [picture.tobytes() for picture in together] == [p.tobytes() for p in alone]
        assert together[0].tobytes() != together[1].tobytes()
        assert together[0].size == (SIZE, SIZE)


def test_a_picture_is_the_one_that_the_familys_own_pipeline_makes(bench):
    tile = bench.tile("generate", model="z-image-turbo", options=FEW)
    (made,) = bench.make(tile)
    pipe = diffusers.ZImagePipeline.from_pretrained(bench.models / "z-image-turbo")
    (own,) = pipe(
        tile.prompt,
        negative_prompt="",
        width=SIZE,
        height=SIZE,
        num_inference_steps=2,
        guidance_scale=5.0,
        generator=torch.Generator("cpu").manual_seed(tile.seed),
    ).images

    assert np.abs(np.asarray(made, np.int16) - np.asarray(own)).max() <= 1


def test_what_a_family_does_is_read_from_its_files(bench):
    klein, qwen = traits(bench, "flux2-klein-4b"), traits(bench, "qwen-image")

    assert klein.pipeline == "Flux2KleinPipeline"
    assert klein.grain == qwen.grain == 16
    # Its index says that it is distilled: few steps, and nothing to be guided by.
    assert klein.operations["generate"] == {"num_inference_steps": 4}
    assert klein.operations["inpaint"] == {"num_inference_steps": 4, "strength": 0.8}
    assert (klein.guidance, qwen.guidance) == ("guidance_scale", "true_cfg_scale")
    assert qwen.operations["generate"]["guidance_scale"] == 4.0
    assert set(traits(bench, "qwen-image-edit").operations) == {"inpaint", "outpaint", "variation"}
    assert repository.kind_of(bench.models / "qwen-image") == "flow-matching"


def test_what_makers_advise_and_no_file_says_is_taken_from_where_it_is_published(bench):
    published = families.read()["z-image-turbo"]
    folder = bench.models / "z-image-turbo"
    turbo = repository.traits("flow-matching", folder, published.defaults)

    assert turbo.operations["generate"] == {"num_inference_steps": 8}
    assert turbo.operations["inpaint"] == {"num_inference_steps": 8, "strength": 1.0}
    assert turbo.native == 1024


def test_flux_is_guided_by_what_it_was_distilled_to_and_heeds_no_negative_prompt(bench, every):
    """It reads 512 tokens by its second encoder; the first one's 77 are not all."""
    bench.models = every
    known = traits(bench, "flux")
    text = "barn " * 60
    tile = bench.tile("generate", model="flux", options=FEW, prompt=text.strip())
    bench.make(tile)

    assert known.guidance == "guidance_scale"
    assert known.operations["generate"] == {"num_inference_steps": 28, "guidance_scale": 3.5}
    assert traits(bench, "flux-fill").operations["inpaint"]["guidance_scale"] == 30
    with pytest.raises(InvalidRequest, match="negative_prompt: generate takes no such option"):
        operations.options("generate", known, {"negative_prompt": "fog"})
    assert "prompt_tokens" not in bench.store.sidecar(tile).measures


@pytest.mark.parametrize(
    ("name", "operation", "given", "named"),
    [
        ("flux2-klein-4b", "generate", {"guidance_scale": "4"}, "guidance_scale: generate takes"),
        ("flux2-klein-4b", "inpaint", {"negative_prompt": "a"}, "negative_prompt: inpaint takes"),
        ("flux2-klein-4b", "variation", {"strength": "0.5"}, "strength: variation takes no such"),
        ("qwen-image", "generate", {"scheduler": "euler"}, "scheduler: generate takes no such"),
        ("qwen-image-edit", "generate", {}, "cannot generate; it can inpaint, outpaint, variation"),
        ("z-image-turbo", "interpolate", {}, "cannot interpolate"),
    ],
)
def test_what_a_family_cannot_do_is_refused_by_name(bench, name, operation, given, named):
    with pytest.raises(InvalidRequest, match=named):
        operations.options(operation, traits(bench, name), given)


def test_sides_between_its_patches_are_refused_before_anything_is_made(bench):
    with pytest.raises(InvalidRequest, match="multiples of 16; 72 x 72"):
        operations.check_size(traits(bench, "z-image-turbo"), (72, 72))


def test_a_pipeline_that_is_not_known_here_is_refused_by_its_name(bench, tmp_path):
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": "WanPipeline"}))
    with pytest.raises(NoModel, match="is a WanPipeline, which this engine cannot run; it can: "):
        repository.kind_of(tmp_path)
    with pytest.raises(NoModel, match="says nowhere what it is"):
        repository.kind_of(bench.models)


def test_pictures_are_made_as_large_as_a_family_knows_them_and_shrunk(bench):
    """A tile a quarter as large: the same picture, smaller, and what is kept is kept exactly."""
    source = decode(photo()).resize((SIZE // 2, SIZE // 2), Image.Resampling.LANCZOS)
    for name in ("sdxl-inpainting", "z-image-turbo"):
        assert traits(bench, name).at((SIZE // 2, SIZE // 2)) == (SIZE, SIZE)
        tile = bench.tile("inpaint", model=name, options=FEW, size=(SIZE // 2, SIZE // 2))
        (small,) = bench.make(tile)
        free = tile.model_copy(update={"preserve": False})
        (whole,) = bench.make(free.model_copy(update={"size": (SIZE, SIZE)}))
        shrunk = whole.resize(small.size, Image.Resampling.LANCZOS)
        (unkept,) = bench.make(free)
        kept = np.s_[:, SIZE // 4 :]

        assert np.abs(np.asarray(unkept, np.int16) - np.asarray(shrunk)).max() <= 1
        assert (np.asarray(small)[kept] == np.asarray(source)[kept]).all()
