"""What the command shows of progress, and what a shell can complete."""

import io
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ProxyConnectionError
from rich.console import Console
from typer.testing import CliRunner

from collage.fields.prompts import expand
from collage.owners.owner import Owner
from collage.progress import Progress, TileCounts
from collage.request.parse import parse
from combinatoric_collage.cli import exit_codes, messages, request_options
from combinatoric_collage.cli.application import app
from combinatoric_collage.cli.progress_bars import bars
from combinatoric_collage.cli.stacks import deployed

BEGUN = Progress(
    id="0123456789abcdef0123",
    run="0123456789abcdef0123",
    created="2026-11-21T10:00:00.000+00:00",
    source=None,
)


def on_the_way(done: int, failed: int = 0, refused: int = 0, **more: object) -> Progress:
    tiles = TileCounts(total=12, done=done, failed=failed, refused=refused)
    return BEGUN.model_copy(update={"phase": "tiles", "tiles": tiles, **more})


def shown(*looks: Progress, ended: bool = False) -> list[str]:
    """What stands on a terminal after these looks."""
    console = Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)
    with bars(console, "laptop cloud", silent=False) as show:
        for seen in looks:
            show.at(seen)
        if ended:
            show.done()
    text = console.file.getvalue()
    return [line.rstrip() for line in text.rsplit("\x1b[2K", 1)[-1].splitlines()][:6]


def test_bars_show_tiles_misses_cost_and_what_is_left() -> None:
    rows = shown(BEGUN, on_the_way(5, 1, 2, usd=0.42, eta_seconds=95.4))

    assert [row.split()[0] for row in rows[:3]] == ["\u2713"] * 3
    assert "5/12" in rows[4]
    assert rows[4].endswith("2 refused, 1 failed, $0.42 so far, about 1 min 35 s left")
    assert not rows[5].startswith("\u2713")


def test_bars_are_ticked_off_when_a_run_has_ended() -> None:
    rows = shown(on_the_way(11, 1), on_the_way(11, 1, state="partial", phase=None), ended=True)

    assert [row[0] for row in rows] == ["\u2713"] * 6
    assert "11/12" in rows[4]
    assert rows[4].endswith("1 failed")


def test_a_phase_that_the_workflow_has_not_entered_yet_is_the_start() -> None:
    rows = shown(BEGUN)

    assert not [row for row in rows if row.startswith("\u2713")]


def test_where_a_collage_stands_is_said_line_by_line() -> None:
    failed = on_the_way(2, 9, 1, state="failed", phase=None, error="TooFewTiles", message="2 of 12")

    lines = messages.standing(failed).splitlines()

    assert lines[0] == "collage  0123456789abcdef0123"
    assert lines[1] == "state    failed"
    assert lines[2] == "tiles    2/12, 1 refused, 9 failed"
    assert lines[-1] == "reason   TooFewTiles: 2 of 12"
    assert "tiles    0/?" in messages.standing(BEGUN)
    assert "left     about 2 h 3 min" in messages.standing(on_the_way(1, eta_seconds=7400))


def test_whose_a_collage_is_is_said_where_people_are_told_apart() -> None:
    owned = on_the_way(2, owner=Owner(who="user/anna", group="painters"))

    assert "owner    user/anna (painters)" in messages.standing(owned).splitlines()
    head, first, other = messages.table([owned, BEGUN]).splitlines()
    assert head.endswith("  OWNER")
    assert first.endswith("  user/anna (painters)")
    assert other.endswith("UTC")
    assert "OWNER" not in messages.table([BEGUN])


def test_what_a_run_will_make_is_one_line() -> None:
    found = {"tiles": 1200, "calls": 300, "paid": 300, "reused": 7, "usd": 8.4, "minutes": 60.0}

    assert messages.expected({**found, "priced_on": ""}) == (
        "1,200 tiles by 300 calls, about $8.40; 7 more are there already"
    )
    assert messages.expected({**found, "reused": 0, "paid": 20, "priced_on": ""}) == (
        "1,200 tiles by 300 calls, 20 of them paid, about $8.40"
    )
    found["paid"] = 0
    assert messages.expected({**found, "reused": 0, "minutes": None, "priced_on": ""}) == (
        "1,200 tiles by 300 calls, at no charge"
    )


