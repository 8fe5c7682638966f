"""The command line: its commands, each in the file of its kind, and how the process ends."""

from __future__ import annotations

import signal
import sys
from io import TextIOWrapper
from types import FrameType
from typing import NoReturn

import typer

from cli import keeping, looking, making, unexpected, view
from cli.doctor import doctor, preflight
from cli.ends import EXIT_CODES, INTERRUPTED
from cli.explain import explain
from cli.habits import CONTEXT, every_command, hushable
from cli.logs import logs
from cli.models import models
from cli.prices import prices

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Combinatoric collages: every pair of art styles repaints a part of your picture.",
    epilog=EXIT_CODES,
    context_settings=CONTEXT,
)
app.callback()(every_command)
for command in (making.run, making.estimate, making.resume, making.remake, making.assemble):
    app.command()(hushable(command))
for command in (looking.status, looking.watch, logs):
    app.command()(hushable(command))
app.command("list")(hushable(looking.newest))
for command in (looking.cancel, looking.fetch, view.view, view.gallery):
    app.command()(hushable(command))
for command in (explain, prices, keeping.up, keeping.clean, preflight, doctor):
    app.command()(hushable(command))
app.add_typer(models, name="models")


# By which a terminal, a service manager and a closed window ask for the end.
ENDING = (signal.SIGTERM, signal.SIGHUP)


def main() -> NoReturn:
    """Run the command; whatever asks for the end stops the laptop cloud cleanly, as Ctrl-C does."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for stream in (sys.stdout, sys.stderr):
        # A terminal that has not all letters is told them by number.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    details = unexpected.prepare()
    for number in ENDING:
        # nohup has it ignored, and means that.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        app(prog_name="collage", standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        sys.exit(unexpected.end(error, details, as_json="--json" in sys.argv))
    sys.exit(0)


if __name__ == "__main__":
    main()
