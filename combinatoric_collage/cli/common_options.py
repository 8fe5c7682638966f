"""What people expect of every command: ``--version``, ``-h``, ``--quiet``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated, Any

import typer

from combinatoric_collage.cli.exit_codes import console

PACKAGE = "combinatoric-collage"

CONTEXT = {"help_option_names": ["-h", "--help"]}


QUIET = inspect.Parameter(
    "quiet",
    inspect.Parameter.KEYWORD_ONLY,
    default=False,
    annotation=Annotated[
        bool, typer.Option("--quiet", "-q", help="say only what is asked for, and what went wrong")
    ],
)


def hushable(command: Callable[..., None]) -> Callable[..., None]:
    """Give ``command`` an option to say nothing to people but what went wrong."""
    own = inspect.signature(command, eval_str=True)

    def wrapped(**given: Any) -> None:
        console.quiet = given.pop(QUIET.name)
        command(**given)

    wrapped.__name__ = command.__name__
    wrapped.__doc__ = command.__doc__
    wrapped.__signature__ = own.replace(  # type: ignore[attr-defined]
        parameters=[
            *(p.replace(kind=p.KEYWORD_ONLY) for p in own.parameters.values()),
            QUIET,
        ]
    )
    return wrapped


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"collage {version(PACKAGE)}")
        raise typer.Exit


def every_command(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="print the version and end"
        ),
    ] = False,
) -> None:
    """Options of the command itself."""
