"""Models of one's own: added from a folder or a file, with LoRAs; listed, checked, removed."""

import shutil

import numpy as np
import pytest

pytest.importorskip("torch", reason="there is no torch here: make install-diffusion")

import diffusers
import torch
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from collage.errors import NoModel
from collage.weights import ControlNet, IPAdapter
from combinatoric_collage.cli import torch_python
from combinatoric_collage.cli.application import app
from tasks.diffusion import additions, hub, manifest, models_folder
from tasks.diffusion.additions import Additions
from tests.diffusion.bench import SIZE

FEW = {"num_inference_steps": "2"}
UNET = "unet/diffusion_pytorch_model.safetensors"


def pixels(picture):
    return np.asarray(picture, np.int16)


@pytest.fixture
def own(bench, tmp_path):
    """A folder of models that is empty, and that the bench works with."""
    published, bench.models = bench.models, tmp_path / "own"
    bench.models.mkdir()
    return published


@pytest.fixture(scope="module")
def lora(models, tmp_path_factory):
    """A LoRA of rank 2 for the attention of SDXL's denoiser, as trainers save them."""
    weights = load_file(models / "sdxl" / UNET)
    generator = torch.Generator().manual_seed(0)
    made = {}
    for name, weight in weights.items():
        if name.endswith(("attn1.to_q.weight", "attn2.to_v.weight")):
            stem = f"unet.{name.removesuffix('.weight')}"
            out, into = weight.shape
            made[f"{stem}.lora_A.weight"] = torch.randn(2, into, generator=generator)
            made[f"{stem}.lora_B.weight"] = torch.randn(out, 2, generator=generator)
    file = tmp_path_factory.mktemp("lora") / "style.safetensors"
    save_file(made, file)
    return file


def add(bench, name, origin, **options):
    return models_folder.add(bench.models, name, str(origin), **options)[0]


def test_a_folder_that_diffusers_saved_becomes_a_family_with_traits_of_its_own(bench, own):
    made = add(bench, "mine", own / "sdxl", native=SIZE)
    (picture,) = bench.make(bench.tile("generate", model="mine", options=FEW))

    assert (made.kind, made.traits.pipeline) == ("text-to-image", "StableDiffusionXLPipeline")
    assert (made.traits.grain, made.traits.native) == (8, SIZE)
    assert pixels(picture).std() > 0


def test_a_lora_changes_the_picture_by_its_strength_and_the_key_of_the_tile(bench, own, lora):
    strengths = {"plain": None, "none": 0.0, "half": 0.5, "full": 1.0}
    for name, strength in strengths.items():
        add(
            bench,
            name,
            own / "sdxl",
            beside=Additions([] if strength is None else [(lora, strength)]),
        )
    tiles = [bench.tile("generate", model=name, options=FEW) for name in strengths]
    plain, none, half, full = map(pixels, (bench.make(tile)[0] for tile in tiles))

    assert len({tile.key for tile in tiles}) == len({tile.model[-8:] for tile in tiles}) == 4
    assert abs(none - plain).max() <= 1
    assert 0 < abs(half - plain).mean() < abs(full - plain).mean()


def test_a_lora_is_applied_as_diffusers_applies_it(bench, own, lora):
    add(bench, "mine", own / "sdxl", beside=Additions([(lora, 0.8)]))
    tile = bench.tile("generate", model="mine", options=FEW)
    (made,) = bench.make(tile)
    pipe = diffusers.StableDiffusionXLPipeline.from_pretrained(own / "sdxl")
    pipe.load_lora_weights(lora.parent, weight_name=lora.name, adapter_name="style")
    pipe.set_adapters(["style"], [0.8])
    (other,) = pipe(
        tile.prompt,
        width=SIZE,
        height=SIZE,
        num_inference_steps=2,
        guidance_scale=5.0,
        generator=torch.Generator("cpu").manual_seed(tile.seed),
    ).images

    assert abs(pixels(made) - pixels(other)).max() <= 1


def test_what_is_no_lora_for_it_is_refused_and_nothing_is_added(bench, own, lora, tmp_path):
    stranger = tmp_path / "stranger.safetensors"
    save_file({"unet.nowhere.lora_A.weight": torch.zeros(2, 4)}, stranger)
    for family, file in (("sdxl", stranger), ("vqmodel", lora), ("z-image-turbo", lora)):
        with pytest.raises(NoModel, match="no LoRA"):
            add(bench, "mine", own / family, beside=Additions([(file, 1.0)]))

    assert not list(bench.models.iterdir())


def test_a_checkpoint_of_one_file_has_the_form_of_a_family_that_is_there(bench, own):
    """As trainers save one: all networks in one file, under the names of the first code."""
    add(bench, "sdxl", own / "sdxl")
    with pytest.raises(NoModel, match="--like: there is no pipeline named nothing"):
        add(bench, "mine", own / "sdxl" / UNET, like="nothing")
    with pytest.raises(NoModel, match="is not of the form of sdxl"):
        add(bench, "mine", own / "esrgan-x4" / "model.safetensors", like="sdxl")
    with pytest.raises(NoModel, match="cannot be loaded as super-resolution"):
        add(bench, "mine", own / "sdxl" / UNET)

    assert set(manifest.read(bench.models)) == {"sdxl"}


