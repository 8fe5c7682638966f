"""The request's fields as options of a command: one source for names, defaults and help."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from collage.request import Request

FLAGS = {"prompt_template": "--prompt"}
"""Options that go by another name than their field."""

SHOWN = {
    "masks": "halves",
    "size": "512",
    "styles": None,
    "exclude": None,
    "preserve": None,
}
"""Defaults that read better than the field's own; None for none."""

METAVARS = {
    "size": "PX|WxH",
    "cell": "PX",
    "gap": "PX",
    "border": "PX",
    "background": "COLOUR",
    "format": "png|jpeg|webp",
    "max_usd": "USD",
    "fit": "crop|pad",
}
LISTS = {"styles", "masks", "exclude"}
NUMBERS = {int: int, int | None: int, float | None: float}


def request_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give ``command`` an option for every field of the request, in place of its ``**options``.

    It gets those that were used, by the fields' names, as the request takes them.
    """
    own = inspect.signature(command, eval_str=True)
    kept = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
    added = [_parameter(name) for name in Request.model_fields]

    def wrapped(**given: Any) -> None:
        options = {name: given.pop(name) for name in Request.model_fields}
        used = {name: value for name, value in options.items() if value is not None}
        for name in LISTS & used.keys():
            used[name] = [part.strip() for part in used[name].split(",")]
        command(**given, **used)

    wrapped.__name__ = command.__name__
    wrapped.__doc__ = command.__doc__
    wrapped.__signature__ = own.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]
    return wrapped


def _parameter(name: str) -> inspect.Parameter:
    field = Request.model_fields[name]
    flag = FLAGS.get(name, "--" + name.replace("_", "-"))
    default = SHOWN.get(name, field.default)
    kind: Any = NUMBERS.get(field.annotation, str)  # type: ignore[arg-type]
    if field.annotation is bool:
        kind, flag = bool, f"{flag}/--no-{flag[2:]}" if field.default else flag
    option = typer.Option(
        flag,
        help=(field.description or name)
        + ("" if default is None or isinstance(default, bool) else f" [default: {default}]"),
        metavar=METAVARS.get(name, "A,B,C" if name in LISTS else None),
        show_default=False,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )
