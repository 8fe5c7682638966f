"""The command with a laptop cloud of its own: its files, its exit codes, and what it prints."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.pictures import decode, encode, noise
from tests.workflow.command import Command
from tests.workflow.running import photo

SMALL = [
    "--rows", "2", "--cols", "3", "--size", "64", "--cell", "32",
    "--styles", "Cubism,Baroque,Op Art",
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "photo.png").write_bytes(photo(1))
    (home / "notes.txt").write_text("no picture at all")
    return home


def collage(
    home: Path, *arguments: str, under: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "AWS_"))}
    return subprocess.run(
        [*under, sys.executable, "-m", "combinatoric_collage.cli.main", *arguments],
        cwd=home,
        env={**environment, "XDG_CACHE_HOME": str(home / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )


def answer(home: Path, *arguments: str) -> dict[str, Any]:
    """What it prints as JSON, in this process: a new one would import everything again."""
    return Command(home).answer(*arguments)


@pytest.fixture(scope="module")
def made(home: Path) -> dict[str, Any]:
    done = collage(home, "run", "photo.png", *SMALL, "--out", "first", "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_run_leaves_the_collage_its_manifest_and_the_tiles(home: Path, made: Any) -> None:
    assert made["state"] == "done"
    assert made["tiles"] == {"done": 6}
    assert decode((home / made["collage"]).read_bytes()).size == (96, 64)
    manifest = json.loads((home / made["manifest"]).read_text())
    assert manifest["id"] == made["id"]
    tiles = {path.stem for path in (home / made["tiles_folder"]).iterdir()}
    assert tiles == {tile["key"] for tile in manifest["tiles"]}


def test_a_person_is_told_the_phases_and_the_files(home: Path, made: Any) -> None:
    done = Command(home)("run", "photo.png", *SMALL, "--out", "again")

    assert done.exit_code == 0
    assert done.stdout == ""
    assert done.stderr.startswith("styles (3): Cubism | Baroque | Op Art\nlaptop cloud\n")
    assert "0 tiles by 0 calls, at no charge; 6 more are there already\n" in done.stderr
    assert f"Collage {made['id']}: 6 done" in done.stderr
    assert "again/collage.png" in done.stderr


def test_an_estimate_starts_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(photo(2))

    estimate = answer(tmp_path, "estimate", "photo.png", *SMALL)

    assert (estimate["tiles"], estimate["reused"]) == (6, 0)
    assert not (tmp_path / "cache" / "combinatoric-collage" / "state").exists()


def test_resume_goes_on_with_what_is_missing(home: Path, made: Any) -> None:
    manifest = json.loads((home / made["manifest"]).read_text())
    lost = manifest["tiles"][2]["key"]
    kept = (home / "first" / "tiles" / f"{lost}.png").read_bytes()
    state = home / "cache" / "combinatoric-collage" / "state"
    records = [p for p in state.rglob("*.json") if f"tiles/{lost}.json" in p.read_text()]
    assert records
    for record in records:
        record.unlink()

    again = answer(home, "resume", made["id"], "--out", "resumed")

    assert again["id"] == made["id"]
    assert again["tiles"] == {"done": 6}
    assert (home / "resumed" / "tiles" / f"{lost}.png").read_bytes() == kept


def test_the_picture_says_what_each_of_its_cells_is(home: Path, made: Any) -> None:
    manifest = json.loads((home / made["manifest"]).read_text())

    cell = answer(home, "explain", "first/collage.png", "--at", "70,40")

    shown = next(c for c in manifest["cells"] if (c["row"], c["col"]) == (1, 2))
    assert cell["tile"]["prompt"] == manifest["tiles"][shown["tile"]]["tile"]["prompt"]
    assert cell["end"]["created"] == manifest["tiles"][shown["tile"]]["created"]
    assert Command(home)("explain", "first/collage.png", "--at", "700,40").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["run", "notes.txt"], "NotAPicture"),
        (["run", "nowhere.jpg"], "NoSuchFile"),
        (["run", "photo.png", "--rows", "0"], "InvalidRequest"),
        (["run", "photo.png", "--engine", "openai"], "EngineUnavailable"),
        (["run", "photo.png", "--theme", "the sea"], "InvalidRequest"),
        (["resume", "0123456789abcdef0123"], "NotInStore"),
        (["up", "--parameter", "MaxConcurrency"], "InvalidRequest"),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_code_2(
    home: Path, arguments: list[str], name: str
) -> None:
    given = ["--out", "wrong"] if arguments[0] != "up" else []
    done = Command(home)(*arguments, *given)

    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit)
    assert done.stderr.splitlines()[-1].startswith(f"{name}: ")
    assert not (home / "wrong").exists()


def test_clean_removes_what_was_kept(home: Path, made: Any) -> None:
    assert Command(home)("clean").exit_code == 0
    assert not (home / "cache" / "combinatoric-collage" / "state").exists()
    assert "there is nothing" in Command(home)("clean").stderr


def test_what_the_disk_does_not_take_is_told_once(home: Path) -> None:
    (home / "large.png").write_bytes(encode(noise((400, 400))))
    # Half of the picture, of which none of the command's own files has so much.
    limit = ("sh", "-c", 'ulimit -f 400 && exec "$@"', "sh")

    done = collage(home, "run", "large.png", *SMALL, "--state", "small", "--out", "x", under=limit)

    assert done.returncode == 1
    assert done.stderr.count("cannot keep what is made: File too large") == 1
    assert "UploadsBucket" in done.stderr.splitlines()[-1]
