"""Ringing: whoever looked elsewhere is told that a collage has ended, here on this machine."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from collage.errors import InvalidRequest
from collage.manifest import Manifest
from collage.progress import Progress
from combinatoric_collage.cli.exit_codes import console, say

DESKTOP_SECONDS, COMMAND_SECONDS = 10, 60
"""How long what rings is waited for; a run that has ended is not kept up by it."""

STDERR = 2
"""Where what a command prints goes: the answer of this one has standard output for itself."""

SCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)
"""For macOS. The words are given beside it, so that none of them is taken for a part of it."""

HOW = {
    "completed": "is made",
    "partial": "is made; tiles are missing",
    "stopped": "was stopped early",
    "failed": "failed",
    "cancelled": "was cancelled",
}


@dataclass(frozen=True)
class Bell:
    """Whether and how to ring. What goes wrong with it is said, and changes nothing else."""

    notify: Annotated[
        bool,
        typer.Option(
            "--notify", help="ring when it has ended: on the desktop, else the terminal's bell"
        ),
    ] = False
    notify_command: Annotated[
        str | None,
        typer.Option(
            "--notify-command",
            metavar="CMD",
            help="run this when it has ended, by no shell: the end as JSON on its standard input, "
            "COLLAGE_ID and COLLAGE_KIND in its environment",
        ),
    ] = None

    def check(self) -> None:
        """Say at once of a command that could not be run.

        Raises:
            InvalidRequest: when it is none.
        """
        if self.notify_command is None:
            return
        try:
            words = shlex.split(self.notify_command)
        except ValueError as error:
            raise InvalidRequest(f"--notify-command: {error}.") from None
        if not words or shutil.which(words[0]) is None:
            raise InvalidRequest(
                f"--notify-command: there is no {words[0] if words else 'word'!r}."
            )

    def ring(self, collage: str, kind: str, **more: Any) -> None:
        """Tell that a collage has ended; ``more`` is for the command alone."""
        if self.notify:
            _desktop("Collage", f"{collage} {HOW[kind]}")
        if self.notify_command is not None:
            _command(self.notify_command, {"id": collage, "kind": kind, **more})


SILENT = Bell()


def kind_of(manifest: Manifest) -> str:
    """How a collage that is made has ended, by the kinds of events."""
    if not manifest.missing:
        return "completed"
    return "stopped" if manifest.stopped else "partial"


def kind_seen(seen: Progress) -> str:
    """The same of a collage as it is looked at."""
    if seen.state == "partial":
        return "stopped" if seen.error else "partial"
    return "completed" if seen.state == "done" else seen.state


def _desktop(title: str, text: str) -> None:
    """By what there is: it has words of this command and an id, and no one else's."""
    for words in _ways(title, text):
        if shutil.which(words[0]):
            with suppress(OSError, subprocess.SubprocessError):
                subprocess.run(  # noqa: S603
                    words, timeout=DESKTOP_SECONDS, check=True, capture_output=True
                )
                return
    console.bell()


def _ways(title: str, text: str) -> tuple[list[str], ...]:
    if sys.platform == "darwin":
        lines = [part for line in SCRIPT for part in ("-e", line)]
        return (["osascript", *lines, title, text],)
    return (["notify-send", "--app-name=collage", "--", title, text],)


def _command(command: str, said: Mapping[str, Any]) -> None:
    named = {"COLLAGE_ID": str(said["id"]), "COLLAGE_KIND": str(said["kind"])}
    try:
        subprocess.run(  # noqa: S603
            shlex.split(command),
            input=json.dumps(said).encode(),
            env={**os.environ, **named},
            timeout=COMMAND_SECONDS,
            check=True,
            stdout=STDERR,
        )
    except (OSError, subprocess.SubprocessError) as error:
        say(f"--notify-command: {error}")
