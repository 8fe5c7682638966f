"""The command `again`: a collage with cells otherwise, with more like one, or the best anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any

import typer

from collage.errors import InvalidRequest
from collage.request.again import AskedAgain, CellChange
from collage.request.parse import parse, validated
from collage.steps.again import Again
from collage.steps.start_collage import Started
from combinatoric_collage.cli.commands.make import MOST_LOOKS, Yes
from combinatoric_collage.cli.common_options import Id, command
from combinatoric_collage.cli.exit_codes import AsJson
from combinatoric_collage.cli.followed_run import FollowedRun
from combinatoric_collage.cli.output_folder import Output
from combinatoric_collage.cli.request_options import request_options
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.cli.stacks.which import WhereConfigured

Cells = Annotated[
    list[str] | None,
    typer.Option(
        "--change",
        metavar="ROW:COL",
        help="change this cell alone, both count from 0; --seed, --sample-number, --prompt, "
        "--engine and the like are for it then, and -1 is a seed at random",
    ),
]
SampleNumber = Annotated[
    int | None,
    typer.Option(metavar="N", help="of a cell whose engine has no seeds: another picture"),
]
Like = Annotated[
    str | None,
    typer.Option(metavar="ROW:COL", help="make variations of this cell's picture, --count of them"),
]
Best = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TERM",
        help="combine the styles of the tiles anew that this chooses, as starred or score>=4",
    ),
]
Skip = Annotated[
    list[str] | None,
    typer.Option(metavar="FIELD=VALUE", help="go on without this style, mask or value of an axis"),
]


@request_options
@command
def again(
    collage: Id,
    to: Output,
    where: WhereConfigured,
    change: Cells = None,
    sample_number: SampleNumber = None,
    like: Like = None,
    best: Best = None,
    skip: Skip = None,
    yes: Yes = False,
    as_json: AsJson = False,
    **options: Any,
) -> None:
    """Make a collage again: single cells otherwise, more like one, or the best anew.

    It is a new collage; of the old one all tiles that stay are found, and not paid for again.
    """
    wanted = _wanted(change, sample_number, like, best, skip, options)
    to.check()
    where = replace(where, lasting=True)
    found, data = _found(where, collage, wanted)
    asked = parse(found.options)
    to = replace(to, name=to.name or "again")

    def start(reached: Stack) -> Started:
        to.hold(lambda: reached.identify(data, asked))
        return reached.start(data, asked.model_dump(mode="json", exclude_unset=True))

    FollowedRun(where, to, as_json, asked, yes).follow(
        start, lambda reached: reached.estimate(data, asked, None, MOST_LOOKS)
    )


def _found(where: WhereConfigured, collage: str, wanted: AskedAgain) -> tuple[Again, bytes | None]:
    """What is to be asked for, and its source."""
    if wanted.like is None:
        return _looked_up(where.looked_at(), collage, wanted)
    # The tile is put in as a source, and a laptop cloud that is at rest takes nothing in.
    with where.reached() as reached:
        return _looked_up(reached, collage, wanted)


def _looked_up(stack: Stack, collage: str, wanted: AskedAgain) -> tuple[Again, bytes | None]:
    found = stack.again(collage, wanted)
    most = stack.settings.max_source_bytes
    return found, None if found.source is None else stack.store.upload(found.source, most)


def _wanted(
    cells: list[str] | None,
    sample: int | None,
    like: str | None,
    best: list[str] | None,
    skip: list[str] | None,
    options: dict[str, Any],
) -> AskedAgain:
    """What is asked for, held to the rules that need no collage."""
    body: dict[str, Any] = {"best": best, "skip": _pairs(skip or [])}
    if cells:
        change = {name: options.pop(name) for name in [*options] if name in CellChange.model_fields}
        change |= {} if sample is None else {"sample": sample}
        body["cells"] = dict.fromkeys(cells, change)
    elif sample is not None:
        raise InvalidRequest("sample_number: it is for single cells; give --change.")
    if like is not None:
        body |= {"like": like, "count": options.pop("count", None)}
    given = {name: value for name, value in body.items() if value}
    return validated(AskedAgain, {**given, "options": options})


def _pairs(given: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not name.strip() or not equals or not value.strip():
            raise InvalidRequest(f"skip: {item!r} is not FIELD=VALUE, as style=Cubism.")
        found.setdefault(name.strip(), []).append(value.strip())
    return found
