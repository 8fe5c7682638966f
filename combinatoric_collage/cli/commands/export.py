"""The command `export`: something to take away of a collage, as one file."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from collage.errors import InvalidRequest
from collage.export.asked import Export, Exported, Kind, parse_export
from collage.export.paper import SIZES
from collage.formats import FORMATS
from collage.steps.exports import KINDS
from combinatoric_collage.cli.common_options import Id, command
from combinatoric_collage.cli.exit_codes import AsJson, answer, say
from combinatoric_collage.cli.option_values import Only, terms
from combinatoric_collage.cli.output_folder import PLACE, SHORT
from combinatoric_collage.cli.request_options import METAVARS as SHARED
from combinatoric_collage.cli.request_options import NUMBERS, completing, field_options
from combinatoric_collage.cli.stacks import take_away
from combinatoric_collage.cli.stacks.which import Where

METAVARS = {
    "names": "PATTERN",
    "rows": "FIELD",
    "cols": "FIELD",
    "by": "FIELD",
    "paper": "A4|WxH",
    "margin": "MM",
    "bleed": "MM",
    **{name: SHARED[name] for name in ("cell", "gap", "border", "background", "format", "dpi")},
}
COMPLETED = {"format": tuple(FORMATS), "paper": tuple(SIZES), "fit": ("contain", "cover")}
"""Values that a shell can complete."""

KindName = Annotated[
    str,
    typer.Argument(
        metavar="KIND", help=", ".join(KINDS), autocompletion=completing(*get_args(Kind))
    ),
]
File = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="where the file goes [default: out/KIND-ID, by the collage's id]",
        show_default=False,
    ),
]
Force = Annotated[bool, typer.Option("--force", help="replace the file if it is there")]


def _option(name: str) -> inspect.Parameter:
    field, flag = Export.model_fields[name], "--" + name.replace("_", "-")
    kind: Any = NUMBERS.get(field.annotation, str)  # type: ignore[arg-type]
    if field.annotation == bool | None:
        kind, flag = bool, f"{flag}/--no-{flag[2:]}"
    option = typer.Option(
        flag,
        help=field.description,
        metavar=METAVARS.get(name),
        show_default=False,
        autocompletion=completing(*COMPLETED[name]) if name in COMPLETED else None,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )


@field_options([_option(name) for name in Export.model_fields if name not in ("kind", "only")])
@command
def export(
    collage: Id,
    kind: KindName,
    where: Where,
    only: Only = None,
    out: File = None,
    force: Force = False,
    as_json: AsJson = False,
    **options: Any,
) -> None:
    """Take something of a collage away, as one file.

    Nothing is rendered or paid.
    """
    asked = parse_export({"kind": kind, "only": terms(only), **options})
    file = out or PLACE / f"{kind}-{collage[:SHORT]}.{KINDS[kind].ending(asked)}"
    _check(file, force)
    with replace(where, lasting=True).reached() as reached:
        made = take_away.make(reached, collage, asked)
        take_away.save(reached, made, file)
    _report(made, file, as_json)


def _check(file: Path, force: bool) -> None:
    """Refuse a place that nothing can be written to, before anything is made for it."""
    if file.is_dir():
        raise InvalidRequest(f"out: {file} is a folder; name a file.")
    if file.exists() and not force:
        raise InvalidRequest(f"out: {file} is there already; name another, or --force.")


def _report(made: Exported, file: Path, as_json: bool) -> None:
    if as_json:
        answer({**made.model_dump(mode="json"), "path": str(file)})
        return
    for note in made.notes:
        say(note)
    typer.echo(f"{file}: {made.tiles} tiles, {made.bytes / 1e6:,.1f} MB")
