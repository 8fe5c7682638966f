"""Counting what was injected and what survived, by kind."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from tests.faults.invariants import Broken
from tests.faults.trial import Scenario, Trial

Item = TypeVar("Item")


@dataclass(frozen=True)
class Shard:
    """A share of the faults: every so many, from the first on."""

    first: int
    every: int

    def of(self, items: Iterable[Item]) -> Iterator[Item]:
        """Those of the items that are in it."""
        return islice(items, self.first, None, self.every)


@dataclass
class Report:
    """Injected and survived by kind, and what broke."""

    injected: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def run(self, trial: Trial, scenarios: Iterable[Scenario]) -> None:
        """Try scenarios; one whose faults never came to pass is not counted."""
        for number, scenario in enumerate(scenarios):
            try:
                struck = trial.survive(scenario)
            except Broken as broken:
                self.note(scenario.kind, f"{scenario.phase}, {number}: {broken}")
            except Exception:
                self.note(scenario.kind, f"{scenario.phase}, {number}: {traceback.format_exc()}")
            else:
                if struck:
                    self.note(scenario.kind)

    def note(self, kind: str, broken: str | None = None) -> None:
        """Count one fault."""
        self.injected[kind] += 1
        if broken is None:
            self.survived[kind] += 1
        else:
            self.broken.append(f"{kind}: {broken}")

    def add(self, other: Report) -> None:
        """Count what another one counted."""
        self.injected += other.injected
        self.survived += other.survived
        self.broken += other.broken

    def table(self) -> Iterator[str]:
        """The lines of a Markdown table."""
        yield "| kind | injected | survived |"
        yield "|---|---|---|"
        for kind in sorted(self.injected):
            yield f"| {kind} | {self.injected[kind]} | {self.survived[kind]} |"
        yield f"| all | {self.injected.total()} | {self.survived.total()} |"
