"""Whole runs on the laptop cloud: every recipe that open models can make, by the shipped route."""

import json
import shutil
import subprocess
import sys

import pytest

pytest.importorskip("torch", reason="there is no torch here: make install-diffusion")

from PIL import Image
from typer.testing import CliRunner

from collage.errors import CollageError
from collage.request.named_files import Files
from combinatoric_collage.cli import torch_python
from combinatoric_collage.cli.application import app
from combinatoric_collage.cli.stacks import laptop
from tasks.diffusion import models_folder
from tasks.diffusion.additions import Additions
from tests.diffusion.bench import photo
from tests.infrastructure.shipped import ROOT
from tests.unit.pictures import decode, encode, noise
from tests.workflow.running import states_of

SMALL = {"engine": "diffusion", "size": 64, "cell": 64, "num_inference_steps": 4}

RECIPES = {
    "collage": {"rows": 2, "cols": 4, "styles": ["Cubism", "Baroque"], "combine": 1},
    "matrix": {"recipe": "matrix", "styles": ["Cubism", "Baroque"]},
    "samples": {"recipe": "samples", "prompt": "a barn", "grid_size": 2},
    "samples-2022": {
        "recipe": "samples",
        "prompt": "a barn",
        "grid_size": 2,
        "model": "ldm-text2im",
        "guidance_scale": 7.5,
    },
    "variations": {"recipe": "variations", "count": 3},
    "erase": {"recipe": "erase", "rects": ["8:24x8:24"], "prompt": "grass"},
    "interpolation": {
        "recipe": "interpolation",
        "prompt": "a barn",
        "steps": 2,
        "num_inference_steps": 10,
    },
    "reconstruction": {"recipe": "reconstruction", "num_inference_steps": None},
    "upscaled": {"recipe": "samples", "prompt": "a barn", "grid_size": 1, "upscale": 2},
}


@pytest.fixture(scope="module")
def stack(models, ip_adapter, warm, tmp_path_factory):
    """The laptop cloud; its tasks are forked off one process. The last test starts a whole one."""
    folder = tmp_path_factory.mktemp("weights")
    shutil.copytree(models, folder, dirs_exist_ok=True)
    origin = str(models / "sdxl-inpainting")
    models_folder.add(folder, "pictured", origin, beside=Additions(ip_adapter=(ip_adapter, 0.8)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(torch_python.VARIABLE, str(folder))
        patch.setattr(torch_python, "python", lambda: warm)
        patch.delenv("OPENAI_API_KEY", raising=False)
        state = tmp_path_factory.mktemp("state")
        with laptop.running({}, state=state) as (_, made):
            yield made


def run(stack, style_pictures=None, **options):
    asked = {name: value for name, value in (SMALL | options).items() if value is not None}
    source = None if asked.get("recipe") == "samples" else photo()
    started = stack.start(source, asked, Files(style_pictures=style_pictures or {}))
    for _ in stack.follow(started):
        pass
    return stack.store.manifest(started["id"])


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_made_on_the_gpu_route(stack, name):
    manifest = run(stack, **RECIPES[name])

    assert manifest.missing == 0
    made = [tile for tile in manifest.tiles if tile.tile.engine == "diffusion"]
    assert made
    assert all("@" in tile.tile.model for tile in made)
    assert "RenderOnGpu" in states_of(stack, manifest.id)


def test_a_style_picture_reaches_the_task_where_its_model_takes_one(stack):
    """With the rights of the task's role; the other styles of the collage are named as ever."""
    asked = {"rows": 1, "cols": 3, "styles": ["Moss", "Cubism", "Baroque"], "combine": 1}
    moss = {"Moss": encode(Image.new("RGB", (300, 200), "green"))}
    made = run(stack, moss, model="pictured", masks=["left"], **asked)

    assert made.missing == 0
    pictured = {tile.tile.styles: bool(tile.tile.style_pictures) for tile in made.tiles}
    assert pictured == {("Moss",): True, ("Cubism",): False, ("Baroque",): False}
    with pytest.raises(CollageError, match="sdxl-inpainting takes no style from a picture"):
        run(stack, moss, masks=["left"], **asked)


def test_what_is_there_starts_no_task(stack):
    first = run(stack, **RECIPES["collage"])
    again = run(stack, **RECIPES["collage"], labels=True)

    assert again.id != first.id
    assert again.tile_counts == {"reused": len(first.tiles)}
    assert stack.store.plan(again.id).of_tasks(0)
    shards = stack.store.s3.list_objects_v2(
        Bucket=stack.store.collages, Prefix=f"collages/{again.id}/shards/"
    )
    assert not shards.get("Contents")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"model": "nothing"}, "there are no weights named 'nothing'"),
        ({"model": "vqmodel"}, "cannot inpaint"),
        ({"guidance_scale": 0.5}, "guidance_scale"),
        ({"scheduler": "magic"}, "scheduler"),
        ({"size": [64, 60]}, "multiples of 8"),
        ({"strength": 0.1}, "strength"),
    ],
    ids=str,
)
def test_what_the_model_cannot_is_refused_at_the_door(stack, options, named):
    with pytest.raises(CollageError, match=named):
        run(stack, **options)


def test_the_command_makes_models_and_a_collage_by_them(warm, tmp_path, monkeypatch):
    """Its task is a whole process, with the Python that the command itself finds."""
    (tmp_path / "photo.png").write_bytes(photo())
    with monkeypatch.context() as patch:
        patch.setattr(torch_python, "python", lambda: warm)
        made = CliRunner().invoke(app, ["models", "tiny", str(tmp_path / "m")])
    assert made.exit_code == 0, made.output
    command = [
        sys.executable, "-m", "combinatoric_collage.cli.main",
        "run", str(tmp_path / "photo.png"), "--engine", "diffusion",
        "--models", str(tmp_path / "m"), "--rows", "1", "--cols", "2", "--size", "64",
        "--num-inference-steps", "2", "--out", str(tmp_path / "out"),
        "--state", str(tmp_path / "state"), "--json",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tiles"] == {"done": 2}
    assert (tmp_path / "out" / "collage.png").is_file()


def test_a_task_makes_the_tiles_of_several_photos(stack):
    photos = (encode(noise((64, 64), 4)), encode(noise((64, 64), 5)))
    asked = SMALL | RECIPES["matrix"] | {"source_names": ["one", "other"], "masks": ["left"]}

    started = stack.start(None, asked, Files(sources=photos))
    for _ in stack.follow(started):
        pass
    made = stack.store.manifest(started["id"])

    assert made.tile_counts == {"done": 4}
    for record in made.tiles:
        source = decode(stack.store.file(made.id, made.files.sources[record.source]))
        tile = decode(stack.store.tile_file(f"{record.key}.png")).convert("RGB")
        right = (40, 0, 64, 64)
        assert tile.crop(right).tobytes() == source.convert("RGB").crop(right).tobytes()
