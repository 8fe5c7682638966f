"""A person's share of the day is held by all calls for collages of theirs."""

from dataclasses import replace

import pytest

from collage.errors import BudgetExhausted
from collage.spending.bookings import Budget, book
from collage.spending.limits import Limits
from collage.spending.purchase import buy
from tests.unit.spending.bought import PRICE, QUICK, Engine, counted, tiles

ANNA = Budget("a collage", None, "user/anna")
BERT = Budget("another", None, "user/bert")


@pytest.fixture
def shared(limits: Limits) -> Limits:
    return replace(limits, person_daily_usd=0.1)


def test_one_asks_for_nothing_beyond_their_share_and_another_still_does(shared: Limits) -> None:
    engine = Engine(lambda: PRICE)

    def bought(budget: Budget) -> None:
        buy(shared, [QUICK], engine, tiles(), None, None, PRICE, budget)

    bought(ANNA)
    bought(replace(ANNA, collage="a second one of hers"))
    with pytest.raises(BudgetExhausted, match=r"owner's share .* \$0\.10, is reached"):
        bought(ANNA)
    bought(BERT)

    assert len(engine.asked) == 3
    # What was refused is counted nowhere.
    assert shared.spent() == pytest.approx(3 * PRICE)


def test_what_a_share_leaves_no_room_for_is_not_counted_for_its_collage(shared: Limits) -> None:
    with pytest.raises(BudgetExhausted):
        book(shared, 0.2, replace(ANNA, max_usd=1.0))

    assert counted(shared) == shared.spent() == 0


def test_what_a_call_did_cost_comes_out_of_the_share(shared: Limits) -> None:
    first = book(shared, PRICE, ANNA)
    second = book(shared, PRICE, ANNA)
    first.settle(0.5)

    with pytest.raises(BudgetExhausted, match="share"):
        second.confirm()
    book(shared, PRICE, BERT).confirm()


def test_without_a_share_one_may_spend_the_whole_day(limits: Limits) -> None:
    book(limits, 0.9, ANNA).confirm()
    with pytest.raises(BudgetExhausted, match="daily limit of"):
        book(limits, 0.2, BERT)
