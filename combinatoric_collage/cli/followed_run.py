"""A run that somebody waits for: what it takes, how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from collage.errors import (
    InvalidRequest,
    MaxUsdReached,
    OverBudget,
    SourceChanged,
    TooLong,
    TooManyCombinations,
)
from collage.manifest import Manifest
from collage.progress import STOPPED as CANCELLED
from collage.progress import TileCounts
from collage.request.request import Request
from collage.steps.estimate import Estimated
from collage.steps.start_collage import Started
from combinatoric_collage.cli import confirmation, messages
from combinatoric_collage.cli.exit_codes import STOPPED, answer, console, say
from combinatoric_collage.cli.output_folder import Output
from combinatoric_collage.cli.progress_bars import Show, bars
from combinatoric_collage.cli.ringing import SILENT, Bell, kind_of
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from combinatoric_collage.cli.stacks.which import Where

ENDS_THE_SAME = {
    kind.__name__
    for kind in (
        InvalidRequest,
        MaxUsdReached,
        OverBudget,
        SourceChanged,
        TooLong,
        TooManyCombinations,
    )
}
"""Ends of runs that another run of the same request comes to without asking for anything."""


@dataclass(frozen=True)
class FollowedRun:
    """A run that somebody waits for, and where its result goes."""

    where: Where
    to: Output
    as_json: bool
    asked: Request | None = None
    yes: bool = False
    bell: Bell = SILENT

    def follow(
        self,
        start: Callable[[Stack], Started],
        price: Callable[[Stack], Estimated] | None = None,
    ) -> None:
        """Start a collage, having said what it takes; follow it to its end and fetch it."""
        first = "start" if self.where.running else "laptop cloud"
        self._say_what()
        with (
            bars(console, first, silent=self.as_json) as show,
            self.where.reached(self.asked) as stack,
        ):
            if price is not None:
                self._agreed(stack, price, show)
            started = start(stack)
            try:
                for seen in stack.follow(started):
                    show.at(seen)
                show.done()
                folder = self.to.folder(started["id"])
                manifest = stack.fetch(started["id"], folder)
            except RunFailed as error:
                kind = "cancelled" if error.name in CANCELLED else "failed"
                self.bell.ring(started["id"], kind, error=error.name, message=str(error))
                if error.name not in ENDS_THE_SAME:
                    self._can_go_on(started["id"], stack.look(started["id"]).tiles)
                raise
            except KeyboardInterrupt:
                self._interrupted(started["id"])
                raise
        self.bell.ring(manifest.id, kind_of(manifest), folder=str(folder), usd=manifest.usd)
        if manifest.tile_counts.get("refused"):
            self._can_ask_again(manifest.id, manifest.tile_counts["refused"])
        report(manifest, folder, as_json=self.as_json)

    def _say_what(self) -> None:
        if self.asked is not None and not self.as_json:
            for line in confirmation.understood(self.asked):
                say(line)

    def _agreed(self, stack: Stack, price: Callable[[Stack], Estimated], show: Show) -> None:
        """Say what is going to be made, and ask before much is paid."""
        to_ask = not self.yes and self.asked is not None and confirmation.may_be_paid(self.asked)
        if self.as_json and not to_ask:
            return
        found = price(stack)
        if not self.as_json:
            say(messages.expected(found))
        if to_ask:
            ask = None if self.as_json or not confirmation.somebody() else confirmation.in_person
            with show.aside():
                confirmation.agree(found, ask)

    def _can_go_on(self, collage: str, tiles: TileCounts | None = None) -> None:
        """Say how the collage is gone on with, if that would ask for anything."""
        if tiles is not None and tiles.refused:
            self._can_ask_again(collage, tiles.refused)
            if not tiles.failed:
                return
        say(f"collage {collage} can go on: {self.where.command('resume', collage)}")

    def _can_ask_again(self, collage: str, refused: int) -> None:
        again = f"{self.where.command('resume', collage)} --retry-refused"
        say(f"{refused} tiles were refused; to ask for them again: {again}")

    def _interrupted(self, collage: str) -> None:
        if not self.where.running:
            self._can_go_on(collage)
            return
        say(f"The run goes on: {self.where.command('watch', collage)}")
        say(f"To stop it: {self.where.command('cancel', collage)}")


def report(manifest: Manifest, out: Path, *, as_json: bool) -> None:
    """Say what came of a run and where it lies; end with STOPPED if it ended early."""
    result = messages.summary(manifest, out)
    if as_json:
        answer(result)
    else:
        messages.report(console, result)
    if manifest.stopped is not None:
        raise typer.Exit(STOPPED)
