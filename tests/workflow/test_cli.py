"""The command as a user gives it: its files, its exit codes, and what it prints."""

import json
import os
import subprocess
import sys
import zipfile
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
    done = collage(home, "run", "photo.png", *SMALL, "--out", "again")

    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr.startswith("styles (3): Cubism | Baroque | Op Art\nlaptop cloud\n")
    assert "0 tiles by 0 calls, at no charge; 6 more are there already\n" in done.stderr
    assert f"Collage {made['id']}: 6 done" in done.stderr
    assert "again/collage.png" in done.stderr


def test_a_larger_grid_renders_only_what_is_new(home: Path, made: Any) -> None:
    larger = ["--rows", "3", "--cols", "4"]
    small_but = [*SMALL[4:], *larger]

    estimate = answer(home, "estimate", "photo.png", *small_but)
    run = answer(home, "run", "photo.png", *small_but, "--out", "larger")

    assert (estimate["tiles"], estimate["reused"], estimate["usd"]) == (6, 6, 0)
    assert run["tiles"] == {"reused": 6, "done": 6}


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


def test_assemble_lays_the_tiles_out_another_way(home: Path, made: Any) -> None:
    options = ["--rows", "3", "--cols", "2", "--cell", "40", "--gap", "2", "--sort", "style"]
    again = answer(home, "assemble", made["id"], *options, "--labels", "--out", "sorted")

    manifest = json.loads((home / again["manifest"]).read_text())
    shown = [manifest["tiles"][cell["tile"]]["tile"] for cell in manifest["cells"]]
    order = [(tile["styles"], tile["mask"]) for tile in shown]
    assert order == sorted(order)
    picture = decode((home / again["collage"]).read_bytes())
    assert picture.width == 2 * 40 + 2
    assert picture.height > 3 * 40 + 2 * 2
    first = json.loads((home / made["manifest"]).read_text())
    assert {tile["key"] for tile in manifest["tiles"]} == {tile["key"] for tile in first["tiles"]}


def test_a_cell_is_made_again_and_more_like_it(home: Path, made: Any) -> None:
    other = answer(home, "again", made["id"], "--change", "0:1", "--seed", "9", "--out", "other")
    like = answer(home, "again", made["id"], "--like", "0:1", "--count", "2", "--out", "like")

    assert other["tiles"] == {"done": 1, "reused": 5}
    assert like["tiles"] == {"done": 2}
    assert json.loads((home / like["manifest"]).read_text())["recipe"] == "variations"


def test_a_collage_can_be_left_apart(home: Path, made: Any) -> None:
    apart = answer(home, "run", "photo.png", *SMALL, "--no-joined", "--out", "apart")

    assert (apart["state"], apart["collage"]) == ("done", None)
    there = {path.name for path in (home / "apart").iterdir()}
    assert {"preview.jpg", "manifest.json", "tiles"} <= there
    assert not {name for name in there if name.startswith("collage")}
    fetched = answer(home, "fetch", apart["id"], "--out", "apart")
    assert fetched["preview"] == apart["preview"]
    tile = next((home / "apart" / "tiles").iterdir())
    assert answer(home, "explain", str(tile))["kind"] == "tile"
    said = collage(home, "explain", "apart/preview.jpg")
    assert apart["id"] in said.stdout + said.stderr
    joined = answer(home, "assemble", apart["id"], "--joined", "--out", "together")
    assert decode((home / joined["collage"]).read_bytes()).size == (96, 64)


def test_export_takes_tiles_away_as_one_file(home: Path, made: Any) -> None:
    said = answer(home, "export", made["id"], "zip", "--names", "{number}", "--out", "a/tiles.zip")

    manifest = json.loads((home / made["manifest"]).read_text())
    with zipfile.ZipFile(home / "a" / "tiles.zip") as read:
        for tile in manifest["tiles"]:
            kept = home / made["tiles_folder"] / f"{tile['key']}.png"
            assert read.read(f"{tile['index'] + 1}.png") == kept.read_bytes()
    assert (said["path"], said["tiles"]) == ("a/tiles.zip", 6)
    refused = collage(home, "export", made["id"], "zip", "--out", "a/tiles.zip")
    assert (refused.returncode, "--force" in refused.stderr) == (2, True)
    again = collage(home, "export", made["id"], "zip", "--only", "mask=nowhere")
    assert again.returncode == 2
    assert "only: no tile has the mask 'nowhere'" in again.stderr