def test_a_network_that_enlarges_is_one_file(bench, own):
    made = add(bench, "sharp", own / "esrgan-x4" / "model.safetensors", licence="mine")
    (picture,) = bench.make(bench.tile("upscale", model="sharp", size=(256, 256)))

    assert (made.kind, made.licence) == ("super-resolution", "mine")
    assert picture.size == (256, 256)


def test_pickles_are_taken_only_from_who_trusts_them(bench, own, tmp_path):
    pickled = tmp_path / "pickled"
    shutil.copytree(own / "sdxl", pickled)
    weights = load_file(pickled / UNET)
    (pickled / UNET).unlink()
    torch.save(weights, pickled / "unet" / "diffusion_pytorch_model.bin")
    with pytest.raises(NoModel, match=r"is a pickle, which may hold code.*--i-trust-these-files"):
        add(bench, "mine", pickled)
    assert not list(bench.models.iterdir())
    made = add(bench, "mine", pickled, trusted=True)

    assert UNET in made.files
    assert not any(name.endswith(".bin") for name in made.files)


@pytest.mark.parametrize(
    ("name", "origin", "options", "named"),
    [
        ("Mine", "sdxl", {}, "no name for a model"),
        ("mine", "nowhere", {}, "There is no .*nowhere"),
        ("mine", "hub:owner/name", {}, "names no revision"),
        ("mine", "vqmodel", {"native": 64}, "works at any size"),
    ],
)
def test_what_cannot_be_added_is_refused_by_name(bench, own, name, origin, options, named):
    place = origin if origin.startswith("hub:") else own / origin
    with pytest.raises(NoModel, match=named):
        add(bench, name, place, **options)


def test_strengths_and_defaults_are_read_from_words(lora):
    assert additions.lora(str(lora)) == (lora, 1.0)
    assert additions.lora(f"{lora}:0.8") == (lora, 0.8)
    assert models_folder.default("num_inference_steps=9") == ("num_inference_steps", 9)
    assert models_folder.default("guidance_scale=0") == ("guidance_scale", 0.0)
    for said in (f"{lora}:much", f"{lora}:99", "nothing.safetensors", f"{lora.parent}:1"):
        with pytest.raises(NoModel, match="--lora"):
            additions.lora(said)
    for said in ("steps=9", "num_inference_steps", "num_inference_steps=few"):
        with pytest.raises(NoModel, match="--default"):
            models_folder.default(said)


def test_of_a_folder_only_what_a_family_needs_is_taken():
    files = [
        "model_index.json", "README.md", "everything.safetensors", "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.fp16.safetensors",
        "unet/diffusion_pytorch_model.bin", "vae/model.onnx", "text_encoder/pytorch_model.bin",
    ]  # fmt: skip

    assert hub.needed(files) == [
        "model_index.json",
        "text_encoder/pytorch_model.bin",
        "unet/config.json",
        "unet/diffusion_pytorch_model.fp16.safetensors",
    ]


def test_models_are_listed_checked_and_removed(bench, own, capsys):
    add(bench, "codes", own / "vqmodel")
    add(bench, "sharp", own / "esrgan-x4" / "model.safetensors")
    models_folder.main([str(bench.models), "list"])
    said = capsys.readouterr().out.splitlines()
    assert [line.partition("@")[0] for line in said] == ["codes", "sharp"]
    models_folder.main([str(bench.models), "check"])
    assert capsys.readouterr().out.count("is what the manifest says") == 2
    (bench.models / "sharp" / "model.safetensors").write_bytes(b"other")
    with pytest.raises(SystemExit, match=r"sharp/model.safetensors is not the file"):
        models_folder.main([str(bench.models), "check", "sharp"])
    models_folder.main([str(bench.models), "remove", "sharp"])

    assert set(manifest.read(bench.models)) == {"codes"}
    assert not (bench.models / "sharp").exists()
    with pytest.raises(SystemExit, match="no weights named 'sharp'"):
        models_folder.main([str(bench.models), "remove", "sharp"])


def test_the_command_adds_lists_checks_and_removes(
    bench, own, warm, lora, controlnet, ip_adapter, monkeypatch, capfd
):
    monkeypatch.setattr(torch_python, "python", lambda: warm)
    monkeypatch.setenv(torch_python.VARIABLE, str(bench.models))

    def collage(*words):
        """What it ends with, and what it and the process that it starts have printed."""
        done = CliRunner().invoke(app, ["models", *words])
        said = capfd.readouterr()
        return done.exit_code, said.out + said.err + done.output

    beside = ["--controlnet", f"{controlnet}:0.5", "--controlnet-kind", "tile"]
    beside += ["--ip-adapter", f"{ip_adapter}:0.6", "--lora", f"{lora}:0.8"]
    code, added = collage("add", "mine", str(own / "sdxl"), *beside, "--licence", "x")
    assert code == 0, added
    family = manifest.read(bench.models)["mine"]
    assert f"mine@{family.digest} can variation" in added
    assert list(family.adapters.values()) == [0.8]
    assert family.controlnet == ControlNet(kind="tile", scale=0.5)
    assert family.ip_adapter == IPAdapter(scale=0.6)
    _, listed = collage("list")
    assert f"mine@{family.digest}" in listed
    assert "variation, by ControlNet (tile, 0.5), styles from pictures (0.6)" in listed
    assert collage("check")[0] == 0
    code, refused = collage("check", "nothing")
    assert code == 1
    assert "NoModel: model: there are no weights named 'nothing'; there are: mine" in refused
    assert collage("remove", "mine")[0] == 0
    assert not manifest.read(bench.models)