@pytest.mark.parametrize(
    ("given", "assumed"),
    [({"engine": "openai"}, True), ({"engine": "openai", "quality": "low"}, False),
     ({"engine": "bedrock"}, False), ({"engine": "openai", "quality": "auto"}, True)],
)  # fmt: skip
def test_the_highest_price_is_assumed_where_an_engine_has_qualities_and_none_is_named(
    given: dict[str, str], assumed: bool
) -> None:
    console = Console(file=io.StringIO(), width=200)
    found = {"tiles": 4, "calls": 4, "paid": 4, "reused": 0, "usd": 1, "minutes": 2}

    messages.price(console, {**found, "priced_on": "2026-11-26"}, parse(given))

    assert ("highest known price" in console.file.getvalue()) == assumed


def client_error(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "GetObject")


DENIED = (
    "User: arn:aws:iam::123456789012:user/guest is not authorized to perform: s3:GetObject on "
    "resource: arn:aws:s3:::collages/a because no identity-based policy allows it"
)


@pytest.mark.parametrize(
    ("error", "name", "message", "code"),
    [
        (client_error("AccessDenied", DENIED), "AccessDenied", "s3:GetObject on arn:aws:s3", 2),
        (client_error("AccessDenied", "Access Denied"), "AccessDenied", "permission GetObject.", 2),
        (client_error("ExpiredToken", "It is over"), "BadCredentials", "It is over.", 2),
        (client_error("ThrottlingException", "Rate exceeded"), "ThrottlingException", "Rate", 1),
        (NoCredentialsError(), "NoCredentials", "Unable to locate credentials.", 2),
        (ProxyConnectionError(proxy_url="x", error="no"), "Unreachable", "cannot be reached", 1),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_aws_refuses_has_a_name_and_an_exit_code(
    error: Exception, name: str, message: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found = deployed.named(error)

    with pytest.raises(exit_codes.typer.Exit) as ended, exit_codes.failures(as_json=False):
        raise error

    assert found.name == name
    assert message in str(found)
    assert ended.value.exit_code == code
    assert capsys.readouterr().err == f"{name}: {found}\n"


def test_a_request_file_names_fields_of_a_request_only(tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text('{"rows": 2, "out": "elsewhere"}')

    done = CliRunner().invoke(app, ["run", "--request", str(tmp_path / "request.json")])

    assert done.exit_code == 2
    assert "there is no field out" in done.stderr


def completed(shell: str, line: str) -> list[str]:
    """What a shell is offered at the end of a line."""
    words = line.split(" ")
    given = {
        "_COLLAGE_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": words[-1],
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    done = CliRunner().invoke(app, env=given, prog_name="collage")
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_values(shell: str) -> None:
    assert any("resume" in found for found in completed(shell, "collage res"))
    assert any("panorama" in found for found in completed(shell, "collage run --recipe pan"))


def test_a_list_is_completed_after_its_last_comma() -> None:
    assert completed("bash", "collage run --masks left,cen") == ["left,centre"]
    assert completed("bash", "collage run --engine open") == ["openai"]
    assert completed("bash", "collage assemble 0123 --sort st") == ["style"]


@pytest.mark.parametrize("name", ["grid [v2]", "x[/y]", "[bold]", ":cat:", "[link=a]b[/link]"])
def test_paths_are_printed_as_they_are(name: str, tmp_path: Path) -> None:
    out = tmp_path / name
    result = {
        "id": "0123456789abcdef0123", "tiles": {"done": 1}, "usd": 0, "asked_again": 0,
        "stopped": f"No {name}",
        "collage": str(out / "collage.png"), "manifest": str(out / "manifest.json"),
        "tiles_folder": str(out / "tiles"), "page": None,
    }  # fmt: skip
    console = Console(file=io.StringIO(), markup=False, emoji=False, highlight=False, width=300)
    said = {
        attribute: getattr(exit_codes.console, attribute) for attribute in ("_markup", "_emoji")
    }

    messages.report(console, result)

    assert said == {"_markup": False, "_emoji": False}
    assert f"  {out}/collage.png the picture" in console.file.getvalue()
    assert f"No {name}" in console.file.getvalue()


def test_a_byte_order_mark_is_no_part_of_a_word_or_a_request(tmp_path: Path) -> None:
    words, asked = tmp_path / "colour.txt", tmp_path / "asked.json"
    words.write_bytes(b"\xef\xbb\xbfred\r\nblue\r\n")
    asked.write_bytes(b'\xef\xbb\xbf{"recipe": "samples", "prompt": "a __colour__ cat"}')

    lists = request_options._words([str(words)])

    assert lists == {"colour": ["red", "blue"]}
    found = request_options._fields(asked)
    prompts = expand(found["prompt"], lists)
    assert prompts == ("a red cat", "a blue cat")


def test_a_list_without_words_is_named(tmp_path: Path) -> None:
    listed = tmp_path / "colour.txt"
    listed.write_text("# none yet\n", encoding="utf-8")

    ended = CliRunner().invoke(
        app,
        ["estimate", "--recipe", "samples", "--prompt", "__colour__", "--words", str(listed)],
    )

    assert ended.exit_code == 2
    assert "words: the list 'colour' has no words" in ended.output


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_a_terminal_of_any_letters_is_told_what_it_can_show(encoding: str) -> None:
    tile = Path(__file__).parents[2] / "fixtures" / "records" / "0.1.0" / "tile.png"
    ended = subprocess.run(
        [sys.executable, "-m", "combinatoric_collage.cli.main", "explain", str(tile)],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )

    shown = ended.stdout.decode(encoding)
    name = "浮世絵"
    assert (name if encoding == "utf-8" else name.encode("unicode_escape").decode()) in shown


def test_the_version_is_that_of_the_package() -> None:
    ended = CliRunner().invoke(app, ["--version"])

    assert ended.exit_code == 0
    assert ended.output == f"collage {version('combinatoric-collage')}\n"


@pytest.mark.parametrize("command", [[], ["run"], ["list"], ["gallery"], ["models"]])
def test_help_is_short_too(command: list[str]) -> None:
    ended = CliRunner().invoke(app, [*command, "-h"])

    assert ended.exit_code == 0
    assert ended.output.startswith("Usage: ")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["run", "gone.jpg"], "NoSuchFile: There is no file gone.jpg.\n"),
        (["explain", "gone.png"], "NoSuchFile: There is no file gone.png.\n"),
        (["remake", "gone.png"], "NoSuchFile: There is no file gone.png.\n"),
        (
            ["view", "gone/far"],
            "InvalidRequest: gone/far is neither a folder nor a collage's id.\n",
        ),
        (
            ["run", "--recipe", "matrix", "--styles", "Cubism", "--masks", "left"],
            "InvalidRequest: masks: they say what of a picture is repainted, and none is given.\n",
        ),
    ],
)
def test_what_is_not_there_is_said_to_be_so_however_quiet(command: list[str], said: str) -> None:
    for quiet in ([], ["-q"]):
        ended = CliRunner().invoke(app, [*command, *quiet])

        assert ended.exit_code == 2
        assert ended.stderr == said


def test_a_request_file_that_is_nested_too_deeply_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text("[" * 100_000)

    ended = CliRunner().invoke(app, ["run", "--request", str(tmp_path / "request.json")])

    assert ended.exit_code == 2
    assert "cannot be read" in ended.stderr


def test_a_request_file_that_is_not_there_is_said_to_be_so() -> None:
    ended = CliRunner().invoke(app, ["run", "--request", "gone.json"])

    assert ended.exit_code == 2
    assert "there is no file gone.json" in ended.stderr
