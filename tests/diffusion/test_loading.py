"""Weights on their way to a model: checked, safetensors only, nothing beside them."""

import json
import os
import shutil
import subprocess
import sys

import pytest

pytest.importorskip("torch", reason="there is no torch here: make install-diffusion")

import torch
from safetensors.torch import load_file

from collage.errors import NoModel
from collage.weights import Weights
from tasks.diffusion import families, manifest, prepare, tiny, weights
from tasks.diffusion.ends import End
from tests.diffusion.bench import ID
from tests.infrastructure.shipped import ROOT

UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def copy(models, bench, tmp_path):
    """The folder of models, to be spoiled."""
    bench.models = tmp_path / "models"
    shutil.copytree(models, bench.models)
    return bench.models


def bring(bench, model="sdxl-inpainting"):
    pinned = bench.store.weights(str(bench.models)).pinned(model)
    return weights.bring(bench.store, str(bench.models), pinned, bench.models, lambda: None)


def test_a_folder_that_is_what_it_says_is_used_where_it_is(bench):
    family, folder = bring(bench)

    assert folder == bench.models / "sdxl-inpainting"
    assert (family.kind, family.repository) == ("inpainting", "random")


def test_a_changed_file_is_refused(copy, bench):
    file = copy / "sdxl-inpainting" / UNET
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)

    with pytest.raises(NoModel, match=f"{UNET} is not the file"):
        bring(bench)


def test_a_missing_file_is_refused(copy, bench):
    (copy / "sdxl-inpainting" / UNET).unlink()

    with pytest.raises(NoModel, match=f"{UNET} is missing"):
        bring(bench)


@pytest.mark.parametrize("name", ["unet/diffusion_pytorch_model.bin", "pipeline.py", "a.pt"])
def test_a_file_that_nobody_vouches_for_is_refused(copy, bench, name):
    (copy / "sdxl-inpainting" / name).write_bytes(b"cos\nsystem\n")

    with pytest.raises(NoModel, match="does not name"):
        bring(bench)


def test_other_weights_under_the_same_name_are_not_taken_for_the_planned_ones(copy, bench):
    tile = bench.tile("inpaint")
    tiny.make(copy, seed=1)
    bench.plan([tile])

    assert bench.worker().run() == End.NO_MODEL
    assert "now" in bench.store.failures(ID)[0].message


def test_a_pickle_in_place_of_safetensors_is_not_loaded(copy, bench):
    """Named and vouched for, it is refused by the manifest; beside it, by the loader."""
    folder = copy / "sdxl-inpainting"
    torch.save(load_file(folder / UNET), folder / "unet" / "diffusion_pytorch_model.bin")
    (folder / UNET).unlink()
    with pytest.raises(ValueError, match="is none of"):
        manifest.family(folder, "inpainting", "random", "none")

    from diffusers import AutoPipelineForInpainting

    from tasks.diffusion import pipelines
    from tasks.diffusion.machine import machine

    with pytest.raises(OSError, match="safetensors"):
        pipelines.load(AutoPipelineForInpainting, folder, machine())


@pytest.mark.parametrize("spoil", ["changed", "missing"])
def test_what_s3_holds_is_checked_as_well(bench, tmp_path, spoil):
    for path in (bench.models / "vqmodel").rglob("*"):
        bench.s3.upload_file(str(path), bench.bucket, f"vqmodel/{path.name}")
    bench.s3.upload_file(str(bench.models / "manifest.json"), bench.bucket, "manifest.json")
    key = "vqmodel/diffusion_pytorch_model.safetensors"
    if spoil == "missing":
        bench.s3.delete_object(Bucket=bench.bucket, Key=key)
    else:
        bench.s3.put_object(Bucket=bench.bucket, Key=key, Body=b"something else")
    location = f"s3://{bench.bucket}/"

    with pytest.raises(NoModel, match="missing" if spoil == "missing" else "is not the file"):
        weights.bring(bench.store, location, "vqmodel", tmp_path, lambda: None)


@pytest.fixture
def in_s3(bench):
    """A family in a bucket, and where."""
    for path in (bench.models / "vqmodel").iterdir():
        bench.s3.upload_file(str(path), bench.bucket, f"vqmodel/{path.name}")
    bench.s3.upload_file(str(bench.models / "manifest.json"), bench.bucket, "manifest.json")
    return f"s3://{bench.bucket}/"


def test_what_an_interrupted_download_left_harms_nothing(bench, in_s3, tmp_path):
    """In the cache, which outlives tasks: the part of a file, beside it and in its place."""
    family, folder = weights.bring(bench.store, in_s3, "vqmodel", tmp_path, lambda: None)
    file = folder / "diffusion_pytorch_model.safetensors"
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    (folder / "diffusion_pytorch_model.safetensors.8E3fa1Bc").write_bytes(whole[:200])
    (folder / f"{weights.COMING}.1a2B3c4D").write_bytes(whole[:300])
    again = weights.bring(bench.store, in_s3, "vqmodel", tmp_path, lambda: None)

    assert again == (family, folder)
    assert file.read_bytes() == whole
    assert {path.name for path in folder.iterdir()} == set(family.files)


