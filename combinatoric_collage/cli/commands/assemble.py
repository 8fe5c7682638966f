"""The command `assemble`: a collage's tiles laid out another way."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Annotated, Any, get_args

import typer

from collage.request.relayout import Chosen, LayoutAsked, parse_asked
from collage.request.request import Request
from collage.sheet.layout import Sort
from collage.steps import choose
from combinatoric_collage.cli.common_options import Id, command
from combinatoric_collage.cli.exit_codes import AsJson
from combinatoric_collage.cli.followed_run import report
from combinatoric_collage.cli.option_values import Only, terms
from combinatoric_collage.cli.output_folder import Output
from combinatoric_collage.cli.request_options import (
    COMPLETED,
    METAVARS,
    NUMBERS,
    completing,
    field_options,
)
from combinatoric_collage.cli.stacks.stack import RunFailed
from combinatoric_collage.cli.stacks.which import Where

SORTS = (*get_args(Sort), *get_args(Chosen))
HELP = {
    "sort": f"{', '.join(SORTS)} [default: shuffle, or place with --only]",
    "seed": "of the shuffle",
}
"""What a new layout has of its own, or means otherwise than a request."""


def _option(name: str) -> inspect.Parameter:
    kind: Any = NUMBERS.get(LayoutAsked.model_fields[name].annotation, str)  # type: ignore[arg-type]
    flag = f"--{name}"
    if LayoutAsked.model_fields[name].annotation == bool | None:
        kind, flag = bool, f"--{name}/--no-{name}"
    words = SORTS if name == "sort" else COMPLETED.get(name)
    option = typer.Option(
        flag,
        help=HELP.get(name) or Request.model_fields[name].description,
        metavar=METAVARS.get(name),
        autocompletion=completing(*words) if words else None,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )


layout_options = field_options(
    [_option(name) for name in LayoutAsked.model_fields if name != "only"]
)
"""Gives a command an option for every field of a new layout."""


@layout_options
@command
def assemble(
    collage: Id,
    to: Output,
    where: Where,
    only: Only = None,
    as_json: AsJson = False,
    **changes: Any,
) -> None:
    """Lay the tiles of a collage out another way, all of them or those that are chosen.

    Nothing is rendered or paid; what is not given stays as it was.
    """
    wanted = parse_asked({**changes, **({"only": terms(only)} if only else {})})
    to.check()
    to.hold(lambda: collage)
    with replace(where, lasting=True).reached() as reached:
        reached.accepted(collage)
        if wanted.chooses and not reached.store.is_made(collage):
            raise RunFailed("NotMade", f"Collage {collage} is not made yet.")
        layout = reached.assemble(collage, choose.layout_of(reached.store, collage, wanted))
        folder = to.folder(collage, layout)
        manifest = reached.fetch(collage, folder, layout)
    report(manifest, folder, as_json=as_json)
