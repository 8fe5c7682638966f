"""A folder of results: what the command did not write is neither replaced nor removed."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collage import page
from collage.errors import CollageError, InvalidRequest
from collage.manifest import Manifest
from collage.request.named_files import Files
from collage.request.parse import parse
from collage.steps.accept import let_in
from combinatoric_collage.cli import gallery
from combinatoric_collage.cli.application import app
from combinatoric_collage.cli.result_files import RECORD, Results
from combinatoric_collage.cli.stacks.fetch import fetch
from tests.unit import runs
from tests.unit.pictures import encode, noise, plain

SHIPPED = Path(__file__).parents[2] / "fixtures" / "records" / "0.1.0"


@pytest.fixture
def made(stack):
    """A finished collage in the store; its id."""
    return runs.made(stack)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def fill(folder: Path, *names: str) -> dict[str, bytes]:
    """Somebody's files; what was in the folder then."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(f"somebody's {name}".encode())
    return contents(folder)


def shipped(folder: Path) -> Path:
    """A result as 0.1.0 left it, without a record of its files."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest.model_validate_json((SHIPPED / "manifest.json").read_bytes())
    here = manifest.model_copy(update={"files": manifest.files.gathered()})
    (folder / "manifest.json").write_text(here.model_dump_json(), encoding="utf-8")
    fill(folder, "collage.png", "source.png", "index.html", "collage_files/0/0_0.jpg")
    return folder


@pytest.mark.parametrize("name", ["new/below", "empty", "looked-at"])
def test_a_new_or_an_empty_folder_is_fine(tmp_path, name):
    (tmp_path / "empty").mkdir()
    fill(tmp_path, "looked-at/.DS_Store")

    Results(tmp_path / name).check()

    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "names", [["source.png"], ["holiday.jpg"], ["collage_files/notes.txt"], ["manifest.json"]]
)
def test_a_folder_of_somebody_else_is_refused_and_left_as_it_is(tmp_path, names):
    before = fill(tmp_path, *names)

    with pytest.raises(InvalidRequest, match=f"holds {names[0]}, which this command did not make"):
        Results(tmp_path).check()

    assert contents(tmp_path) == before


@pytest.mark.parametrize("command", ["run", "remake", "assemble", "fetch", "resume"])
def test_commands_refuse_it_before_anything_is_made(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo.png").write_bytes(encode(noise((64, 64))))
    what = "photo.png" if command in ("run", "remake") else "0123456789abcdef0123"

    named = CliRunner().invoke(app, [command, what, "--out", "."])
    unnamed = CliRunner().invoke(app, [command, what, "--out", ""])

    assert (named.exit_code, unnamed.exit_code) == (2, 2)
    assert "out: . holds photo.png" in named.output
    assert "it is empty; name a folder" in unnamed.output
    assert list(contents(tmp_path)) == ["photo.png"]


def test_a_result_replaces_an_earlier_one_and_nothing_else(stack, made, tmp_path):
    results = Results(tmp_path)
    fetch(stack.store, made, tmp_path)
    before = contents(tmp_path)
    stale = f"tiles/{'0' * 64}.png", "collage_files/12/9_9.jpg"
    results.begin(stale)
    for name in stale:
        results.write(name, b"of an earlier result")
    kept = {"notes.txt", f"tiles/{'1' * 64}.png", "collage_files/11/mine.jpg"}
    fill(tmp_path, *kept)

    results.check()
    fetch(stack.store, made, tmp_path)

    after = contents(tmp_path)
    assert {name for name in after if name not in before} == kept
    assert {name: after[name] for name in before} == before
    assert not (tmp_path / "collage_files" / "12").exists()


def test_a_name_that_somebody_else_uses_is_not_taken(stack, made, tmp_path):
    fetch(stack.store, made, tmp_path)
    record = (tmp_path / RECORD).read_text(encoding="utf-8")
    (tmp_path / RECORD).write_text(record.replace('"source.png",', ""), encoding="utf-8")
    before = contents(tmp_path)

    for attempt in (Results(tmp_path).check, lambda: fetch(stack.store, made, tmp_path)):
        with pytest.raises(InvalidRequest, match=r"source.png was not made by this command"):
            attempt()

    assert contents(tmp_path) == before


def test_an_input_is_never_replaced(stack, made, tmp_path):
    fetch(stack.store, made, tmp_path)
    (tmp_path / "words.txt").hardlink_to(tmp_path / "collage.png")

    for name, hit in (("source.png", "source.png"), ("words.txt", "collage.png")):
        with pytest.raises(InvalidRequest, match=f"{name} would be replaced by .* {hit}"):
            Results(tmp_path).check([tmp_path / name])


def test_an_interrupted_one_is_gone_on_with(stack, made, tmp_path):
    Results(tmp_path).begin(["collage.png", "manifest.json"])
    Results(tmp_path).write("collage.png", b"half a picture")

    Results(tmp_path).check()
    fetch(stack.store, made, tmp_path)

    assert (tmp_path / "collage.png").read_bytes() == stack.store.collage(made)


def test_a_result_of_the_first_version_is_known_by_its_manifest(stack, made, tmp_path):
    shipped(tmp_path)
    fill(tmp_path, "mine.txt")

    Results(tmp_path).check()
    fetch(stack.store, made, tmp_path)

    assert (tmp_path / "collage.png").read_bytes() == stack.store.collage(made)
    assert (tmp_path / "mine.txt").is_file()


def test_results_can_lie_beside_each_other(tmp_path):
    shipped(tmp_path / "demo")
    shipped(tmp_path / "more" / "second")
    Results(tmp_path).check()

    fill(tmp_path, "more/holiday.jpg")
    with pytest.raises(InvalidRequest, match=r"holds more/holiday.jpg"):
        Results(tmp_path).check()


@pytest.mark.parametrize("link", ["tiles", "collage.png", "masks"])
def test_a_link_is_not_followed_out_of_the_folder(stack, made, tmp_path, link):
    away, out = tmp_path / "away", tmp_path / "out"
    fill(away, "mine")
    fetch(stack.store, made, out)
    if (out / link).is_dir():
        shutil.rmtree(out / link)
    (out / link).unlink(missing_ok=True)
    (out / link).symlink_to(away if link != "collage.png" else away / "mine")
    before = contents(away)

    for attempt in (Results(out).check, lambda: fetch(stack.store, made, out)):
        with pytest.raises(InvalidRequest, match="is a link to somewhere else"):
            attempt()

    assert contents(away) == before


@pytest.mark.parametrize("name", ["../mine", "/etc/hostname", "notes.txt", "tiles/../mine", ""])
def test_a_record_cannot_make_other_files_its_own(tmp_path, name):
    out = tmp_path / "out"
    before = fill(tmp_path, "mine", "out/notes.txt")
    (out / RECORD).write_text(f'{{"files": ["{name}", "manifest.json"]}}', encoding="utf-8")

    Results(out).end([])

    assert {key: contents(tmp_path)[key] for key in before} == before
    with pytest.raises(InvalidRequest, match="No result has a file"):
        Results(out).begin([name])


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"collage_files"', '"../../mine"'),
        ('"source.png"', '"/tmp/mine.png"'),
        ('"masks/top.png"', '"masks/../../mine.png"'),
        ('"collage.png"', '"../collage.png"'),
    ],
)
def test_a_manifest_cannot_lead_out_of_the_folder(stack, made, tmp_path, was, becomes):
    manifest = stack.get(f"collages/{made}/manifest.json").decode()
    assert was in manifest
    stack.store.put_file(made, "", "manifest.json", manifest.replace(was, becomes).encode())
    before = fill(tmp_path, "mine/notes.txt")

    with pytest.raises(CollageError, match=r"manifest\.json"):
        fetch(stack.store, made, tmp_path / "a" / "out")

    assert contents(tmp_path) == before


def test_a_gallery_replaces_only_a_gallery(stack, made, tmp_path):
    fetch(stack.store, made, tmp_path / "one")
    head = (page.FOLDER / "gallery.html").read_text(encoding="utf-8").partition("$")[0]
    # As 0.1.0 left it.
    (tmp_path / "gallery.html").write_text(head + "...", encoding="utf-8")
    gallery.write(tmp_path)
    gallery.write(tmp_path)
    assert "1 collages" not in (tmp_path / "gallery.html").read_text(encoding="utf-8")

    for name in ("gallery.html", "page.css"):
        other = tmp_path / name.partition(".")[0]
        fetch(stack.store, made, other / "one")
        before = fill(other, name)
        with pytest.raises(InvalidRequest, match=f"{name} was not made by this command"):
            gallery.write(other)
        assert contents(other) == before


def test_a_folder_with_only_a_gallery_is_no_result(stack, made, tmp_path):
    fetch(stack.store, made, tmp_path / "one")
    gallery.write(tmp_path)
    Results(tmp_path).check()

    (tmp_path / "holiday.png").write_bytes(encode(plain((8, 8))))
    with pytest.raises(InvalidRequest, match=r"holds holiday.png"):
        Results(tmp_path).check()


def test_the_id_is_known_before_a_collage_is_started(stack, made):
    accepted = stack.store.accepted(made)
    source = stack.store.upload(accepted.key, 10**7)
    asked = parse(accepted.request.model_dump(mode="json", exclude_unset=True))

    assert let_in(stack.services, asked, source, Files()).id == made
