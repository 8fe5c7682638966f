"""A run's Map in an account, event by event: what its calls wait for, and how often each is tried.

Simulated are the retries of the shipped workflow with their jitter, an account's Lambda quota, and
the shared pace. Time is the simulation's own and chance is seeded, so the same question has the
same answer. What a call takes is told by who asks. The next item begins the moment that one ends,
and so finds its place before any that wait for one: nothing could be worse for those.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from collage.engines.provider import Quota
from collage.spending.limits import NEAR_SECONDS
from combinatoric_collage.local.template import parse

DEFINITION = Path(__file__).resolve().parents[1] / "state_machine" / "collage.asl.yaml"
THROTTLED, LATER = "Lambda.TooManyRequestsException", "NoSlotYet"
BOOKS_SECONDS = 0.2
"""What a function takes to look into the store and the table before its call has its turn."""
RECORD_SECONDS = 0.1

Waiting = Generator[float, None, str | None]
"""Yields how long it waits; what it returns is the name of an error, or None."""


@dataclass(frozen=True)
class Retrier:
    """A rule of a state's Retry, its jitter full."""

    errors: frozenset[str]
    interval: float
    rate: float
    cap: float
    attempts: int

    def delay(self, tried: int, chance: Random) -> float:
        """Seconds until the next attempt, after ``tried`` of them by this rule."""
        # The cap is reached long before the power of so many attempts is no float any more.
        longest = min(self.cap, self.interval * self.rate ** min(tried, 100))
        return chance.uniform(0, longest)


@dataclass(frozen=True)
class Step:
    """A state of the Map as far as its tries go; ``caught`` says whether its failure is."""

    retriers: tuple[Retrier, ...]
    caught: bool


@dataclass(frozen=True)
class Work:
    """What calls take: seconds between two bounds, at a pace where a provider is asked."""

    seconds: tuple[float, float]
    pace: Quota | None = None


@dataclass
class Outcome:
    """What became of the calls of a Map."""

    made: int = 0
    failed: int = 0
    seconds: float = 0
    busy_seconds: float = 0
    """Of functions at work, added up."""
    attempts: Counter[str] = field(default_factory=Counter)
    """How invocations of RenderTile ended: by the name of the error, or ``made``."""
    cut_short: bool = False
    """Whether a failure that nobody caught ended the Map."""


@cache
def machine() -> dict[str, Any]:
    """The shipped workflow, its substitutions not yet made."""
    return parse(DEFINITION.read_text(encoding="utf-8"), DEFINITION)


@cache
def steps() -> Mapping[str, Step]:
    """The Tasks of the shipped Map, by name."""
    inside = machine()["States"]["RenderTiles"]["ItemProcessor"]["States"]
    return {name: step(state) for name, state in inside.items() if state["Type"] == "Task"}


def step(state: Mapping[str, Any]) -> Step:
    """The tries of a Task as the workflow's language has them."""
    retriers = tuple(
        Retrier(
            errors=frozenset(rule["ErrorEquals"]),
            interval=rule["IntervalSeconds"],
            rate=rule["BackoffRate"],
            cap=rule["MaxDelaySeconds"],
            attempts=rule["MaxAttempts"],
        )
        for rule in state["Retry"]
    )
    caught = any(catch["ErrorEquals"] == ["States.ALL"] for catch in state.get("Catch", []))
    return Step(retriers, caught)


def run(
    calls: int,
    work: Work,
    *,
    quota: int,
    concurrency: int,
    tries: Mapping[str, Step] | None = None,
    seed: int = 0,
) -> Outcome:
    """Let a Map of ``calls`` run to its end, ``concurrency`` of them at once.

    ``quota`` is how many invocations the account allows at once, ``tries`` the Map's Tasks.
    """
    return _Account(work, quota, tries or steps(), Random(seed)).run(calls, concurrency)


class _Account:
    """The simulation's state: who is at work, when the next turn comes, what came of it all."""

    def __init__(self, work: Work, quota: int, tries: Mapping[str, Step], chance: Random) -> None:
        self._work, self._quota, self._tries, self._chance = work, quota, tries, chance
        self._now, self._at_work, self._next_turn = 0.0, 0, 0.0
        self._outcome = Outcome()

    def run(self, calls: int, concurrency: int) -> Outcome:
        order, waiting = count(), iter(range(calls))
        events: list[tuple[float, int, Waiting]] = []
        for _ in zip(range(concurrency), waiting, strict=False):
            heapq.heappush(events, (0.0, next(order), self._call()))
        while events and not self._outcome.cut_short:
            self._now, _, call = heapq.heappop(events)
            try:
                heapq.heappush(events, (self._now + next(call), next(order), call))
            except StopIteration:
                if next(waiting, None) is not None:
                    heapq.heappush(events, (self._now, next(order), self._call()))
        self._outcome.seconds = self._now
        return self._outcome

    def _call(self) -> Waiting:
        """One item of the Map: its tile, or the record of why there is none."""
        if (yield from self._task("RenderTile", self._render)) is None:
            self._outcome.made += 1
            return None
        self._outcome.failed += 1
        unrecorded = yield from self._task("RecordCall", self._record)
        if unrecorded is not None and not self._tries["RecordCall"].caught:
            self._outcome.cut_short = True
        return None

    def _task(self, name: str, function: Any) -> Waiting:
        """A state with its tries; the error that is left after the last of them."""
        tried: Counter[Retrier] = Counter()
        while True:
            error = yield from self._invoke(function)
            if name == "RenderTile":
                self._outcome.attempts[error or "made"] += 1
            if error is None:
                return None
            rule = next((r for r in self._tries[name].retriers if error in r.errors), None)
            if rule is None or tried[rule] >= rule.attempts:
                return error
            yield rule.delay(tried[rule], self._chance)
            tried[rule] += 1

    def _invoke(self, function: Any) -> Waiting:
        if self._at_work >= self._quota:
            return THROTTLED
        self._at_work += 1
        began = self._now
        error: str | None = yield from function()
        self._at_work -= 1
        self._outcome.busy_seconds += self._now - began
        return error

    def _render(self) -> Waiting:
        if self._work.pace is not None:
            yield BOOKS_SECONDS
            wait = self._turn(self._work.pace)
            if wait is None:
                return LATER
            yield wait
        yield self._chance.uniform(*self._work.seconds)
        return None

    def _record(self) -> Waiting:
        yield RECORD_SECONDS
        return None

    def _turn(self, pace: Quota) -> float | None:
        """Seconds until the turn of a call, as `Limits` gives them out; None where it is far."""
        slack = pace.interval * (pace.burst - 1)
        if self._next_turn < self._now:
            self._next_turn = self._now + pace.interval
            return 0.0
        if self._next_turn > self._now + NEAR_SECONDS + slack:
            return None
        wait = max(0.0, self._next_turn - slack - self._now)
        self._next_turn += pace.interval
        return wait
