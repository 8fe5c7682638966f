"""The commands `delete` and `undelete`: collages go, and come back where versions are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from collage.deletion import Survey
from collage.errors import InvalidRequest
from combinatoric_collage.cli import confirmation
from combinatoric_collage.cli.common_options import Id, command
from combinatoric_collage.cli.exit_codes import AsJson, answer, say
from combinatoric_collage.cli.stacks import removal
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.cli.stacks.which import Where

Ids = Annotated[
    list[str] | None, typer.Argument(help="the collages' ids", metavar="ID...", show_default=False)
]
Owner = Annotated[
    str | None,
    typer.Option(
        "--everything-of",
        metavar="OWNER",
        help="all collages of an owner, as `collage status` names them, such as user/anna",
        show_default=False,
    ),
]


@command
def delete(
    where: Where,
    collages: Ids = None,
    owner: Owner = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what would go, and delete nothing")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="delete without asking")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete collages, with their shares and with tiles and uploads that no other one uses.

    Folders that were fetched stay.
    """
    if bool(collages) == (owner is not None):
        raise InvalidRequest("id: name the collages to delete, or an owner by --everything-of.")
    with replace(where, lasting=True).reached() as reached:
        ids = removal.all_of(reached, owner) if owner else list(dict.fromkeys(collages or []))
        surveys = [removal.survey(reached, collage) for collage in ids]
        if not as_json:
            for one in surveys:
                say(_said(one))
        files = 0
        if not dry_run and ids:
            _agree(ids, yes, as_json)
            files = sum(_deleted(reached, collage) for collage in ids)
    if as_json:
        found = [one.model_dump(mode="json") for one in surveys]
        answer({"collages": found, "deleted": not dry_run and bool(ids), "files": files})
    elif not ids:
        typer.echo(f"There are no collages of {owner}.")
    elif not dry_run:
        typer.echo(f"Deleted: {_many(len(ids), 'collage')}, {files:,} files.")


@command
def undelete(collage: Id, where: Where, as_json: AsJson = False) -> None:
    """Bring a deleted collage back, as long as the stack keeps versions; its shares stay ended."""
    with replace(where, lasting=True).reached() as reached:
        count = removal.undelete(reached, collage)
    if as_json:
        answer({"id": collage, "files": count})
    else:
        typer.echo(f"{_many(count, 'file')} of collage {collage} are there again.")


def _agree(ids: list[str], yes: bool, as_json: bool) -> None:
    """Ask before anything goes.

    Raises:
        InvalidRequest: when there is nobody to ask.
        typer.Abort: when the answer is no.
    """
    if yes:
        return
    if as_json or not confirmation.somebody():
        raise InvalidRequest("yes: nothing is deleted unasked; say --yes, or --dry-run to look.")
    if not confirmation.in_person(f"Delete {_many(len(ids), 'collage')}?"):
        raise typer.Abort


def _deleted(stack: Stack, collage: str) -> int:
    return sum(made.files for made in removal.delete(stack, collage))


def _said(one: Survey) -> str:
    """What goes with a collage, in a line."""
    goes = [
        f"{_many(one.files, 'file')}",
        f"{_many(one.tiles, 'tile')} of its own",
        *([_many(one.shares, "share")] if one.shares else []),
        *([_many(one.sources, "upload")] if one.sources else []),
    ]
    stays = [
        *([_many(one.kept, "tile")] if one.kept else []),
        *([_many(one.sources_kept, "upload")] if one.sources_kept else []),
    ]
    kept = f"; other collages use {' and '.join(stays)}, which stay" if stays else ""
    return f"{one.id}: {', '.join(goes)}, about {one.bytes / 1e6:,.1f} MB{kept}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