def test_a_download_that_ends_midway_leaves_no_file_under_its_name(bench, in_s3, tmp_path):
    """What S3 sends is cut short of what the manifest says."""
    key = "diffusion_pytorch_model.safetensors"
    whole = bench.s3.get_object(Bucket=bench.bucket, Key=f"vqmodel/{key}")["Body"].read()
    bench.s3.put_object(Bucket=bench.bucket, Key=f"vqmodel/{key}", Body=whole[:-1])
    with pytest.raises(NoModel, match="is not the file"):
        weights.bring(bench.store, in_s3, "vqmodel", tmp_path, lambda: None)
    (folder,) = tmp_path.iterdir()

    assert not (folder / key).exists()
    assert {path.name for path in folder.iterdir()} <= {"config.json"}


def test_two_tasks_do_not_bring_a_family_at_once(bench, in_s3, tmp_path):
    """While one has the folder the other waits, and may be told to stop waiting."""
    family, folder = weights.bring(bench.store, in_s3, "vqmodel", tmp_path, lambda: None)
    looks = []

    class ToldToStop(Exception):
        pass

    def between():
        looks.append(folder)
        raise ToldToStop

    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ToldToStop):
            weights.bring(bench.store, in_s3, "vqmodel", tmp_path, between)
    finally:
        holder.kill()
        holder.wait()

    assert looks == [folder]
    # The lock is gone with the process that had it.
    assert weights.bring(bench.store, in_s3, "vqmodel", tmp_path, lambda: None) == (family, folder)


HOLDER = """
import fcntl, os, sys, time
fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(600)
"""


def test_tiny_models_are_the_same_wherever_they_are_made(models, tmp_path):
    tiny.make(tmp_path)

    assert (tmp_path / "manifest.json").read_bytes() == (models / "manifest.json").read_bytes()


def test_the_task_reaches_for_no_network(bench, warm):
    """A proxy that is not there is where a request would go; every tile is made all the same."""
    tile = bench.tile("generate")
    bench.plan([tile])
    dead = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")
    task = bench.start(warm, **dead, NO_PROXY="", no_proxy="")

    assert task.wait() == End.DONE
    assert bench.store.sidecar(tile)


def test_the_library_and_the_command_do_without_torch():
    code = (
        "import sys\n"
        "import combinatoric_collage.cli.main, collage.steps.render_tile, "
        "collage.weights\n"
        "assert 'torch' not in sys.modules and 'diffusers' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'collage'}"}

    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_the_families_that_can_be_prepared_are_those_that_tiny_ones_stand_for(models):
    real = families.read()
    there = Weights.model_validate(json.loads((models / "manifest.json").read_bytes())).families

    assert {name: family.kind for name, family in real.items()} == {
        name: family.kind for name, family in there.items()
    }


@pytest.fixture
def published(models, tmp_path):
    """A family as it is published, a pickled table, from a file here in place of the network."""
    file = tmp_path / "net.pth"
    torch.save({"params_ema": load_file(models / "esrgan-x4" / "model.safetensors")}, file)
    return families.read()["esrgan-x4"].model_copy(
        update={
            "urls": {"model.safetensors": file.as_uri()},
            "sha256": {"model.safetensors": weights.digest(file)},
        }
    )


def test_a_published_file_becomes_a_family_that_the_task_loads(published, bench, tmp_path):
    prepare.prepare(tmp_path / "models", "esrgan-x4", published, trusted=False)
    bench.models = tmp_path / "models"
    (picture,) = bench.make(bench.tile("upscale", size=(256, 256)))

    assert picture.size == (256, 256)


def test_a_file_that_is_not_the_expected_one_harms_nothing_that_is_there(published, tmp_path):
    """What was prepared before stays, in the folder and in the manifest."""
    folder = tmp_path / "models"
    prepare.prepare(folder, "esrgan-x4", published, trusted=False)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    other = published.model_copy(update={"sha256": {"model.safetensors": 64 * "0"}})

    with pytest.raises(NoModel, match=f"expects {64 * '0'}"):
        prepare.prepare(folder, "esrgan-x4", other, trusted=False)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_what_is_published_is_pinned_by_commits_that_are_some():
    real = families.read()

    assert all(len(one.revision) == 40 for one in real.values() if one.kind == "flow-matching")
    assert (
        real["sdxl"].sha256["vae/diffusion_pytorch_model.fp16.safetensors"].startswith("bcb60880")
    )
