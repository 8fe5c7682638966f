"""The command line: its commands, each in the file of its kind, and how the process ends."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import NoReturn

import typer

from cli import keeping, looking, making, view
from cli.ends import EXIT_CODES, INTERRUPTED
from cli.explain import explain
from cli.models import models

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Combinatoric collages: every pair of art styles repaints a part of your picture.",
    epilog=EXIT_CODES,
)
for command in (making.run, making.estimate, making.resume, making.remake, making.assemble):
    app.command()(command)
for command in (looking.status, looking.watch):
    app.command()(command)
app.command("list")(looking.newest)
for command in (looking.cancel, looking.fetch, view.view, view.gallery):
    app.command()(command)
for command in (explain, keeping.up, keeping.clean):
    app.command()(command)
app.add_typer(models, name="models")


def main() -> NoReturn:
    """Run the command; SIGTERM ends it as Ctrl-C does, so that the laptop cloud stops cleanly."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        app(prog_name="collage", standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(0)


if __name__ == "__main__":
    main()
