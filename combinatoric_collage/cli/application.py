"""The command line: its commands, each in the file of its kind, and how the process ends."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterable
from importlib import import_module
from io import TextIOWrapper
from typing import Any, NoReturn

from collage.uncollected import uncollected
from combinatoric_collage.cli.endings import ENDING

with uncollected(kept=True):
    import typer
    from typer.core import TyperGroup

    from combinatoric_collage.cli import crash_reports
    from combinatoric_collage.cli.common_options import CONTEXT, every_command
    from combinatoric_collage.cli.exit_codes import EXIT_CODES

COMMANDS = {
    "run": "make:run",
    "estimate": "make:estimate",
    "resume": "make:resume",
    "remake": "make:remake",
    "again": "again:again",
    "assemble": "assemble:assemble",
    "status": "look:status",
    "watch": "look:watch",
    "logs": "logs:logs",
    "list": "look:newest",
    "cancel": "look:cancel",
    "delete": "delete:delete",
    "undelete": "delete:undelete",
    "fetch": "look:fetch",
    "choose": "choose:choose",
    "export": "export:export",
    "share": "share:share",
    "shares": "share:shares",
    "unshare": "share:unshare",
    "sharing-key": "share:sharing_key",
    "view": "view:view",
    "gallery": "view:gallery",
    "studio": "studio:studio",
    "explain": "explain:explain",
    "prices": "prices:prices",
    "up": "keep:up",
    "clean": "keep:clean",
    "preflight": "doctor:preflight",
    "doctor": "doctor:doctor",
    "models": "models:models",
    "bedrock": "bedrock:bedrock",
}
"""What each is in the files of `cli.commands`: a function, or an app with commands of its own."""

FOR_ALL: Any = {"rich_markup_mode": None, "pretty_exceptions_enable": False}


class Commands(TyperGroup):
    """The commands; the file of one is imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All of their names, in order."""
        return list(dict.fromkeys([*COMMANDS, *self.commands]))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One of them; None where there is none of that name."""
        known = [*COMMANDS, *self.commands]
        # Whoever mistakes a name is told of those that are like it.
        self._bring([cmd_name] if cmd_name in known else COMMANDS)
        return super().get_command(ctx, cmd_name)

    def _bring(self, names: Iterable[str]) -> None:
        lacking = [name for name in names if name not in self.commands]
        apart = typer.Typer(**FOR_ALL)
        for name in lacking:
            found = _imported(name)
            if isinstance(found, typer.Typer):
                apart.add_typer(found, name=name)
            else:
                apart.command(name)(found)
        if lacking:
            self.commands.update(typer.main.get_group(apart).commands)


def _imported(name: str) -> Any:
    file, _, within = COMMANDS[name].partition(":")
    with uncollected(kept=True):
        return getattr(import_module(f"combinatoric_collage.cli.commands.{file}"), within)


app = typer.Typer(
    **FOR_ALL,
    cls=Commands,
    no_args_is_help=True,
    help="Combinatoric collages: every pair of art styles repaints a part of your picture.",
    epilog=EXIT_CODES,
    context_settings=CONTEXT,
)
app.callback()(every_command)


AGAIN_SECONDS = 0.05
"""After which an interrupt comes again that was lost."""


def _not_lost(unraisable: sys.UnraisableHookArgs) -> None:
    """Have an interrupt come again that nobody could be told of.

    libvips calls back into Python whenever it has something to log, and what is raised there ends
    there.
    """
    if unraisable.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(unraisable)
        return
    # The main thread itself is told, which may wait for something. A shell has what it runs behind
    # ignore an interrupt, and then it was another.
    heard = (one for one in (signal.SIGINT, *ENDING) if signal.getsignal(one) != signal.SIG_IGN)
    told = [threading.main_thread().ident, next(heard)]
    while True:
        # On a busy machine it comes while this is still at work, where it would be lost as well.
        try:
            again = threading.Timer(AGAIN_SECONDS, signal.pthread_kill, told)
            again.daemon = True
            again.start()
            return
        except KeyboardInterrupt:
            continue


def run() -> NoReturn:
    """Run the command; an interrupt stops the laptop cloud cleanly."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has not all letters is told them by number.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    details = crash_reports.prepare()
    sys.unraisablehook = _not_lost
    try:
        app(prog_name="collage", standalone_mode=True)
    except Exception as error:
        sys.exit(crash_reports.end(error, details, as_json="--json" in sys.argv))
    sys.exit(0)
