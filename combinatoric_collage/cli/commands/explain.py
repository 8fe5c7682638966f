"""The command `explain`: a picture's own account of how it was made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from collage import formats
from collage.errors import CollageError, InvalidRequest
from collage.provenance import explain as explaining
from collage.provenance.explain import CellFacts, CollageFacts, Explanation
from collage.provenance.read_record import TileEnd, TileFacts
from collage.text import line
from combinatoric_collage.cli import input_files
from combinatoric_collage.cli.common_options import command
from combinatoric_collage.cli.exit_codes import WRONG_INPUT, AsJson, answer

SIGNS = {",": "comma", ":": "colon"}

Rows = Iterable[tuple[str, object]]


@command
def explain(
    file: Annotated[Path, typer.Argument(help=f"a collage or a tile: {formats.TITLES}")],
    at: Annotated[
        str | None, typer.Option(metavar="X,Y", help="a point, in pixels from the top left")
    ] = None,
    cell: Annotated[
        str | None, typer.Option(metavar="ROW:COL", help="a cell; both count from 0")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how FILE was made, or one cell of it, from the file alone."""
    try:
        point, place = _pair("at", at, ","), _pair("cell", cell, ":,")
        found = explaining.explain(input_files.read(file), point, place)
    except CollageError as error:
        if as_json:
            answer({"error": error.name, "message": str(error)})
        else:
            typer.echo(f"{error.name}: {line(str(error))}", err=True)
        raise typer.Exit(WRONG_INPUT) from None
    if as_json:
        answer(found.model_dump(mode="json", exclude_none=True))
    else:
        typer.echo("\n".join(_lines(found)))


def _pair(name: str, text: str | None, between: str) -> tuple[int, int] | None:
    """Two whole numbers, with one of the signs ``between`` them."""
    if text is None:
        return None
    found = re.fullmatch(rf"\s*([0-9]{{1,9}})\s*[{between}]\s*([0-9]{{1,9}})\s*", text)
    if found is None:
        sign = f"a {SIGNS[between[0]]} between"
        raise InvalidRequest(f"{name}: {text!r} is not two whole numbers with {sign}.")
    return int(found[1]), int(found[2])


def _lines(found: Explanation) -> list[str]:
    rows: list[tuple[str, object]] = []
    if found.collage is not None:
        rows += _collage(found.collage)
    elif found.id is not None:
        rows.append(("collage", found.id))
    if found.cell is not None:
        rows += _cell(found.cell)
    if found.tile is not None:
        rows += _tile(found.tile, found.end)
    if found.end is not None:
        rows += _end(found.end)
    said = [(name, line(str(value))) for name, value in rows if value not in (None, "")]
    width = max(len(name) for name, _ in said)
    return [f"{name:<{width}}  {value}" for name, value in said]


def _collage(facts: CollageFacts) -> Rows:
    asked = facts.request
    by = f" by {facts.styles_model}" if facts.styles_model else ""
    names = ", ".join(facts.styles)
    return [
        ("collage", facts.id),
        ("created", facts.created),
        ("source", facts.source),
        ("sources", ", ".join(facts.sources)),
        ("recipe", asked.recipe),
        ("prompt", asked.prompt or (asked.prompt_template if names else None)),
        ("styles", names and f"{names} ({asked.combine} at a time; {_origin(facts)}{by})"),
        ("masks", ", ".join(asked.masks) if names and (facts.source or facts.sources) else None),
        ("grid", f"{facts.rows} rows x {facts.cols} columns, gap {facts.gap} px"),
        ("tile size", f"{asked.size[0]} x {asked.size[1]}"),
        ("seed", asked.seed),
        ("engine", " ".join(filter(None, (asked.engine, asked.model, asked.quality)))),
        ("tiles", f"{facts.tiles}: {_counts(facts.tile_counts)}"),
        ("cells", _counts(facts.cell_counts)),
        ("stopped", facts.stopped),
        ("cost", f"${facts.usd:,.2f}"),
        ("engine time", f"{facts.render_seconds:,.1f} s"),
        ("asked again", facts.asked_again or None),
        ("version", facts.pack),
    ]


def _origin(facts: CollageFacts) -> str:
    origins = {"request": "named in the request", "default": "the default list", "model": "listed"}
    return origins.get(facts.styles_origin, facts.styles_origin)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in counts.items())


def _cell(facts: CellFacts) -> Rows:
    left, top, width, height = facts.box
    planned = facts.planned
    return [
        ("cell", f"row {facts.row}, column {facts.col} ({width} x {height} px at {left},{top})"),
        ("state", facts.state),
        ("reason", facts.reason),
        ("planned", planned and f"{planned.prompt} (mask {planned.mask or 'none'})"),
    ]


def _tile(facts: TileFacts, end: TileEnd | None) -> Rows:
    named = end.mask if end is not None else None
    return [
        ("prompt", facts.prompt),
        ("styles", ", ".join(facts.styles)),
        ("operation", facts.operation),
        ("source", end and end.source),
        ("mask", f"{named} ({facts.mask})" if named else facts.mask),
        ("seed", facts.seed),
        ("sample", facts.sample),
        ("size", f"{facts.size[0]} x {facts.size[1]}"),
        ("engine", facts.engine),
        ("model", facts.model),
        ("options", ", ".join(f"{name}={value}" for name, value in facts.options.items())),
        ("tile", facts.key),
    ]


def _end(facts: TileEnd) -> Rows:
    outside = facts.outside_changed
    changed = ", ".join(f"{name}={value}" for name, value in facts.again.items())
    return [
        ("made again", changed),
        ("created", facts.created),
        ("cost", f"${facts.usd:,.4f}"),
        ("engine time", None if facts.seconds is None else f"{facts.seconds:,.1f} s"),
        ("asked before", facts.asked_before or None),
        ("outside mask", None if outside is None else f"{outside:,} pixels changed by the model"),
    ]
