"""The commands that look at collages, stop them and fetch them."""

from __future__ import annotations

from typing import Annotated

import typer

from collage.errors import InvalidRequest
from collage.progress import Progress
from combinatoric_collage.cli import messages
from combinatoric_collage.cli.common_options import Id, command
from combinatoric_collage.cli.exit_codes import FAILED, STOPPED, AsJson, answer, console, say
from combinatoric_collage.cli.followed_run import report
from combinatoric_collage.cli.output_folder import Output
from combinatoric_collage.cli.progress_bars import bars
from combinatoric_collage.cli.ringing import SILENT, Bell, kind_seen
from combinatoric_collage.cli.stacks.stack import WITHOUT_COLLAGE, RunFailed, Stack
from combinatoric_collage.cli.stacks.which import Where


@command
def status(collage: Id, where: Where, as_json: AsJson = False) -> None:
    """Say where a collage stands."""
    with where.reached() as reached:
        _show(reached.look(collage), as_json)


@command
def watch(collage: Id, where: Where, bell: Bell = SILENT, as_json: AsJson = False) -> None:
    """Follow a collage until it has ended.

    Ctrl-C leaves the run going.
    """
    bell.check()
    try:
        with where.reached() as reached:
            seen = _watched(reached, collage, as_json)
    except KeyboardInterrupt:
        say(f"The run is left alone. To look again: {where.command('watch', collage)}")
        raise
    bell.ring(seen.id, kind_seen(seen), error=seen.error, message=seen.message, usd=seen.usd)
    _show(seen, as_json)
    if seen.error is not None:
        raise typer.Exit(FAILED if seen.state in WITHOUT_COLLAGE else STOPPED)


@command
def newest(
    where: Where,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="most collages to list")] = 20,
    after: Annotated[
        str | None, typer.Option(metavar="NEXT", help="`next` of the page before")
    ] = None,
    mine: Annotated[
        bool, typer.Option("--mine", help="only your own, where the stack tells people apart")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the collages, newest first."""
    with where.reached() as reached:
        if mine and reached.owner is None:
            raise InvalidRequest("mine: this stack tells no people apart; it has Owners=off.")
        of = [reached.owner.who] if mine and reached.owner else None
        found, following = reached.newest(limit, after, of)
    if as_json:
        collages = [seen.model_dump(mode="json") for seen in found]
        answer({"collages": collages, "next": following})
        return
    typer.echo(messages.table(found) if found else "There are no collages.")
    if following is not None:
        say(f"There are more: --after {following}")


@command
def cancel(collage: Id, where: Where, as_json: AsJson = False) -> None:
    """Stop the run of a collage; what was made stays.

    One that has ended is left as it is.
    """
    with where.reached() as reached:
        _show(reached.cancel(collage), as_json)


@command
def fetch(collage: Id, to: Output, where: Where, as_json: AsJson = False) -> None:
    """Fetch a collage that is made."""
    to.check()
    to.hold(lambda: collage)
    with where.reached() as reached:
        seen = reached.look(collage)
        if seen.state not in ("done", "partial"):
            raise RunFailed("NotMade", f"Collage {collage} is not made: it is {seen.state}.")
        folder = to.folder(collage)
        manifest = reached.fetch(collage, folder)
    report(manifest, folder, as_json=as_json)


def _watched(stack: Stack, collage: str, as_json: bool) -> Progress:
    """How a collage ended, having shown how it got there if that can still be seen."""
    seen = stack.look(collage)
    if seen.state == "running":
        with bars(console, "start", silent=as_json) as show:
            for seen in stack.looks(collage):
                show.at(seen)
            if seen.state not in WITHOUT_COLLAGE:
                show.done()
    return seen


def _show(seen: Progress, as_json: bool) -> None:
    if as_json:
        answer(seen.model_dump(mode="json"))
    else:
        typer.echo(messages.standing(seen))
