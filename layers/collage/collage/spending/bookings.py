"""The price of a call, counted before it is made: against the day, its owner and its collage.

Counting goes first and asking second, so calls that are made at once cannot pass a limit together.
What a call did cost is known only after it: of a server that takes more than its price, one call
can go beyond a limit, and those that were under way with it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from collage.errors import LimitsUnavailable
from collage.spending.limits import Limits


@dataclass(frozen=True)
class Budget:
    """What a collage may cost over all of its runs: the ``max_usd`` of its request, if any.

    ``person`` is its owner, whose share of the day it comes out of; None where it has none.
    """

    collage: str
    max_usd: float | None
    person: str | None = None


@dataclass(frozen=True)
class Booking:
    """A price of ``usd`` dollars that is counted, on ``day`` and for the collage of ``budget``."""

    limits: Limits
    budget: Budget
    day: str
    usd: float

    def confirm(self) -> None:
        """Look once more, when it is the call's turn: others may have cost more than their price.

        Raises:
            MaxUsdReached, BudgetExhausted: when that leaves no room for this call.
            LimitsUnavailable: when the table does not answer.
        """
        if self.budget.max_usd is not None:
            self.limits.confirm_collage(self.budget.collage, self.budget.max_usd)
        self.limits.confirm(self.day)
        if self.budget.person is not None:
            self.limits.confirm_person(self.day, self.budget.person)

    def settle(self, usd: float) -> None:
        """Count what the call did cost in place of its price.

        Raises:
            LimitsUnavailable: when the table does not answer; the price stays counted.
        """
        self.limits.correct(self.day, self.usd, usd)
        if self.budget.person is not None:
            self.limits.correct_person(self.day, self.budget.person, self.usd, usd)
        if self.budget.max_usd is not None:
            self.limits.correct_collage(self.budget.collage, self.usd, usd)


def book(limits: Limits, usd: float, budget: Budget) -> Booking:
    """Count the price of a call that is about to be made.

    Raises:
        MaxUsdReached, BudgetExhausted, LimitsUnavailable: nothing is counted then.
    """
    with ExitStack() as counted:
        # What was counted is taken back where the next limit leaves no room.
        if budget.max_usd is not None:
            limits.reserve_for_collage(budget.collage, usd, budget.max_usd)
            counted.callback(_take_back, limits.correct_collage, budget.collage, usd)
        day = limits.reserve(usd)
        counted.callback(_take_back, limits.correct, day, usd)
        if budget.person is not None:
            limits.reserve_for_person(day, budget.person, usd)
        counted.pop_all()
    return Booking(limits, budget, day, usd)


def _take_back(correct: Callable[[str, float, float], None], name: str, usd: float) -> None:
    with suppress(LimitsUnavailable):
        correct(name, usd, 0)
