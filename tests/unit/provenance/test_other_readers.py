"""Readers that other people have written find what they look for in our files."""

import json
import subprocess

import pytest

from collage.formats import metadata
from collage.provenance.describe import describe_collage
from tests.infrastructure.shipped import ROOT
from tests.unit.formats.files import PICTURES
from tests.unit.provenance.described import a_collage, a_tile, described

PYTHON = ROOT / ".clients" / "bin" / "python"
READ = """
import json, sys
from sd_parsers import ParserManager

for file in sys.argv[1:]:
    found = ParserManager().parse(file)
    (sampler,) = found.samplers
    prompts = [prompt.value for prompt in found.prompts]
    print(json.dumps([sampler.name, sampler.parameters, prompts, [m.name for m in found.models]]))
"""

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="make install was not run")


def read(*files):
    done = subprocess.run(
        [str(PYTHON), "-c", READ, *map(str, files)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_sd_parsers_finds_sampler_seed_prompt_and_model(tmp_path):
    euler = {"engine": "diffusion", "seed": 7, "sample": None, "options": {"scheduler": "euler_a"}}
    plan, manifest = a_collage(engine="painter")
    said = {
        "tile.png": described(a_tile(**euler)),
        "tile.jpeg": described(a_tile(**euler)),
        "tile.webp": described(a_tile(**euler)),
        "collage.png": describe_collage(plan, manifest),
    }
    for name, description in said.items():
        picture = PICTURES[name.partition(".")[2]]
        (tmp_path / name).write_bytes(metadata.embed(picture, description))

    *tiles, whole = read(*(tmp_path / name for name in said))

    tile = a_tile(**euler)
    for sampler, parameters, prompts, models in tiles:
        assert (sampler, parameters["seed"], parameters["steps"]) == ("Euler a", "7", "1")
        assert (prompts, models) == ([tile.prompt], [tile.model])
    assert whole[:2] == ["painter", {"seed": "0", "steps": "1"}]
