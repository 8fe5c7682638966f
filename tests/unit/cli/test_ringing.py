"""Whoever looked elsewhere is told; what goes wrong with that makes no run any worse."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from collage.errors import InvalidRequest
from combinatoric_collage.cli import ringing
from combinatoric_collage.cli.ringing import Bell

COLLAGE = "b5ded14a72479218c34c"


def script(folder: Path, name: str, text: str) -> Path:
    """A program of that name that does what Python is told."""
    file = folder / name
    file.write_text(f"#!{sys.executable}\n{text}")
    file.chmod(0o755)
    return file


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder with programs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_a_command_is_given_the_end_and_no_shell_reads_it(there: Path) -> None:
    script(
        there,
        "tell",
        "import json, os, sys\n"
        "said = json.load(sys.stdin), sys.argv[1:], os.environ['COLLAGE_ID']\n"
        f"open({str(there / 'told')!r}, 'w').write(json.dumps(said))",
    )

    Bell(notify_command="tell 'two words' $(touch ran); ").ring(
        COLLAGE, "failed", message="`touch ran`"
    )

    said, words, collage = json.loads((there / "told").read_text())
    assert said == {"id": COLLAGE, "kind": "failed", "message": "`touch ran`"}
    assert words == ["two words", "$(touch", "ran);"]
    assert collage == COLLAGE
    assert not (there / "ran").exists()


@pytest.mark.parametrize("text", ["raise SystemExit(3)", "import sys; sys.stdin.close()"])
def test_a_command_that_fails_is_no_failure_of_the_run(
    there: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    script(there, "tell", text)

    Bell(notify_command="tell").ring(COLLAGE, "completed")

    assert ("returned non-zero exit status 3" in capsys.readouterr().err) == ("3" in text)


def test_a_command_that_is_gone_by_then_is_said(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Bell(notify_command="tell").ring(COLLAGE, "completed")

    assert "--notify-command: " in capsys.readouterr().err


@pytest.mark.parametrize("command", ["", "nowhere to be found", "'open"])
def test_what_is_no_command_is_said_before_anything_is_made(there: Path, command: str) -> None:
    with pytest.raises(InvalidRequest, match="--notify-command"):
        Bell(notify_command=command).check()


@pytest.mark.parametrize(
    ("platform", "program", "given"),
    [
        ("linux", "notify-send", ["--app-name=collage", "--", "Collage", f"{COLLAGE} failed"]),
        ("darwin", "osascript", ["Collage", f"{COLLAGE} failed"]),
    ],
)
def test_the_desktop_is_rung_by_what_there_is(
    there: Path, monkeypatch: pytest.MonkeyPatch, platform: str, program: str, given: list[str]
) -> None:
    monkeypatch.setattr(ringing.sys, "platform", platform)
    told = there / "told"
    script(
        there,
        program,
        f"import json, sys; open({str(told)!r}, 'w').write(json.dumps(sys.argv[1:]))",
    )

    Bell(notify=True).ring(COLLAGE, "failed")

    assert json.loads(told.read_text())[-len(given) :] == given


@pytest.mark.parametrize("found", [False, True])
def test_where_there_is_no_desktop_the_terminal_rings(
    there: Path, monkeypatch: pytest.MonkeyPatch, found: bool
) -> None:
    monkeypatch.setattr(ringing.sys, "platform", "linux")
    rung: list[Any] = []
    monkeypatch.setattr(ringing.console, "bell", lambda: rung.append(None))
    if found:
        script(there, "notify-send", "raise SystemExit('no display')")

    Bell(notify=True).ring(COLLAGE, "partial")

    assert len(rung) == 1


def test_nobody_is_told_who_did_not_ask(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ringing.subprocess, "run", pytest.fail)

    Bell().check()
    Bell().ring(COLLAGE, "completed")
