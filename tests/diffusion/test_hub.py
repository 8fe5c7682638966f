"""Models from the Hub, by its own client: pinned, and then brought as they are pinned."""

import shutil
import subprocess
import sys

import pytest

pytest.importorskip("torch", reason="there is no torch here: make install-diffusion")

import huggingface_hub.constants
import torch
from safetensors.torch import load_file

from collage.errors import NoModel
from tasks.diffusion import families, hub, models_folder, pin, prepare
from tasks.diffusion.additions import Additions
from tasks.diffusion.weights import digest
from tests.diffusion import hub_server
from tests.infrastructure.shipped import ROOT

TOML = """\
# What this file is.

[first]
kind = "vector-quantized"
repository = "owner/first"
subfolder = "movq"
licence = "mine"
files = ["config.json", "*.safetensors"]
gigabytes = 0.1

[kandinsky]
kind = "image-embedding"
licence = "mine"
files = ["model_index.json", "*/*.json", "*/*.txt", "*/*.safetensors"]
gigabytes = 0.1

[kandinsky.folders]
prior = "owner/prior"
decoder = "owner/decoder"

[enlarged]
kind = "super-resolution"
licence = "mine"
gigabytes = 0.1

[enlarged.urls]
"model.safetensors" = "{url}"
"""


@pytest.fixture
def published(models, tmp_path, monkeypatch):
    """Where things are published: repositories, and a file elsewhere."""
    place = tmp_path / "hub" / "owner"
    shutil.copytree(models / "vqmodel", place / "first" / "movq")
    (place / "first" / "README.md").write_text("not needed")
    shutil.copytree(models / "kandinsky" / "prior", place / "prior")
    shutil.copytree(models / "kandinsky" / "decoder", place / "decoder")
    shutil.copytree(models / "sdxl", place / "sdxl")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    with hub_server.serving(tmp_path / "hub") as address:
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", address)
        monkeypatch.setattr(
            huggingface_hub.constants,
            "HUGGINGFACE_CO_URL_TEMPLATE",
            f"{address}/{{repo_id}}/resolve/{{revision}}/{{filename}}",
        )
        yield place


@pytest.fixture
def toml(models, tmp_path):
    file = tmp_path / "models.toml"
    pickled = tmp_path / "net.pth"
    torch.save({"params_ema": load_file(models / "esrgan-x4" / "model.safetensors")}, pickled)
    file.write_text(TOML.format(url=pickled.as_uri()))
    return file


def test_what_is_published_is_pinned_and_everything_else_in_the_file_stays(published, toml, models):
    before = toml.read_text()
    made = {name: pin.pin(name, toml) for name in ("first", "kandinsky", "enlarged")}
    weights = "diffusion_pytorch_model.safetensors"

    assert made == families.read(toml)
    assert all(one.pinned for one in made.values())
    assert made["first"].revision == hub_server.COMMIT
    assert made["first"].sha256 == {weights: digest(models / "vqmodel" / weights)}
    assert made["kandinsky"].revisions == dict.fromkeys(("prior", "decoder"), hub_server.COMMIT)
    assert f"decoder/movq/{weights}" in made["kandinsky"].sha256
    assert [*made["enlarged"].sha256] == ["model.safetensors"]
    assert set(before.splitlines()) <= set(toml.read_text().splitlines())
    # Pinned again, it is the same text.
    once = toml.read_text()
    for name in made:
        pin.pin(name, toml)
    assert toml.read_text() == once


def test_a_family_is_brought_as_it_is_pinned_and_not_otherwise(published, toml, tmp_path):
    folder = tmp_path / "models"
    for name in ("first", "kandinsky", "enlarged"):
        with pytest.raises(NoModel, match=f"does not say which {name} is meant.*--unpinned"):
            prepare.prepare(folder, name, families.read(toml)[name], trusted=False)
        assert not folder.exists() or not list(folder.glob("*"))
        pinned = pin.pin(name, toml)
        prepare.prepare(folder, name, pinned, trusted=False)
        models_folder.main([str(folder), "check", name])
        shutil.rmtree(folder)
    changed = published / "decoder" / "movq" / "diffusion_pytorch_model.safetensors"
    changed.write_bytes(changed.read_bytes()[:-1] + b"x")

    with pytest.raises(NoModel, match=r"decoder/movq/.*models.toml expects"):
        prepare.prepare(folder, "kandinsky", families.read(toml)["kandinsky"], trusted=False)
    loose = families.read(toml)["first"].model_copy(update={"revision": "", "sha256": {}})
    prepare.prepare(folder, "first", loose, trusted=False, unpinned=True)


def test_a_model_of_ones_own_comes_from_the_hub_with_its_commit(published, controlnet, tmp_path):
    shutil.copytree(controlnet, published / "edges")
    folder = tmp_path / "models"
    beside = Additions(controlnet=("hub:owner/edges@main", 0.5))
    made, tried = models_folder.add(folder, "mine", "hub:owner/sdxl@main", beside=beside)

    assert tried
    assert (made.revision, made.repository) == (hub_server.COMMIT, "hub:owner/sdxl@main")
    assert "controlnet/config.json" in made.files
    (published / "edges" / "diffusion_pytorch_model.safetensors").rename(
        published / "edges" / "diffusion_pytorch_model.bin"
    )
    with pytest.raises(NoModel, match=r"owner/edges has diffusion_pytorch_model.bin, a pickle"):
        hub.bring("owner/edges@main", tmp_path / "elsewhere")


def test_the_command_pins_only_what_there_is():
    command = [sys.executable, "-m", "combinatoric_collage.cli.main", "models", "pin", "nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "invalid choice: 'nothing'" in done.stderr
