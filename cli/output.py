"""What the command shows: a live bar while a collage is made, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from cli.stack import PHASES, Stack
from cli.stack import Progress as At
from collage.engines import image_models
from collage.manifest import Manifest
from collage.pipeline import Estimated
from collage.request import Request

CLOUD = "laptop cloud"


class Show(Protocol):
    """Something that is told how a run goes."""

    def at(self, progress: At) -> None:
        """The run is here now; all phases before have passed."""

    def done(self) -> None:
        """The run has ended well."""


class _Silent:
    def at(self, progress: At) -> None: ...

    def done(self) -> None: ...


class _Lines:
    """For a log: a line a phase."""

    def __init__(self, console: Console) -> None:
        self.console, self.phase = console, CLOUD
        console.print(CLOUD)

    def at(self, progress: At) -> None:
        if progress.phase != self.phase:
            self.phase = progress.phase
            self.console.print(f"{progress.phase} {progress.total or ''}".rstrip())

    def done(self) -> None: ...


class _Bars:
    """For a terminal: a row a phase; the one under way moves, those passed are ticked off."""

    def __init__(self, bars: Progress) -> None:
        self.bars = bars
        self.rows = {
            name: bars.add_task(name, total=1, start=False, count="")
            for name in (CLOUD, *PHASES.values())
        }
        self.at(At(CLOUD, 0, 0))

    def at(self, progress: At) -> None:
        self._pass(until=progress.phase)
        row = self.rows[progress.phase]
        self.bars.start_task(row)
        if progress.total:
            count = f"{progress.ended}/{progress.total}"
            self.bars.update(row, total=progress.total, completed=progress.ended, count=count)
        else:
            self.bars.update(row, total=None)

    def done(self) -> None:
        self._pass(until=None)

    def _pass(self, until: str | None) -> None:
        for name, row in self.rows.items():
            if name == until:
                return
            task = self.bars.tasks[row]
            total = task.total or 1
            count = f"{total:.0f}/{total:.0f}" if task.fields["count"] else ""
            self.bars.start_task(row)
            self.bars.update(row, total=total, completed=total, count=count)


@contextmanager
def progress(console: Console, *, silent: bool) -> Iterator[Show]:
    """Show a run: nothing at all, rows of bars on a terminal, or lines into a log."""
    if silent:
        yield _Silent()
    elif not console.is_terminal:
        yield _Lines(console)
    else:
        columns = (
            SpinnerColumn(finished_text="[green]\u2713[/]"),
            TextColumn("{task.description}", table_column=Column(min_width=12)),
            BarColumn(bar_width=40),
            TextColumn("{task.fields[count]}", table_column=Column(min_width=9)),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console) as bars:
            yield _Bars(bars)


def summary(manifest: Manifest, out: Path) -> dict[str, Any]:
    """What came of a run, for a program: counts, and the files by name."""
    return {
        "id": manifest.id,
        "state": "partial" if manifest.missing else "done",
        "stopped": manifest.stopped and f"{manifest.stopped.error}: {manifest.stopped.message}",
        "tiles": manifest.tile_counts,
        "cells": manifest.cell_counts,
        "usd": manifest.usd,
        "render_seconds": manifest.render_seconds,
        "collage": str(out / manifest.files.collage),
        "preview": str(out / manifest.files.preview),
        "manifest": str(out / "manifest.json"),
        "tiles_folder": str(out / "tiles"),
    }


def report(console: Console, result: Mapping[str, Any]) -> None:
    """What came of a run, for a person."""
    tiles = ", ".join(f"{count} {state}" for state, count in result["tiles"].items())
    cost = f", ${result['usd']:,.2f}" if result["usd"] else ""
    console.print(f"\nCollage {result['id']}: {tiles}{cost}", highlight=False)
    if result["stopped"]:
        console.print(f"The run was stopped early. {result['stopped']}", highlight=False)
    for name, what in (("collage", "the picture"), ("manifest", "every tile and cell")):
        console.print(f"  {result[name]:<28} {what}", highlight=False, soft_wrap=True)
    console.print(f"  {result['tiles_folder']:<28} the tiles", highlight=False, soft_wrap=True)


def price(console: Console, found: Estimated, asked: Request) -> None:
    """What a collage would take, for a person."""
    console.print(f"{found['tiles']} tiles to make by {found['calls']} calls", highlight=False)
    known = asked.model is None or image_models.is_priced(asked.model)
    if found["minutes"] is not None and (asked.quality in (None, "auto") or not known):
        what = "quality" if known else "price known for this model"
        console.print(f"no {what}: the highest known price is assumed", highlight=False)
    console.print(f"{found['reused']} tiles there already, at no cost", highlight=False)
    if found["minutes"] is not None:
        console.print(
            f"about ${found['usd']:,.2f} by the prices of {found['priced_on']}, "
            f"{found['minutes']:,.1f} minutes at the account's pace",
            highlight=False,
        )
    else:
        console.print("no charge: this engine asks no provider", highlight=False)


def welcome(console: Console, stack: Stack, environment: Mapping[str, str], state: Path) -> None:
    """How to talk to a laptop cloud that stays up."""
    console.print("The laptop cloud is up. In another shell:\n", highlight=False)
    for name, value in environment.items():
        console.print(f"  export {name}={value}", highlight=False, soft_wrap=True)
    console.print(
        f"  aws s3 cp photo.jpg s3://{stack.outputs['UploadsBucket']}/uploads/   # a collage\n"
        f"  aws s3 ls --recursive s3://{stack.outputs['CollagesBucket']}/collages/\n",
        highlight=False,
        soft_wrap=True,
    )
    console.print(f"Ctrl-C stops it. What it holds stays in {state}.", highlight=False)
