"""The request's fields as options of a command: one source for names, defaults and help."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from collage import engines, recipes
from collage.formats import FORMATS
from collage.pictures import masks
from collage.request.request import Request
from combinatoric_collage.cli import option_values, torch_python

FLAGS = {"axes": "--axis", "rects": "--rect", "models": "--reconstruct-by"}
"""Options that go by another name than their field."""

LEFT_OUT = {"mask_source", "mask_files", "sources", "style_pictures", "font", "again"}
"""Fields that a command fills in from files, by options of its own, or for single tiles."""

SHOWN = {
    "masks": "halves",
    "size": "512",
    "styles": None,
    "exclude": None,
    "preserve": None,
    "axes": None,
    "words": None,
    "rects": None,
    "models": None,
}
"""Defaults that read better than the field's own; None for none."""

METAVARS = {
    "size": "PX|WxH",
    "target": "WxH",
    "cell": "PX",
    "gap": "PX",
    "border": "PX",
    "dpi": "DPI",
    "background": "COLOUR",
    "format": "|".join(FORMATS),
    "max_usd": "USD",
    "fit": "crop|pad",
    "upscale": "2|4",
    "axes": "NAME=A,B|@FILE",
    "masks": "A,file:FILE|@FILE",
    "words": "FILE",
    "rects": "T:BxL:R",
}
LISTS = {"styles", "masks", "exclude", "subjects", "models", "source_names"}
READ = "read"
"""A parameter of commands, no option: the files that options came from."""
REPEATED = {"axes", "words", "rects"}
"""Options that can be given several times."""

COMPLETED = {
    "recipe": tuple(recipes.RECIPES),
    "engine": engines.offered(),
    "masks": (*masks.SETS, *masks.MASKS),
    "format": tuple(FORMATS),
}
"""Values that a shell can complete."""

NUMBERS = {int: int, int | None: int, float: float, float | None: float}


FILE = inspect.Parameter(
    "request",
    inspect.Parameter.KEYWORD_ONLY,
    default=None,
    annotation=Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="a request as JSON, whose fields other options override"),
    ],
)


MODELS = inspect.Parameter(
    "weights",
    inspect.Parameter.KEYWORD_ONLY,
    default=None,
    annotation=Annotated[
        Path | None,
        typer.Option(
            "--models",
            metavar="DIR",
            envvar=torch_python.VARIABLE,
            file_okay=False,
            exists=True,
            help="the weights of open models, for the engine diffusion",
        ),
    ],
)


def request_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give ``command`` an option for every field of the request, in place of its ``**options``.

    It gets those that were used, by the fields' names, as the request takes them, and in a
    parameter ``read``, if it has one, the files that they were read from.
    """
    own = inspect.signature(command, eval_str=True)
    kept = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD and p.name != READ]
    names = [name for name in Request.model_fields if name not in LEFT_OUT]
    added = [FILE, MODELS, *map(_parameter, names)]

    def wrapped(**given: Any) -> None:
        options = {name: given.pop(name) for name in names}
        file = given.pop(FILE.name)
        if weights := given.pop(MODELS.name):
            os.environ[torch_python.VARIABLE] = str(weights)
        used = {name: value for name, value in options.items() if value is not None}
        if READ in own.parameters:
            given[READ] = _files(file, used)
        for name in LISTS & used.keys():
            used[name] = option_values.listed(used[name], FLAGS.get(name, f"--{name}"))
        if "axes" in used:
            used |= _axes(used.pop("axes"), used)
        if "words" in used:
            used["words"] = _words(used["words"])
        fields = _fields(file)
        for name in fields.keys() & given.keys():
            raise typer.BadParameter(f"{file}: there is no field {name}", param_hint="--request")
        command(**given, **{**fields, **used})

    wrapped.__name__ = command.__name__
    wrapped.__doc__ = command.__doc__
    wrapped.__signature__ = own.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]
    return wrapped


def field_options(
    options: Sequence[inspect.Parameter],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command ``options`` in place of its ``**options``; it gets those that were used."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command)
        kept = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]

        def wrapped(**given: Any) -> None:
            used = {one.name: given.pop(one.name) for one in options}
            command(**given, **{name: value for name, value in used.items() if value is not None})

        wrapped.__name__ = command.__name__
        wrapped.__doc__ = command.__doc__
        wrapped.__signature__ = own.replace(  # type: ignore[attr-defined]
            parameters=[*kept, *options]
        )
        return wrapped

    return decorate


def _parameter(name: str) -> inspect.Parameter:
    field = Request.model_fields[name]
    flag = FLAGS.get(name, "--" + name.replace("_", "-"))
    default = SHOWN.get(name, field.default)
    kind: Any = NUMBERS.get(field.annotation, str)  # type: ignore[arg-type]
    if name in REPEATED:
        kind = list[str]
    if name == "upscale":
        kind = int
    if field.annotation is bool:
        kind, flag = bool, f"{flag}/--no-{flag[2:]}" if field.default else flag
    option = typer.Option(
        flag,
        help=(field.description or name)
        + ("" if default is None or isinstance(default, bool) else f" [default: {default}]"),
        metavar=METAVARS.get(name, "A,B,C|@FILE" if name in LISTS else None),
        show_default=False,
        autocompletion=completing(*COMPLETED[name]) if name in COMPLETED else None,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )


def _fields(file: Path | None) -> dict[str, Any]:
    """The fields of a request file; what they may be is for the request to say."""
    if file is None:
        return {}
    try:
        found = json.loads(option_values.text_of(file, "--request"))
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(
            f"{file} cannot be read: {error}", param_hint="--request"
        ) from None
    if not isinstance(found, dict):
        raise typer.BadParameter(f"{file} holds no JSON object", param_hint="--request")
    return found


def completing(*values: str) -> Callable[[str], list[str]]:
    """What a shell offers for an option: these values, also after the commas of a list."""

    def complete(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [before + comma + value for value in values if value.startswith(last)]

    return complete


def _files(request: Path | None, used: Mapping[str, Any]) -> tuple[Path, ...]:
    """The files that options are read from."""
    named = [option_values.file_of(used[name]) for name in LISTS & used.keys()]
    words = map(Path, used.get("words", ()))
    return tuple(
        filter(None, (request, *words, *named, *option_values.files_of(used.get("axes", ()))))
    )


def _axes(given: list[str], used: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the request that axes are given in: ``axes``, and those of their own."""
    found = option_values.axes(given)
    own = {name: found.pop(name) for name in option_values.FIELDS.values() if name in found}
    if twice := own.keys() & used.keys():
        raise typer.BadParameter(f"{min(twice)} are given twice", param_hint="--axis")
    return {**own, **({"axes": found} if found else {})}


def _words(given: list[str]) -> dict[str, list[str]]:
    """Word lists from files, a word a line; a list's name is the file's without its ending."""
    return {Path(name).stem: option_values.lines(Path(name), "--words") for name in given}
