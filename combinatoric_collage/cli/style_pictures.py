"""Pictures that styles are taken from, as commands are given them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from collage.words.styles import normal

OPTION = "--style-picture"
Given = Annotated[
    list[str] | None,
    typer.Option(
        OPTION,
        metavar="NAME=FILE",
        help="take the style NAME from this picture, by the stylizer unless another is "
        "named; several times",
    ),
]


def files(given: Iterable[str] | None) -> dict[str, Path]:
    """The files by the styles' names.

    Raises:
        typer.BadParameter: for what is no name and file, or a name that is given twice.
    """
    found: dict[str, Path] = {}
    for text in given or ():
        name, equals, file = text.partition("=")
        name = normal(name)
        if not (name and equals and file):
            raise typer.BadParameter(f"{text!r} is not NAME=FILE", param_hint=OPTION)
        if name in found:
            raise typer.BadParameter(f"{name} is given twice", param_hint=OPTION)
        found[name] = Path(file)
    return found
