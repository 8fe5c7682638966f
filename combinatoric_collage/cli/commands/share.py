"""The commands that show a collage to others, and no longer: `share`, `shares`, `unshare`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from collage.sharing.share import DAYS
from combinatoric_collage.cli.common_options import Id, command
from combinatoric_collage.cli.exit_codes import AsJson, answer, say
from combinatoric_collage.cli.stacks import sharing
from combinatoric_collage.cli.stacks.deployed import account_client
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from combinatoric_collage.cli.stacks.which import Where

ON_A_LAPTOP = (
    "A laptop cloud shows what is shared while it runs: start one by "
    "`collage up --parameter Sharing=on`, or name a deployed stack by --stack."
)

Days = Annotated[
    int, typer.Option(min=1, metavar="DAYS", help="after which the address opens nothing")
]
Tiles = Annotated[
    bool, typer.Option("--tiles/--no-tiles", help="the tiles in their full size, or not")
]
One = Annotated[
    str | None,
    typer.Argument(metavar="[SHARE]", help="only this share; collage shares lists them"),
]
Secret = Annotated[
    str, typer.Argument(metavar="SECRET", help="name of the secret in Secrets Manager")
]
Rotate = Annotated[
    bool, typer.Option("--rotate", help="put a new key in the place of the one that is there")
]


@command
def share(
    collage: Id, where: Where, days: Days = DAYS, tiles: Tiles = True, as_json: AsJson = False
) -> None:
    """Give out an address by which anybody can look at a collage, until a day.

    What is shown is a copy of it as it is now.
    """
    made = sharing.share(_running(where), collage, days, tiles=tiles)
    if as_json:
        answer(made)
        return
    typer.echo(made["address"])
    say(f"It opens for everybody who has it until {made['share']['until']}.")
    say(f"To end it before: {where.command('unshare', collage)}")


@command
def shares(collage: Id, where: Where, as_json: AsJson = False) -> None:
    """List the shares of a collage, the oldest first."""
    found = sharing.shares(_running(where), collage)
    if as_json:
        answer({"items": found})
        return
    if not found:
        say("Nothing of it is shared.")
    for one in found:
        told = one["share"]
        by = f" by {told['by']}" if told["by"] else ""
        line = f"{told['id']}  {one['state']:<7}  until {told['until']}{by}"
        typer.echo(f"{line}  {one['address']}" if one["address"] else line)


@command
def unshare(collage: Id, where: Where, one: One = None, as_json: AsJson = False) -> None:
    """End the shares of a collage: their copies are deleted."""
    ended = sharing.unshare(_running(where), collage, one)
    if as_json:
        answer({"items": ended})
        return
    what = "share is" if len(ended) == 1 else "shares are"
    say(f"{len(ended)} {what} ended; an edge that has something of a copy shows it a minute more.")


@command
def sharing_key(secret: Secret, rotate: Rotate = False, as_json: AsJson = False) -> None:
    """Make the key that a stack signs addresses with, and say which parameters it then needs.

    The private half goes into the secret and nowhere else. Where there is one already, it stays,
    and its public half is said again.
    """
    secrets = account_client("secretsmanager")
    public = sharing.known_key(secrets, secret)
    if public is None or rotate:
        public = sharing.new_key(secrets, secret, first=public is None)
    if as_json:
        answer({"SharingSecret": secret, "public_key": public})
        return
    typer.echo(f"SharingSecret={secret}")
    typer.echo(f"SharingPublicKeyA={public}")
    say("Deploy the stack with both, and Sharing=on. Where A is taken, it is SharingPublicKeyB.")


def _running(where: Where) -> Stack:
    """The stack, which has to run."""
    running = replace(where, lasting=True).running
    if running is None:
        raise RunFailed("NotRunning", ON_A_LAPTOP)
    return running
