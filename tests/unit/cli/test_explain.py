"""The command that explains a picture."""

import json

import pytest
import typer
from typer.testing import CliRunner

from collage.errors import NotAPicture
from collage.formats import metadata
from collage.provenance.describe import describe_tile
from combinatoric_collage.cli.commands.explain import explain as command
from tests.unit.pictures import encode, plain
from tests.unit.plans import SHA, planned
from tests.unit.provenance.collages import OPTIONS, cells_of, collage_of

APP = typer.Typer()
APP.command()(command)


@pytest.fixture
def run(tmp_path):
    """Runs the command over a picture."""

    def with_file(data, *options):
        file = tmp_path / "picture"
        file.write_bytes(data)
        return CliRunner().invoke(APP, [str(file), *options])

    return with_file


def rows(result):
    """Lines of a name and a value, two columns."""
    width = len(result.stdout.splitlines()[0]) - len(
        result.stdout.splitlines()[0].split("  ", 1)[1].lstrip()
    )
    return {line[:width].strip(): line[width:] for line in result.stdout.splitlines()}


def test_the_command_sums_a_collage_up(run):
    file, plan, _ = collage_of()

    result = run(file)

    assert result.exit_code == 0
    said = rows(result)
    assert said["collage"] == plan.id
    assert said["source"] == SHA
    assert said["tiles"] == "4: 1 done, 1 refused, 1 replaced, 1 reused"
    assert said["cost"] == "$0.04"
    assert said["styles"] == "Cubism, Baroque, Op Art (2 at a time; named in the request)"


def test_the_command_tells_a_point_and_a_cell(run):
    file, plan, manifest = collage_of()
    row, col = cells_of(manifest, "refused")[0]

    for place in (
        ("--cell", f"{row}:{col}"),
        ("--cell", f"{row},{col}"),
        ("--at", f"{col * 16 + 3}, {row * 12 + 3}"),
    ):
        result = run(file, *place)
        assert result.exit_code == 0
        said = rows(result)
        assert said["cell"].startswith(f"row {row}, column {col} (16 x 12 px")
        assert said["state"] == "refused"
        assert said["reason"] == "Refused: Not this."
        assert said["planned"].startswith(plan.tiles[3].prompt)
        assert said["outside mask"] == "77 pixels changed by the model"


def test_the_command_prints_one_json_object(run):
    file, plan, _ = collage_of()

    result = run(file, "--cell", "0,0", "--json")

    assert result.stdout.count("\n") == 1
    said = json.loads(result.stdout)
    assert (said["kind"], said["id"]) == ("collage", plan.id)
    assert said["cell"]["row"] == 0
    assert said["tile"]["prompt"].startswith("in the style of")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--at", "64,0"], "outside"),
        (["--at", "1"], "two whole numbers"),
        (["--at", "1,-1"], "two whole numbers"),
        (["--cell", "a,b"], "two whole numbers"),
        (["--cell", "9,9"], "rows go from 0 to 2"),
        (["--cell", "0,0", "--at", "0,0"], "not both"),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_code_2(run, options, words):
    file, _, _ = collage_of()

    result, as_json = run(file, *options), run(file, *options, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert result.stderr.startswith("InvalidRequest: ")
    assert result.stderr.count("\n") == 1
    assert as_json.exit_code == 2
    assert json.loads(as_json.stdout)["error"] == "InvalidRequest"


def test_a_file_that_cannot_be_read_is_wrong_input(run, tmp_path):
    for file, name in ((tmp_path, NotAPicture.__name__), (tmp_path / "none", "NoSuchFile")):
        result = CliRunner().invoke(APP, [str(file)])
        assert result.exit_code == 2
        assert result.stderr.startswith(f"{name}: ")
    assert run(b"text").exit_code == 2
    assert run(encode(plain((9, 9)))).stderr.startswith("NoMetadata: ")


def test_what_a_picture_says_cannot_steer_the_terminal(run):
    tile = planned(**OPTIONS).tiles[0].model_copy(update={"prompt": "\x1b[2J\x9b1m\na\u202eb\rc"})

    result = run(metadata.embed(encode(plain((64, 48))), describe_tile(tile)))

    assert rows(result)["prompt"] == "[2J 1m ab c"
    assert not set(result.stdout) & set("\x1b\x9b\u202e\r")
