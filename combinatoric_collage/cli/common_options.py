"""What every command has: ``--quiet``, how it ends, and groups of options stated once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from typing import Annotated, Any, get_origin, get_type_hints

import typer

from combinatoric_collage.cli.exit_codes import console, failures

PACKAGE = "combinatoric-collage"

CONTEXT = {"help_option_names": ["-h", "--help"]}

Id = Annotated[str, typer.Argument(help="the collage's id", metavar="ID")]

QUIET = inspect.Parameter(
    "quiet",
    inspect.Parameter.KEYWORD_ONLY,
    default=False,
    annotation=Annotated[
        bool, typer.Option("--quiet", "-q", help="say only what is asked for, and what went wrong")
    ],
)


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Make a function a command.

    A parameter of it that is a dataclass stands for a group of options: those of its fields whose
    types say that they are options. What goes wrong in it is said in one sentence, as one JSON
    object if it has an ``as_json`` that is set; and it can be told to be quiet.
    """
    own = inspect.signature(function, eval_str=True)
    groups = {
        name: _options(p.annotation)
        for name, p in own.parameters.items()
        if is_dataclass(p.annotation)
    }
    flat = [option for name, p in own.parameters.items() for option in groups.get(name, [p])]
    options = [p.replace(kind=p.KEYWORD_ONLY) for p in flat if p.kind is not p.VAR_KEYWORD]
    more = [p for p in flat if p.kind is p.VAR_KEYWORD]

    def wrapped(**given: Any) -> None:
        console.quiet = given.pop(QUIET.name)
        for name, group in groups.items():
            kind = own.parameters[name].annotation
            given[name] = kind(**{option.name: given.pop(option.name) for option in group})
        with failures(as_json=given.get("as_json", False)):
            function(**given)

    wrapped.__name__ = function.__name__
    wrapped.__doc__ = function.__doc__
    wrapped.__signature__ = own.replace(  # type: ignore[attr-defined]
        parameters=[*options, QUIET, *more]
    )
    return wrapped


def _options(group: Any) -> list[inspect.Parameter]:
    """The fields of a group that are options, as parameters."""
    kinds = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=kinds[field.name],
        )
        for field in fields(group)
        if get_origin(kinds[field.name]) is Annotated
    ]


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
