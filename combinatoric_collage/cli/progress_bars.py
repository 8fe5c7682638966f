"""A run while it is made: rows of bars on a terminal, lines in a log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

from collage.progress import PHASES, Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


class Show(Protocol):
    """Something that is told how a run goes."""

    def at(self, seen: Progress) -> None:
        """The run is here now; all phases before have passed."""

    def done(self) -> None:
        """The run has ended well."""

    def aside(self) -> AbstractContextManager[None]:
        """Leave the terminal to something else meanwhile."""


class _Silent:
    def at(self, seen: Progress) -> None: ...

    def done(self) -> None: ...

    def aside(self) -> AbstractContextManager[None]:
        return nullcontext()


class _Lines:
    """For a log: a line a phase."""

    def __init__(self, console: Console, first: str) -> None:
        self.console, self.phase = console, "start"
        console.print(first)

    def at(self, seen: Progress) -> None:
        if seen.phase not in (None, self.phase):
            self.phase = seen.phase
            total = seen.tiles.total if seen.phase == "tiles" else None
            self.console.print(f"{seen.phase} {total or ''}".rstrip())

    def done(self) -> None: ...

    def aside(self) -> AbstractContextManager[None]:
        return nullcontext()


class _Bars:
    """For a terminal: a row a phase; the one under way moves, those passed are ticked off."""

    def __init__(self, bars: Bars, first: str) -> None:
        self.bars = bars
        self.rows = {
            name: bars.add_task(label, total=1, start=False, count="", more="")
            for name, label in [
                ("start", first),
                *((name, name) for name in dict.fromkeys(PHASES.values())),
            ]
        }
        self._begin(self.rows["start"])

    def at(self, seen: Progress) -> None:
        if seen.tiles.total:
            self.bars.update(
                self.rows["tiles"],
                total=seen.tiles.total,
                completed=seen.tiles.ended,
                count=f"{seen.tiles.done}/{seen.tiles.total}",
                more=", ".join([*misses(seen), *_soon(seen)]),
                refresh=True,
            )
        if seen.phase is not None:
            self._pass(until=seen.phase)
            self._begin(self.rows[seen.phase])

    def done(self) -> None:
        self._pass(until=None)

    @contextmanager
    def aside(self) -> Iterator[None]:
        self.bars.stop()
        yield
        self.bars.start()

    def _begin(self, row: TaskID) -> None:
        self.bars.start_task(row)
        if not self.bars.tasks[row].fields["count"]:
            # Nothing is known of how far it is.
            self.bars.update(row, total=None)

    def _pass(self, until: str | None) -> None:
        for name, row in self.rows.items():
            if name == until:
                return
            total = self.bars.tasks[row].total or 1
            self.bars.start_task(row)
            self.bars.update(row, total=total, completed=total)


@contextmanager
def bars(console: Console, first: str, *, silent: bool) -> Iterator[Show]:
    """Show a run: nothing at all, rows of bars on a terminal, or lines into a log.

    ``first`` is what is waited for before the workflow begins.
    """
    if silent:
        yield _Silent()
    elif not console.is_terminal:
        yield _Lines(console, first)
    else:
        # Of all that is imported before a run begins only a terminal has a use for it.
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars
        from rich.table import Column

        columns = (
            SpinnerColumn(finished_text="[green]\u2713[/]"),
            TextColumn("{task.description}", table_column=Column(min_width=12)),
            BarColumn(bar_width=40),
            TextColumn("{task.fields[count]}", table_column=Column(min_width=7, no_wrap=True)),
            TimeElapsedColumn(),
            TextColumn("{task.fields[more]}", table_column=Column(no_wrap=True)),
        )
        with Bars(*columns, console=console) as shown:
            yield _Bars(shown, first)


def misses(seen: Progress) -> list[str]:
    """How many tiles were refused and how many failed, where some were."""
    counts = {"refused": seen.tiles.refused, "failed": seen.tiles.failed}
    return [f"{count} {what}" for what, count in counts.items() if count]


def _soon(seen: Progress) -> list[str]:
    cost = [f"${seen.usd:,.2f} so far"] if seen.usd else []
    return cost + ([f"about {span(seen.eta_seconds)} left"] if seen.eta_seconds else [])


def span(seconds: float) -> str:
    """A time that somebody waits for."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
