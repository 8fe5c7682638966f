"""The command line: its commands, each in the file of its kind, and how the process ends."""

from __future__ import annotations

import signal
import sys
from io import TextIOWrapper
from types import FrameType
from typing import NoReturn

import typer

from combinatoric_collage.cli import crash_reports
from combinatoric_collage.cli.commands import keep, look, make, share, view
from combinatoric_collage.cli.commands.again import again
from combinatoric_collage.cli.commands.assemble import assemble
from combinatoric_collage.cli.commands.bedrock import bedrock
from combinatoric_collage.cli.commands.choose import choose
from combinatoric_collage.cli.commands.delete import delete, undelete
from combinatoric_collage.cli.commands.doctor import doctor, preflight
from combinatoric_collage.cli.commands.explain import explain
from combinatoric_collage.cli.commands.export import export
from combinatoric_collage.cli.commands.logs import logs
from combinatoric_collage.cli.commands.models import models
from combinatoric_collage.cli.commands.prices import prices
from combinatoric_collage.cli.commands.studio import studio
from combinatoric_collage.cli.common_options import CONTEXT, every_command
from combinatoric_collage.cli.exit_codes import EXIT_CODES, INTERRUPTED

COMMANDS = {
    "run": make.run,
    "estimate": make.estimate,
    "resume": make.resume,
    "remake": make.remake,
    "again": again,
    "assemble": assemble,
    "status": look.status,
    "watch": look.watch,
    "logs": logs,
    "list": look.newest,
    "cancel": look.cancel,
    "delete": delete,
    "undelete": undelete,
    "fetch": look.fetch,
    "choose": choose,
    "export": export,
    "share": share.share,
    "shares": share.shares,
    "unshare": share.unshare,
    "sharing-key": share.sharing_key,
    "view": view.view,
    "gallery": view.gallery,
    "studio": studio,
    "explain": explain,
    "prices": prices,
    "up": keep.up,
    "clean": keep.clean,
    "preflight": preflight,
    "doctor": doctor,
}

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Combinatoric collages: every pair of art styles repaints a part of your picture.",
    epilog=EXIT_CODES,
    context_settings=CONTEXT,
)
app.callback()(every_command)
for name, function in COMMANDS.items():
    app.command(name)(function)
app.add_typer(models, name="models")
app.add_typer(bedrock, name="bedrock")


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
    details = crash_reports.prepare()
    for number in ENDING:
        # nohup has it ignored, and means that.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        app(prog_name="collage", standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        sys.exit(crash_reports.end(error, details, as_json="--json" in sys.argv))
    sys.exit(0)


if __name__ == "__main__":
    main()
