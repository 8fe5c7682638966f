"""`collage choose`: in a fetched folder and in a stack, files of choices, and what is refused."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pytest
from typer.testing import CliRunner

from collage import records
from collage.choices.choice import Change, Choice, Choices, read
from collage.errors import UnreadableChoices
from collage.store.store import Store
from combinatoric_collage.cli.application import app
from combinatoric_collage.cli.result_files import RECORD
from combinatoric_collage.cli.stacks.fetch import fetch
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.cli.stacks.which import Where
from tests.unit import runs
from tests.unit.runs import start


@pytest.fixture
def made(stack):
    return runs.made(stack)


@pytest.fixture
def folder(stack, made, tmp_path):
    fetch(stack.store, made, tmp_path / "fetched")
    return tmp_path / "fetched"


def choose(*words, code=0) -> Any:
    done = CliRunner().invoke(app, ["choose", *map(str, words)])
    assert done.exit_code == code, done.output
    return done


def written(folder) -> Choices:
    return read((folder / "choices.json").read_bytes(), "choices.json")


def tile_at(stack, made, row, col) -> str:
    manifest = stack.store.manifest(made)
    return manifest.tiles[manifest.cells[row * 3 + col].tile].key


def test_tiles_of_a_folder_are_chosen_by_their_cells(stack, made, folder):
    note = "the light\nfrom above"
    choose(folder, "0:1", "1:2", "--star", "--score", 4, "--note", note, "--person", "anna")

    own = written(folder).people["anna"]
    assert own.keys() == {tile_at(stack, made, 0, 1), tile_at(stack, made, 1, 2)}
    for choice in own.values():
        assert (choice.star, choice.score, choice.note) == (True, 4, "the light\nfrom above")


def test_the_page_beside_it_is_told_in_a_script(folder):
    choose(folder, "0:0", "--note", "</script>\u2028<b>", "--person", "anna")

    text = (folder / "choices.js").read_text()
    assert text.startswith("window.choices = {")
    assert "<" not in text
    said = json.loads(text.removeprefix("window.choices = ").removesuffix(";\n"))
    assert said == json.loads((folder / "choices.json").read_bytes())


def test_what_was_said_is_taken_back(folder):
    choose(folder, "0:0", "--star", "--score", 4, "--note", "x", "--person", "anna")
    choose(folder, "0:0", "--unstar", "--person", "anna")
    (after,) = written(folder).people["anna"].values()
    assert (after.star, after.score, after.note) == (False, 4, "x")

    choose(folder, "0:0", "--clear", "--hide", "--person", "anna")

    (after,) = written(folder).people["anna"].values()
    assert after == Choice(hidden=True, at=after.at)
    choose(folder, "0:0", "--show", "--score", 3, "--person", "anna")
    choose(folder, "0:0", "--score", 0, "--person", "anna")
    (after,) = written(folder).people["anna"].values()
    assert after == Choice(at=after.at)


def test_terms_choose_as_they_do_elsewhere(folder):
    choose(folder, "0:0", "0:1", "--score", 5, "--person", "anna")
    choose(folder, "--only", "score>=5,cells=0:1", "--star", "--person", "ben")

    assert len(written(folder).people["ben"]) == 1
    assert "no tile is noted" in choose(folder, "--only", "noted", "--star", code=2).output


def test_who_is_not_named_is_the_user_of_the_machine(folder, monkeypatch):
    monkeypatch.setenv("LOGNAME", "carol")

    choose(folder, "0:0", "--star")

    assert list(written(folder).people) == ["carol"]


def test_choices_are_listed_with_who_made_them(folder):
    assert choose(folder).stdout == "Nobody has chosen any tile.\n"
    choose(folder, "0:1", "--star", "--score", 4, "--note", "rain\x1b[31m", "--person", "anna")
    choose(folder, "0:1", "--score", 1, "--note", "no", "--person", "ben")
    choose(folder, "1:0", "--hide", "--person", "ben")

    head, first, second = choose(folder).stdout.splitlines()

    assert head.split() == ["CELL", "MARK", "SCORE", "TILE", "NOTES"]
    assert first.startswith("0:1   starred  2.5    ")
    assert first.endswith("anna: rain [31m; ben: no")
    assert second.startswith("1:0   hidden ")
    assert "1 starred, 1 hidden, 1 scored, 1 noted, by anna, ben" in choose(folder).stderr
    assert len(choose(folder, "0:0", "0:1").stdout.splitlines()) == 3
    assert json.loads(choose(folder, "--json").stdout) == json.loads(
        (folder / "choices.json").read_bytes()
    )


def test_a_file_goes_from_one_folder_to_another_and_the_later_choice_counts(
    stack, made, folder, tmp_path
):
    other = tmp_path / "other"
    fetch(stack.store, made, other)
    choose(folder, "0:0", "--star", "--person", "anna")
    choose(other, "0:0", "--hide", "--person", "anna")
    choose(other, "0:2", "--star", "--person", "ben")
    choose(folder, "--export", tmp_path / "first.json")

    choose(other, "--import", tmp_path / "first.json")
    choose(other, "--export", tmp_path / "second.json")
    choose(folder, "--import", tmp_path / "second.json")

    assert written(folder) == written(other)
    key = tile_at(stack, made, 0, 0)
    assert written(folder).people["anna"][key].hidden


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--star"], "say which tiles"),
        (["0:0", "--only", "starred"], "not both"),
        (["0:9", "--star"], "there is no cell 0:9; the last is 1:2"),
        (["9", "--star"], "'9' is no cell; give ROW:COL"),
        (["0:0", "--star", "--export", "x.json"], "give it alone"),
        (["--import", "a.json", "--export", "b.json"], "give it alone"),
        (["0:0", "--score", "6"], "less than or equal to 5"),
        (["0:0", "--note", "n" * 2001], "at most 2,000 characters"),
        (["0:0", "--star", "--person", "  "], "1 to 64 characters"),
        (["--only", "stared", "--star"], "'stared' is no term"),
        (["--import", "gone.json"], "There is no file gone.json"),
    ],
)
def test_what_does_not_go_is_said_and_nothing_written(folder, words, why):
    assert why in " ".join(choose(folder, *words, code=2).output.split())
    assert not (folder / "choices.json").exists()


def test_a_file_is_not_written_over_by_an_export(folder, tmp_path):
    (tmp_path / "mine.json").write_text("mine")

    assert "is there already" in choose(folder, "--export", tmp_path / "mine.json", code=2).output
    assert (tmp_path / "mine.json").read_text() == "mine"


@pytest.mark.parametrize("text", ["{", '{"version": 2}', '{"id": 7}', ""])
@pytest.mark.parametrize("words", [[], ["0:0", "--star"], ["--export", "x.json"]])
def test_a_file_that_was_edited_wrongly_is_named_and_left_as_it_is(folder, text, words):
    (folder / "choices.json").write_text(text)

    done = choose(folder, *words, code=2)

    assert "UnreadableChoices: " in done.output
    assert "choices.json cannot be read, and is left as it is" in done.output
    assert (folder / "choices.json").read_text() == text


def test_choices_of_another_collage_are_refused(folder, tmp_path):
    choice = Choice(star=True, at="2026-02-01T00:00:00Z")
    other = Choices(id="0" * 20, people={"anna": {"a" * 64: choice}})
    (tmp_path / "other.json").write_bytes(records.write(other))

    refused = choose(folder, "--import", tmp_path / "other.json", code=2)
    assert "are choices of the collage 000" in refused.output
    (folder / "choices.json").write_bytes(records.write(other))
    assert "is left as it is" in choose(folder, "0:0", "--star", code=2).output
    assert written(folder) == other


def test_a_folder_of_anything_else_is_no_collage(tmp_path):
    assert "holds no fetched collage" in choose(tmp_path, code=2).output
    assert "neither a folder nor a collage's id" in choose("nowhere", code=2).output


def chosen_in_store(stack, made, person, star=True) -> None:
    key = tile_at(stack, made, 0, 0)
    stack.store.change_choices(made, lambda there: there.changed(person, {key: Change(star=star)}))


def test_a_fetched_collage_has_the_choices_of_the_store(stack, made, tmp_path):
    chosen_in_store(stack, made, "anna")

    fetch(stack.store, made, tmp_path)

    assert written(tmp_path) == stack.store.choices(made)
    assert "choices.js" in json.loads((tmp_path / RECORD).read_bytes())["files"]


def test_where_nobody_has_chosen_there_is_no_file(folder):
    assert not (folder / "choices.json").exists()
    assert not (folder / "choices.js").exists()


def test_fetching_again_merges_what_was_chosen_in_the_folder(stack, made, folder):
    choose(folder, "1:1", "--star", "--person", "ben")
    chosen_in_store(stack, made, "anna")

    fetch(stack.store, made, folder)

    assert set(written(folder).people) == {"anna", "ben"}
    assert set(stack.store.choices(made).people) == {"anna"}


def test_a_file_that_the_page_exported_is_merged_whoever_put_it_there(stack, made, folder):
    theirs = Choices(id=made).changed("dora", {tile_at(stack, made, 0, 0): Change(score=2)})
    (folder / "choices.json").write_bytes(records.write(theirs))

    fetch(stack.store, made, folder)

    assert written(folder) == theirs


def test_nothing_is_fetched_over_choices_that_cannot_be_read(stack, made, folder):
    (folder / "choices.json").write_text("{")
    (folder / "manifest.js").unlink()

    with pytest.raises(UnreadableChoices):
        fetch(stack.store, made, folder)

    assert (folder / "choices.json").read_text() == "{"
    assert not (folder / "manifest.js").exists()


@dataclass(frozen=True)
class OnMoto(Stack):
    """A stack whose store is there already."""

    kept: Store | None = None

    @cached_property
    def store(self) -> Store:
        assert self.kept
        return self.kept


@pytest.fixture
def reached(stack, monkeypatch):
    import boto3

    found = OnMoto(boto3.client, "collage", kept=stack.store)

    @contextmanager
    def reach(self, asked=None):
        yield found

    monkeypatch.setattr(Where, "reached", reach)
    monkeypatch.setattr(Where, "looked_at", lambda self, asked=None: found)
    return found


def test_a_collage_of_a_stack_is_chosen_from_in_the_same_way(stack, made, reached, tmp_path):
    choose(made, "0:1", "--star", "--person", "anna")
    done = choose(made, "--only", "starred", "--score", 5, "--json")

    people = json.loads(done.stdout)["people"]
    # Who is not named is called as AWS knows them.
    assert people.keys() == {"anna", "moto"}
    assert people["moto"].keys() == people["anna"].keys() == {tile_at(stack, made, 0, 1)}
    assert stack.store.choices(made) == Choices.model_validate(json.loads(done.stdout))
    choose(made, "--export", tmp_path / "all.json")
    assert read((tmp_path / "all.json").read_bytes(), "") == stack.store.choices(made)


def test_a_collage_that_is_not_made_or_not_there_is_told(stack, reached):
    running = start(stack)["id"]

    assert "is not made yet" in choose(running, "0:0", "--star", code=1).output
    assert "There is no collage 000" in choose("0" * 20, code=2).output
    assert replace(reached, kept=stack.store).store.choices(running) == Choices(id=running)