def test_export_makes_every_kind_in_the_stacks_own_function(home: Path, made: Any) -> None:
    kinds = {
        "picture": (["--cell", "40", "--format", "jpeg", "--dpi", "72"], b"\xff\xd8\xff"),
        "poster": (["--paper", "A6", "--bleed", "3", "--marks"], b"%PDF-"),
        "sheet": (["--paper", "A5", "--columns", "3", "--title", "浮世絵"], b"%PDF-"),
        "film": (["--by", "mask", "--seconds", "0.2"], b"GIF89a"),
        "blocks": (["--by", "mask"], b"PK"),
    }
    for kind, (options, begins) in kinds.items():
        said = answer(home, "export", made["id"], kind, *options, "--out", f"b/{kind}")
        assert (home / "b" / kind).read_bytes().startswith(begins)
        assert (said["kind"], said["tiles"]) == (kind, 6)
    # The extra `video` is found in the function's process as well.
    answer(home, "export", made["id"], "film", "--by", "mask", "--format", "mp4", "--out", "b/mp4")
    assert (home / "b" / "mp4").read_bytes()[4:8] == b"ftyp"


def test_the_picture_says_what_each_of_its_cells_is(home: Path, made: Any) -> None:
    manifest = json.loads((home / made["manifest"]).read_text())

    cell = answer(home, "explain", "first/collage.png", "--at", "70,40")

    shown = next(c for c in manifest["cells"] if (c["row"], c["col"]) == (1, 2))
    assert cell["tile"]["prompt"] == manifest["tiles"][shown["tile"]]["tile"]["prompt"]
    assert cell["end"]["created"] == manifest["tiles"][shown["tile"]]["created"]
    assert collage(home, "explain", "first/collage.png", "--at", "700,40").returncode == 2


def test_a_picture_says_nothing_when_asked_to(home: Path) -> None:
    run = answer(home, "run", "photo.png", *SMALL, "--seed", "5", "--no-metadata", "--out", "mute")

    for path in [home / run["collage"], *(home / run["tiles_folder"]).iterdir()]:
        assert set(decode(path.read_bytes()).info) <= {"dpi"}
    assert "NoMetadata" in collage(home, "explain", run["collage"]).stderr


def test_a_collage_is_made_again_from_its_picture_and_source(home: Path, made: Any) -> None:
    again = answer(home, "remake", "first/collage.png", "photo.png", "--out", "remade")

    assert again["id"] == made["id"]
    first, second = ((home / p).read_bytes() for p in (made["collage"], again["collage"]))
    assert decode(first).tobytes() == decode(second).tobytes()
    (home / "other.png").write_bytes(photo(2))
    refused = collage(home, "remake", "first/collage.png", "other.png")
    assert refused.returncode == 2
    assert refused.stderr.startswith("SourceChanged: ")


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
    done = collage(home, *arguments, *(["--out", "wrong"] if arguments[0] != "up" else []))

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"{name}: ")
    assert "Traceback" not in done.stderr
    assert not (home / "wrong").exists()


def test_clean_removes_what_was_kept(home: Path, made: Any) -> None:
    assert collage(home, "clean").returncode == 0
    assert not (home / "cache" / "combinatoric-collage" / "state").exists()
    assert "there is nothing" in collage(home, "clean").stderr


def test_what_the_disk_does_not_take_is_told_once(home: Path) -> None:
    (home / "large.png").write_bytes(encode(noise((400, 400))))
    # Half of the picture, of which none of the command's own files has so much.
    limit = ("sh", "-c", 'ulimit -f 400 && exec "$@"', "sh")

    done = collage(home, "run", "large.png", *SMALL, "--state", "small", "--out", "x", under=limit)

    assert done.returncode == 1
    assert done.stderr.count("cannot keep what is made: File too large") == 1
    assert "UploadsBucket" in done.stderr.splitlines()[-1]
