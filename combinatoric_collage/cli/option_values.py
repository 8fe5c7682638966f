"""Values of options that are lists: as text, or one a line or column of a file (``@FILE``)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from collage.errors import InvalidRequest
from collage.words import lists

TEXT = "utf-8-sig"
"""UTF-8, with the byte order mark that editors on Windows write, or without."""

FIELDS = {"subject": "subjects", "style": "styles", "mask": "masks"}
"""Axes of a table that are fields of the request by themselves, by what one of them is called."""

RANGED = {"seed", "num_inference_steps", "guidance_scale", "strength", "combine"}
"""Axes of numbers, for which a range can be given."""

Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="TERM,TERM",
        help="tiles that all of these hold for: starred, hidden, noted, unscored, score>=4, "
        "FIELD=VALUE, cells=ROW:COL",
    ),
]


def terms(only: list[str] | None) -> list[str]:
    """The terms of ``--only``, which may be given several times.

    Raises:
        typer.BadParameter: as `listed`.
    """
    return [term for given in only or () for term in listed(given, "--only")]


def file_of(text: str) -> Path | None:
    """The file that an option's value names, if it does."""
    return Path(text[1:]) if text.startswith("@") else None


def listed(text: str, flag: str) -> list[str]:
    """The values of an option, from its text or from the lines of a file.

    Raises:
        typer.BadParameter: for a file that cannot be read, or a quote that does not fit.
    """
    if file := file_of(text):
        return lines(file, flag)
    try:
        return lists.cut(text)
    except InvalidRequest as error:
        raise typer.BadParameter(str(error), param_hint=flag) from None


def lines(file: Path, flag: str) -> list[str]:
    """The lines of a file but for empty ones and notes, which begin with ``#``."""
    stripped = [line.strip() for line in text_of(file, flag).splitlines()]
    return [line for line in stripped if line and not line.startswith("#")]


def text_of(file: Path, flag: str) -> str:
    """What a file holds.

    Raises:
        typer.BadParameter: when it cannot be read.
    """
    try:
        return file.read_text(encoding=TEXT)
    except FileNotFoundError:
        raise typer.BadParameter(f"there is no file {file}", param_hint=flag) from None
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} cannot be read: {error}", param_hint=flag) from None


def axes(given: Iterable[str]) -> dict[str, list[str]]:
    """Values by the axes' names: of ``NAME=A,B``, ``NAME=@FILE``, and a table ``@FILE``.

    Subjects, styles and masks go by their fields' names. An axis's own name may be written as
    people say it: ``guidance scale``, ``Prompt S/R``.

    Raises:
        typer.BadParameter: for what is none of these, or names an axis twice.
    """
    found: dict[str, list[str]] = {}
    for item in given:
        for name, values in _pairs(item):
            plain = re.sub(r"[\s-]+", "_", name.replace("/", "").lower())
            field = FIELDS.get(plain, plain)
            if field in found:
                raise typer.BadParameter(f"the axis {name} is given twice", param_hint="--axis")
            found[field] = _ranged(values) if field in RANGED else values
    return found


def files_of(given: Iterable[str]) -> list[Path]:
    """The files that values of ``--axis`` name."""
    values = (item if item.startswith("@") else item.partition("=")[2] for item in given)
    return [file for value in values if (file := file_of(value))]


def _pairs(item: str) -> Iterator[tuple[str, list[str]]]:
    if file := file_of(item):
        yield from _table(file)
        return
    name, equals, values = item.partition("=")
    if not name or not equals:
        raise typer.BadParameter("give it as NAME=VALUE,VALUE, or @FILE", param_hint="--axis")
    yield name.strip(), listed(values, "--axis")


def _table(file: Path) -> Iterator[tuple[str, list[str]]]:
    """The columns of a CSV file by its first row; each value once, and no empty ones."""
    try:
        header, *rows = csv.reader(text_of(file, "--axis").splitlines(keepends=True), strict=True)
    except (csv.Error, ValueError) as error:
        what = error if isinstance(error, csv.Error) else "it is empty"
        raise typer.BadParameter(f"{file} is no CSV: {what}", param_hint="--axis") from None
    wide = [number for number, row in enumerate(rows, 2) if len(row) > len(header)]
    if wide:
        raise typer.BadParameter(
            f"{file}: row {wide[0]} has more values than the first has names; quote a value "
            "that holds a comma",
            param_hint="--axis",
        )
    for position, name in enumerate(header):
        values = (row[position].strip() for row in rows if len(row) > position)
        yield name.strip(), list(dict.fromkeys(filter(None, values)))


def _ranged(values: list[str]) -> list[str]:
    try:
        return lists.numbers(values)
    except InvalidRequest as error:
        raise typer.BadParameter(str(error), param_hint="--axis") from None
