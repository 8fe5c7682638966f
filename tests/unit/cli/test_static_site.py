"""A collage's page in a folder for a web host: what is in it, and where it may be written."""

import json
import re
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from collage import page
from collage.manifest import Manifest
from combinatoric_collage.cli.application import app
from combinatoric_collage.cli.result_files import RECORD, Results
from combinatoric_collage.cli.stacks import static_site
from combinatoric_collage.cli.stacks.fetch import fetch
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.cli.stacks.which import Where
from tests.unit.runs import made


@pytest.fixture(autouse=True)
def _built():
    if not page.is_built():
        pytest.skip(page.NOT_BUILT)


@pytest.fixture
def collage(stack, monkeypatch):
    """A collage that is made, in the stack that commands reach."""

    @contextmanager
    def reached(_):
        yield Stack({"s3": stack.store.s3}.__getitem__, "test")

    monkeypatch.setattr(Stack, "store", stack.store)
    monkeypatch.setattr(Where, "reached", reached)
    return made(stack, title="Two")


def export(*words, code=0):
    done = CliRunner().invoke(app, ["export", *map(str, words)])
    assert done.exit_code == code, done.output
    return done.output


def contents(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_folder_is_a_site_and_another_export_of_it_replaces_it(stack, collage, tmp_path):
    out = tmp_path / "site"
    said = json.loads(export(collage, "--site", out, "--json"))
    there = contents(out)
    manifest = Manifest.model_validate_json(there["manifest.json"])
    tiles = {f"tiles/{each.key}.png" for each in manifest.tiles}
    assert tiles < there.keys()
    assert there.keys() == Results(out).written() | {RECORD}
    assert (said["path"], said["files"]) == (str(out), len(there) - 1)
    assert said["bytes"] == sum(len(data) for name, data in there.items() if name != RECORD)
    assert there[".nojekyll"] == b""
    index = there["index.html"].decode()
    named = set(re.findall(r'(?:href|src)="([^"]+)"', index))
    assert {name for name in named if not name.startswith("data:")} < there.keys()
    assert "og:" not in index

    export(collage, "--site", out, "--no-tiles", "--url", "https://pictures.example/two/")
    there = contents(out)
    assert not tiles & there.keys()
    index = there["index.html"].decode()
    assert '"og:image" content="https://pictures.example/two/preview.jpg"' in index
    assert set(re.findall(r'="(page\.[^"]+)"', index)) == {"page.css", "page.js"}


def test_what_is_somebody_elses_stays(stack, collage, tmp_path):
    own, fetched, other = (tmp_path / name for name in ("own", "fetched", "other"))
    own.mkdir()
    (own / "index.html").write_text("mine")
    fetch(stack.store, collage, fetched)
    (fetched / "choices.json").write_text("{}")
    fetch(stack.store, made(stack, seed=7), other)
    Results(fetched).begin(["choices.json"])
    before = contents(tmp_path)
    for folder, why in (
        (own, "which this command did not make"),
        (fetched, "fetched collage with its choices.json"),
        (other, "--force"),
    ):
        assert why in " ".join(export(collage, "--site", folder, code=2).split())
    assert contents(tmp_path) == before
    export(collage, "--site", other, "--force")
    assert json.loads((other / "manifest.json").read_text())["id"] == collage


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "say what to take away"),
        (["zip", "--site", "x"], "leave KIND out"),
        (["--site", "x", "--only", "starred"], "a site shows all of a collage"),
        (["--site", "x", "--names", "{row}"], "names: --site has no use for it"),
        (["--site", "x", "--out", "y"], "out: --site has no use for it"),
        (["zip", "--no-tiles"], "go with --site"),
        (["--site", "x", "--url", "pictures.example"], "url: pictures.example is no https://"),
        (["--site", "x", "--url", "https://pictures.example/?a"], "without ? and #"),
        (["--site", ""], "it is empty"),
    ],
)
def test_what_does_not_go_together_is_refused(words, why, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert why in " ".join(export("0" * 20, *words, code=2).split())
    assert not [*tmp_path.iterdir()]


def test_of_a_collage_that_is_not_made_there_is_no_site(collage, stack, tmp_path):
    stack.store.s3.delete_object(
        Bucket=stack.store.collages, Key=f"collages/{collage}/manifest.json"
    )
    assert "is not made yet" in export(collage, "--site", tmp_path / "site", code=1)
    assert not (tmp_path / "site").exists()


def test_what_github_takes_is_said(stack, collage, tmp_path, monkeypatch):
    monkeypatch.setattr(static_site, "LARGEST_FILE", 4_000)
    monkeypatch.setattr(static_site, "LARGEST_SITE", 5_000)
    said = static_site.write(stack.store, collage, tmp_path / "site", tiles=False, link=None)
    assert any(note.startswith("page.js has ") for note in said.notes)
    assert said.notes[-1].startswith("All of it has ")
