"""How a command ends: its exit code, and one sentence on what went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from collage.errors import CollageError, TransientError
from combinatoric_collage.cli.stacks.stack import RunFailed
from combinatoric_collage.local import CloudError, NoCredentialsError, ParameterError, StateError

FAILED, WRONG_INPUT, STOPPED = 1, 2, 3

EXIT_CODES = (
    "Exit codes: 0 done; 1 the run failed or was cancelled, or the stack cannot be reached; 2 what "
    "was given is wrong: picture, option, id, stack, credentials or permissions; 3 stopped early, "
    "with a collage of the tiles there were; 130 interrupted."
)

AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]
console = Console(stderr=True, markup=False, emoji=False, highlight=False)
"""For people. What is printed comes from outside: paths, prompts, words of a provider."""


@contextmanager
def failures(*, as_json: bool) -> Iterator[None]:
    """Say in one sentence what went wrong, and end with the code that stands for it."""
    try:
        yield
    except CollageError as error:
        _fail(error, as_json)
    except (BotoCoreError, ClientError) as error:
        from combinatoric_collage.cli.stacks.deployed import named

        _fail(named(error), as_json)
    except StateError as error:
        _end(type(error).__name__, f"{error} Or give another --state.", FAILED, as_json)
    except CloudError as error:
        wrong = isinstance(error, ParameterError | NoCredentialsError)
        _end(type(error).__name__, str(error), WRONG_INPUT if wrong else FAILED, as_json)


def say(line: str) -> None:
    """Print a line to people, not to programs."""
    console.print(line, soft_wrap=True)


def complain(line: str) -> None:
    """Print a line on what went wrong, however quiet it is to be."""
    quiet, console.quiet = console.quiet, False
    say(line)
    console.quiet = quiet


def answer(result: Mapping[str, Any]) -> None:
    """Print one JSON object to a program."""
    typer.echo(json.dumps(result))


def _fail(error: CollageError, as_json: bool) -> NoReturn:
    failed = isinstance(error, RunFailed | TransientError)
    _end(error.name, str(error), FAILED if failed else WRONG_INPUT, as_json)


def _end(name: str, message: str, code: int, as_json: bool) -> NoReturn:
    if as_json:
        answer({"error": name, "message": message})
    else:
        complain(f"{name}: {message}")
    raise typer.Exit(code)
