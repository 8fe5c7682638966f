"""What nobody foresaw: a sentence, a file with the details, and never a traceback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

# A command of each way to fail that nothing is meant to catch.
COMMANDS = """
import logging, threading, warnings
from typing import Annotated
from typer import Option
from combinatoric_collage.cli import application, main
from combinatoric_collage.cli.exit_codes import console

def broken(
    as_json: Annotated[bool, Option("--json")] = False,
    quiet: Annotated[bool, Option("--quiet")] = False,
) -> None:
    console.quiet = quiet
    raise KeyError("lost")

def thread() -> None:
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()

def logged() -> None:
    warnings.warn("a library's own", UserWarning)
    logging.getLogger("local").warning("this is left out")
    try:
        broken()
    except KeyError:
        logging.getLogger("local").exception("the work failed")

def printed() -> None:
    print("x" * 100_000)

def read() -> None:
    open("/no/such/file")

# The end is asked for where nobody can be told of it, as in a callback of a library.
class Lost:
    def __del__(self):
        raise KeyboardInterrupt

def interrupted() -> None:
    Lost()
    threading.Event().wait()

def early() -> None:
    start, started = threading.Timer.start, []

    def at_once(timer: threading.Timer) -> None:
        start(timer)
        if not started:
            started.append(timer)
            timer.join()
            # The interrupt is there before the hook is done.

    threading.Timer.start = at_once
    interrupted()

for command in (broken, thread, logged, printed, read, interrupted, early):
    application.app.command(command.__name__)(command)
main.main()
"""


def run(
    tmp_path: Path, *arguments: str, stdout: object = subprocess.PIPE, **environment: str
) -> "subprocess.CompletedProcess[str]":
    environment |= {"XDG_CACHE_HOME": str(tmp_path), "PATH": ""}
    command = [sys.executable, "-c", COMMANDS, *arguments]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command, env=environment, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )


def details(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "combinatoric-collage" / "errors").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "in broken\nKeyError: 'lost'" in file.read_text()
    return file


@pytest.mark.parametrize("hushed", [[], ["--quiet"]])
def test_an_error_of_a_command(tmp_path: Path, hushed: list[str]) -> None:
    done = run(tmp_path, "broken", *hushed)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"KeyError: this was not foreseen: 'lost'. The details are in {details(tmp_path)}.\n"
    )


def test_a_program_is_told_in_json(tmp_path: Path) -> None:
    done = run(tmp_path, "broken", "--json")

    said = json.loads(done.stdout)
    assert (done.returncode, done.stderr, said["error"]) == (1, "", "KeyError")
    assert said["message"].endswith(f"The details are in {details(tmp_path)}.")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("thread", "A thread failed: KeyError: 'lost'. The details are in {}.\n"),
        (
            "logged",
            "this is left out\nthe work failed: KeyError: 'lost'. The details are in {}.\n",
        ),
    ],
)
def test_an_error_behind_a_command(tmp_path: Path, command: str, said: str) -> None:
    done = run(tmp_path, command)

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == said.format(details(tmp_path))


def test_an_error_of_the_system_is_said_with_its_file(tmp_path: Path) -> None:
    done = run(tmp_path, "read")

    assert done.returncode == 1
    assert done.stderr.startswith("FileNotFoundError: /no/such/file: No such file or directory.")
    assert "Traceback" not in done.stderr


def test_an_output_that_takes_nothing(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = run(tmp_path, "printed", stdout=full)

    assert done.returncode == 1
    assert done.stderr.startswith("OSError: What was to be printed: No space left on device.")
    assert done.stderr.count("\n") == 1


def test_a_cache_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "combinatoric-collage").write_text("a file, where a folder should be")

    done = run(tmp_path, "broken", TMPDIR=str(tmp_path))

    (file,) = tmp_path.glob("collage-*.txt")
    assert done.stderr.endswith(f"The details are in {file}.\n")


def test_an_interrupt_that_a_callback_swallows_ends_the_command(tmp_path: Path) -> None:
    ended = run(tmp_path, "interrupted")

    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_an_interrupt_that_comes_again_too_early_comes_once_more(tmp_path: Path) -> None:
    ended = run(tmp_path, "early")

    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_an_interrupt_within_what_is_executed_has_the_same_exit_code(tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text(
        "import sys\n"
        "from combinatoric_collage.cli import application, main\n"
        "application.run = lambda: exec('raise KeyboardInterrupt')\n"
        "sys.argv[1:] = ['--help']\n"
        "main.main()\n"
    )

    ended = subprocess.run(
        [sys.executable, "-m", "interrupted"], cwd=tmp_path, capture_output=True, check=False
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")
