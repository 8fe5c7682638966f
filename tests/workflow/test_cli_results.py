"""What else the command makes of a collage, on one laptop cloud that stays up."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from combinatoric_collage.cli.stacks import laptop
from tests.unit.pictures import decode
from tests.workflow.command import Command
from tests.workflow.running import photo
from tests.workflow.test_cli import SMALL, answer


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the command finds a cloud that another process may have started."""
    home = tmp_path_factory.mktemp("home")
    (home / "photo.png").write_bytes(photo(1))
    state = home / "cache" / "combinatoric-collage" / "state"
    with laptop.running({}, state=state, stays=True):
        yield home


@pytest.fixture(scope="module")
def made(home: Path) -> dict[str, Any]:
    return answer(home, "run", "photo.png", *SMALL, "--out", "first")


def refused(home: Path, *arguments: str) -> str:
    """What is said of something that is not done."""
    done = Command(home)(*arguments)
    assert done.exit_code == 2, done.output
    return done.stderr


def test_a_larger_grid_renders_only_what_is_new(home: Path, made: Any) -> None:
    larger = ["--rows", "3", "--cols", "4"]
    small_but = [*SMALL[4:], *larger]

    estimate = answer(home, "estimate", "photo.png", *small_but)
    run = answer(home, "run", "photo.png", *small_but, "--out", "larger")

    assert (estimate["tiles"], estimate["reused"], estimate["usd"]) == (6, 6, 0)
    assert run["tiles"] == {"reused": 6, "done": 6}


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
    assert apart["id"] in Command(home)("explain", "apart/preview.jpg").output
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
    assert "--force" in refused(home, "export", made["id"], "zip", "--out", "a/tiles.zip")
    nothing = refused(home, "export", made["id"], "zip", "--only", "mask=nowhere")
    assert "only: no tile has the mask 'nowhere'" in nothing


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


def test_a_picture_says_nothing_when_asked_to(home: Path) -> None:
    run = answer(home, "run", "photo.png", *SMALL, "--seed", "5", "--no-metadata", "--out", "mute")

    for path in [home / run["collage"], *(home / run["tiles_folder"]).iterdir()]:
        assert set(decode(path.read_bytes()).info) <= {"dpi"}
    assert "NoMetadata" in refused(home, "explain", run["collage"])


def test_a_collage_is_made_again_from_its_picture_and_source(home: Path, made: Any) -> None:
    again = answer(home, "remake", "first/collage.png", "photo.png", "--out", "remade")

    assert again["id"] == made["id"]
    first, second = ((home / p).read_bytes() for p in (made["collage"], again["collage"]))
    assert decode(first).tobytes() == decode(second).tobytes()
    (home / "other.png").write_bytes(photo(2))
    said = refused(home, "remake", "first/collage.png", "other.png")
    assert said.startswith("SourceChanged: ")


def test_a_collage_is_deleted_after_it_was_said_what_goes(home: Path) -> None:
    seeded = ["run", "photo.png", *SMALL[4:], "--seed", "31", "--rows", "2"]
    kept = answer(home, *seeded, "--cols", "3", "--out", "6")
    wider = answer(home, *seeded, "--cols", "4", "--out", "8")
    folder = sorted(path.name for path in (home / "8").iterdir())

    looked = answer(home, "delete", wider["id"], "--dry-run")
    assert "--yes" in refused(home, "delete", wider["id"])
    done = answer(home, "delete", wider["id"], "--yes")

    assert not looked["deleted"]
    assert done["deleted"]
    assert looked["collages"] == done["collages"]
    (told,) = done["collages"]
    # What the other collage shows too stays, and so does the photo.
    assert (told["tiles"], told["kept"], told["sources_kept"]) == (2, 6, 1)
    assert Command(home)("status", wider["id"]).exit_code != 0
    assert sorted(path.name for path in (home / "8").iterdir()) == folder
    assert answer(home, "status", kept["id"])["state"] == "done"
    nobody = Command(home)("delete", "--everything-of", "user/nobody", "--yes")
    assert "no collages of user/nobody" in nobody.output
