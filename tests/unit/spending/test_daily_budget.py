"""The day's budget and the notes of what was asked, kept in the same table."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collage.errors import BudgetExhausted
from tests.unit.spending.paced import NOON, Clock, item, limited


def test_a_day_can_be_spent_to_its_last_cent_and_not_beyond(table: Any, clock: Clock) -> None:
    budget = limited(table, daily_usd=1)
    for _ in range(4):
        budget.reserve(0.25)

    assert budget.spent() == 1
    with pytest.raises(BudgetExhausted, match=r"daily limit of \$1\.00 is reached"):
        budget.reserve(0.000001)
    assert budget.spent() == 1


def test_a_price_above_the_limit_is_refused_on_an_empty_day(table: Any, clock: Clock) -> None:
    budget = limited(table, daily_usd=1)

    with pytest.raises(BudgetExhausted):
        budget.reserve(1.000001)

    assert budget.spent() == 0
    assert item(table, "spent#2026-11-21") == {}


def test_a_limit_of_nothing_lets_only_what_is_free_through(table: Any, clock: Clock) -> None:
    budget = limited(table, daily_usd=0)

    budget.reserve(0)

    with pytest.raises(BudgetExhausted):
        budget.reserve(0.01)


def test_a_smaller_price_still_fits_after_a_refusal(table: Any, clock: Clock) -> None:
    budget = limited(table, daily_usd=1)
    budget.reserve(0.7)
    with pytest.raises(BudgetExhausted):
        budget.reserve(0.4)

    budget.reserve(0.3)

    assert budget.spent() == 1


@pytest.mark.parametrize(("actual", "spent"), [(0.1, 0.6), (0.5, 1.0), (0.75, 1.25), (0, 0.5)])
def test_a_price_is_corrected_to_what_was_paid(
    table: Any, clock: Clock, actual: float, spent: float
) -> None:
    budget = limited(table, daily_usd=1)
    budget.reserve(0.5)
    day = budget.reserve(0.5)

    budget.correct(day, 0.5, actual)

    assert budget.spent() == spent


def test_what_is_given_back_can_be_spent_again(table: Any, clock: Clock) -> None:
    budget = limited(table, daily_usd=1)
    budget.correct(budget.reserve(1), 1, 0.2)

    budget.reserve(0.8)

    assert budget.spent() == 1


def test_every_day_starts_anew_at_midnight(table: Any, clock: Clock) -> None:
    budget = limited(table, daily_usd=1)
    budget.reserve(1)

    clock.now = NOON + 12 * 3600 - 1
    assert budget.spent() == 1
    clock.now = NOON + 12 * 3600
    assert budget.spent() == 0
    budget.reserve(1)
    assert item(table, "spent#2026-11-22")["micros"] == 1_000_000


def test_a_correction_belongs_to_the_day_of_the_reservation(table: Any, clock: Clock) -> None:
    budget = limited(table, daily_usd=1)
    clock.now = NOON + 12 * 3600 - 1
    day = budget.reserve(1)
    clock.now += 2
    budget.reserve(0.5)

    budget.correct(day, 1, 0)

    assert budget.spent() == 0.5
    assert item(table, "spent#2026-11-21")["micros"] == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(prices=st.lists(st.integers(1, 600_000), max_size=20), day=st.integers(0, 10_000))
def test_no_order_of_prices_passes_the_limit(
    table: Any, clock: Clock, prices: list[int], day: int
) -> None:
    clock.now = NOON + day * 86400
    budget = limited(table, daily_usd=1)
    # A day that another example had may have been spent from.
    counted = round(budget.spent() * 1_000_000)
    for micros in prices:
        fits = counted + micros <= 1_000_000
        try:
            budget.reserve(micros / 1_000_000)
        except BudgetExhausted:
            assert not fits
        else:
            assert fits
            counted += micros
    assert budget.spent() == counted / 1_000_000


def test_a_tile_asked_for_again_is_counted(table: Any, clock: Clock) -> None:
    noted = limited(table)

    assert [noted.asked("tile") for _ in range(3)] == [0, 1, 2]
    assert noted.asked("another") == 0


def test_what_was_not_billed_is_not_counted(table: Any, clock: Clock) -> None:
    noted = limited(table)
    noted.asked("tile")
    noted.not_billed("tile")

    assert noted.asked("tile") == 0


def test_taking_back_what_was_never_noted_notes_nothing(table: Any, clock: Clock) -> None:
    noted = limited(table)

    noted.not_billed("tile")

    assert item(table, "asked#tile") == {}
