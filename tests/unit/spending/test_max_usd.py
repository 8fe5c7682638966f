"""A collage's own limit is held by all calls for it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from collage.engines.engine import Rendered
from collage.errors import (
    BudgetExhausted,
    CollageError,
    MaxUsdReached,
    RateLimited,
    TimedOut,
)
from collage.spending.bookings import Budget, book
from collage.spending.limits import Limits
from collage.spending.purchase import Purchase, buy
from tests.unit.spending.bought import (
    PRICE,
    QUICK,
    UNBOUNDED,
    Engine,
    counted,
    purchase,
    raising,
    tiles,
)

BOUNDED = Budget("a collage", 0.1)


def bounded(limits: Limits, engine: Engine, budget: Budget = BOUNDED) -> Purchase:
    return buy(limits, [QUICK], engine, tiles(), None, None, PRICE, budget)


def test_a_collage_asks_for_nothing_beyond_its_max_usd(limits: Limits) -> None:
    engine = Engine(lambda: PRICE)
    for _ in range(2):
        bounded(limits, engine)

    with pytest.raises(MaxUsdReached, match=r"\$0\.10 is reached: \$0\.08 are paid"):
        bounded(limits, engine)

    assert len(engine.asked) == 2
    assert counted(limits) == limits.spent() == pytest.approx(2 * PRICE)


def test_what_a_call_did_cost_counts_for_its_collage(limits: Limits) -> None:
    bounded(limits, Engine(lambda: 0.001))
    assert counted(limits) == 0.001

    bounded(limits, Engine(lambda: 0.6))
    with pytest.raises(MaxUsdReached, match=r"\$0\.60 are paid"):
        bounded(limits, Engine())


@pytest.mark.parametrize(("error", "requests"), [(TimedOut("?"), 2), (RateLimited("no"), 5)])
def test_tries_that_may_be_billed_count_for_their_collage(
    limits: Limits, error: CollageError, requests: int
) -> None:
    engine = Engine(raising(error))
    for _ in range(5):
        with pytest.raises((type(error), MaxUsdReached)):
            bounded(limits, engine)

    assert len(engine.asked) == requests


def test_two_collages_are_counted_apart(limits: Limits) -> None:
    for collage in ("a collage", "another"):
        for _ in range(2):
            bounded(limits, Engine(lambda: PRICE), Budget(collage, 0.08))

    assert counted(limits) == counted(limits, "another") == 0.08


def test_a_collage_without_a_limit_is_not_counted_by_itself(limits: Limits) -> None:
    purchase(limits, Engine(lambda: PRICE))

    assert counted(limits) == 0


def test_calls_that_are_counted_at_once_pass_no_limit_together(limits: Limits) -> None:
    def one(_: int) -> bool:
        try:
            book(limits, PRICE, BOUNDED)
        except MaxUsdReached:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        booked = list(pool.map(one, range(8)))

    assert sum(booked) == 2
    assert counted(limits) == pytest.approx(2 * PRICE)


@pytest.mark.parametrize("budget", [BOUNDED, UNBOUNDED])
def test_what_other_calls_cost_meanwhile_counts_before_a_call_is_made(
    limits: Limits, budget: Budget
) -> None:
    first = book(limits, PRICE, budget)

    class Waiting(Engine):
        def render(self, *given: Any) -> list[Rendered]:
            first.settle(1.5)
            return super().render(*given)

    engine = Waiting()
    with pytest.raises((MaxUsdReached, BudgetExhausted)):
        bounded(limits, engine, budget)

    assert engine.asked == []
    assert limits.spent() == 1.5


def test_a_spent_day_takes_nothing_from_a_collages_own_limit(limits: Limits) -> None:
    limits.reserve(1)

    with pytest.raises(BudgetExhausted):
        bounded(limits, Engine())

    assert counted(limits) == 0
