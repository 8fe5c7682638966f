"""The command `studio`: ask for collages, watch and choose in the browser."""

from __future__ import annotations

import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from time import sleep

from botocore.exceptions import BotoCoreError, ClientError

from collage.errors import CollageError
from combinatoric_collage.cli.commands.view import Open, Port
from combinatoric_collage.cli.common_options import command
from combinatoric_collage.cli.exit_codes import say
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from combinatoric_collage.cli.stacks.which import WhereConfigured
from combinatoric_collage.studio import pages, reach
from combinatoric_collage.studio.studio_server import serving

LOOKED_AT = 20
"""Collages, the newest, among which those are looked for that are under way at the end."""


@command
def studio(where: WhereConfigured, port: Port = 0, opens: Open = True) -> None:
    """Ask for collages, watch them being made and look at them in the browser.

    It is served to this machine only, until Ctrl-C.
    """
    if not pages.is_built():
        raise RunFailed("NotBuilt", "The studio's page was not built; run `make install`.")
    with ExitStack() as stack:
        found = stack.enter_context(_reached(where))
        try:
            server = stack.enter_context(serving(found, where.stack or "", port))
        except OSError as error:
            raise RunFailed(
                "PortTaken", f"Port {port} cannot be used: {error.strerror}."
            ) from error
        say(f"{server.address}  (Ctrl-C ends it)")
        if opens:
            webbrowser.open(server.address)
        while True:
            sleep(3600)


@contextmanager
def _reached(where: WhereConfigured) -> Iterator[reach.Reach]:
    """The stack that the options name; a laptop cloud is started where none runs."""
    where = replace(where, lasting=True)
    if where.running is None:
        say("The laptop cloud is starting. It stops with the studio, as do runs under way.")
        with laptop.running(where.parameters, state=where.state, stays=True) as (_, own):
            try:
                yield reach.always(own)
            finally:
                _say_interrupted(where, own)
    else:
        where.running.api.check()
        yield reach.always(where.running) if where.stack else reach.Found(where.state)


def _say_interrupted(where: WhereConfigured, stack: Stack) -> None:
    """Say of the runs that end with the laptop cloud how to go on with them."""
    try:
        found, _ = stack.newest(LOOKED_AT)
    except (CollageError, BotoCoreError, ClientError):
        # Something else went wrong, and that is said.
        return
    for one in found:
        if one.state == "running":
            say(f"Interrupted; its tiles are kept. Go on: {where.command('resume', one.id)}")
