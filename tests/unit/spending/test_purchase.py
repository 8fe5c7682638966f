"""One call of a provider: its price is counted, its turn awaited, its end settled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from collage import errors
from collage.engines.call_ends import ENDS
from collage.engines.engine import Outcome, Rendered, Turn
from collage.errors import (
    BrokenAnswer,
    BudgetExhausted,
    CollageError,
    ConnectionLost,
    LimitsUnavailable,
    NoSlotYet,
    NotMade,
    Overloaded,
    RateLimited,
    Refused,
    TimedOut,
)
from collage.spending.bookings import Budget
from collage.spending.limits import Limits
from collage.spending.purchase import Purchase, buy
from collage.tile import Tile
from tests.unit.spending.bought import (
    PRICE,
    QUICK,
    TABLE,
    UNBOUNDED,
    Engine,
    counted,
    purchase,
    raising,
    tiles,
)

KINDS = {end: getattr(errors, end.name, None) for end in ENDS}

UNBILLED = [kind for end, kind in KINDS.items() if kind and not end.counted]

UNKNOWN = [kind for end, kind in KINDS.items() if kind and end.counted]


def noted(limits: Limits, tile: Tile) -> int:
    """How often a tile was asked for to no known end, by the table."""
    name = {"name": {"S": f"asked#{tile.key}"}}
    found = limits.dynamodb.get_item(TableName=TABLE, Key=name).get("Item", {})
    return int(found.get("times", {"N": "0"})["N"])


def line(limits: Limits) -> int:
    """When the line ends, in milliseconds; 0 when nobody took a turn."""
    found: Any = limits.dynamodb.get_item(TableName=TABLE, Key={"name": {"S": "pace#openai"}})
    return int(found.get("Item", {}).get("next", {"N": "0"})["N"])


def test_a_call_costs_what_the_provider_says(limits: Limits) -> None:
    bought = purchase(limits, Engine(lambda: 0.03))

    assert bought == Purchase([Rendered(b"picture", usd=0.03)], usd=0.03, asked_before=0)
    assert limits.spent() == 0.03


def test_a_call_of_many_pictures_costs_their_sum(limits: Limits) -> None:
    bought = purchase(limits, Engine(lambda: 0.03), count=4)

    assert bought.usd == pytest.approx(0.12)
    assert limits.spent() == pytest.approx(0.12)


def test_a_provider_that_says_nothing_costs_the_price(limits: Limits) -> None:
    bought = purchase(limits, Engine(lambda: None), count=2)

    assert bought.usd == PRICE
    assert limits.spent() == PRICE


def test_a_provider_that_says_half_costs_the_price(limits: Limits) -> None:
    said = iter([0.01, None])

    assert purchase(limits, Engine(lambda: next(said)), count=2).usd == PRICE
    assert limits.spent() == PRICE


@dataclass
class Short:
    """Makes only the first of the pictures, and answers a broken one after it where told to."""

    usd: float | None
    broken: bool = False

    def render(
        self, tiles: Sequence[Tile], source: bytes | None, mask: bytes | None, turn: Turn
    ) -> Sequence[Outcome]:
        turn()
        second = BrokenAnswer("no picture") if self.broken else NotMade("fewer")
        left = [NotMade("fewer") for _ in tiles[2:]]
        return [Rendered(png=b"picture", usd=self.usd), second, *left]


@pytest.mark.parametrize(
    ("usd", "broken", "paid"),
    [(0.03, False, 0.03), (0.03, True, 0.03), (None, False, PRICE / 4), (None, True, PRICE / 2)],
)
def test_a_call_that_brings_less_is_settled_by_what_came(
    limits: Limits, usd: float | None, broken: bool, paid: float
) -> None:
    asked = tiles(4)

    bought = buy(limits, [QUICK], Short(usd, broken), asked, None, None, PRICE, UNBOUNDED)

    assert bought.usd == pytest.approx(paid)
    assert limits.spent() == pytest.approx(paid)
    assert [noted(limits, tile) for tile in asked] == [1, int(broken), 0, 0]


def test_a_call_that_was_free_costs_nothing(limits: Limits) -> None:
    assert purchase(limits, Engine(lambda: 0.0)).usd == 0
    assert limits.spent() == 0


def test_the_price_is_counted_before_the_provider_is_asked(limits: Limits) -> None:
    seen: list[float] = []

    def end() -> float:
        seen.append(limits.spent())
        return 0.01

    purchase(limits, Engine(end))

    assert seen == [PRICE]


def test_a_call_takes_a_turn_for_each_of_its_pictures(limits: Limits) -> None:
    purchase(limits, Engine())
    before = line(limits)

    purchase(limits, Engine(), count=5)

    # The line may have become idle in between, and begin anew.
    assert line(limits) - before >= 5


@pytest.mark.parametrize("error", UNBILLED)
def test_a_refusal_is_not_paid_for(limits: Limits, error: type[CollageError]) -> None:
    with pytest.raises(error, match="why"):
        purchase(limits, Engine(raising(error("why"))), count=2)

    assert limits.spent() == 0
    assert [noted(limits, tile) for tile in tiles(2)] == [0, 0]


@pytest.mark.parametrize("error", UNKNOWN)
def test_an_unknown_end_stays_counted(limits: Limits, error: type[CollageError]) -> None:
    with pytest.raises(error, match="why"):
        purchase(limits, Engine(raising(error("why"))), count=2)

    assert limits.spent() == PRICE
    assert [noted(limits, tile) for tile in tiles(2)] == [1, 1]


def test_an_end_that_has_no_name_stays_counted(limits: Limits) -> None:
    with pytest.raises(ZeroDivisionError):
        purchase(limits, Engine(raising(ZeroDivisionError())))

    assert limits.spent() == PRICE
    assert noted(limits, tiles()[0]) == 1


def test_a_tile_tells_how_often_it_may_have_been_billed_before(limits: Limits) -> None:
    for error in (TimedOut("?"), RateLimited("no"), ConnectionLost("?"), Refused("no")):
        with pytest.raises(CollageError):
            purchase(limits, Engine(raising(error)))

    assert purchase(limits, Engine(lambda: 0.03)).asked_before == 2
    assert limits.spent() == pytest.approx(2 * PRICE + 0.03)


def test_a_call_tells_the_most_that_one_of_its_tiles_was_asked_for(limits: Limits) -> None:
    late = Engine(raising(TimedOut("?")))
    with pytest.raises(TimedOut):
        buy(limits, [QUICK], late, tiles(3)[1:2], None, None, PRICE, UNBOUNDED)

    assert purchase(limits, Engine(), count=3).asked_before == 1


def test_a_spent_day_asks_for_nothing(limits: Limits) -> None:
    limits.reserve(1 - PRICE / 2)
    engine = Engine()

    with pytest.raises(BudgetExhausted):
        purchase(limits, engine)

    assert engine.asked == []
    assert limits.spent() == 1 - PRICE / 2
    assert noted(limits, tiles()[0]) == 0
    assert line(limits) == 0


def test_a_turn_that_is_far_off_costs_nothing(limits: Limits) -> None:
    limits.hold(QUICK, 60)
    before = line(limits)
    engine = Engine()

    with pytest.raises(NoSlotYet):
        purchase(limits, engine)

    assert engine.asked == []
    assert limits.spent() == 0
    assert noted(limits, tiles()[0]) == 0
    assert line(limits) == before


@pytest.mark.parametrize("error", [RateLimited, Overloaded])
def test_what_the_provider_asks_for_holds_for_every_run(
    limits: Limits, error: type[RateLimited]
) -> None:
    with pytest.raises(error):
        purchase(limits, Engine(raising(error("slow down", retry_after=30))))

    with pytest.raises(NoSlotYet):
        limits.wait_for_turn([QUICK], 1)


@pytest.mark.parametrize("error", [RateLimited("no"), Refused("no"), TimedOut("?")])
def test_without_such_a_word_nobody_waits(limits: Limits, error: CollageError) -> None:
    with pytest.raises(type(error)):
        purchase(limits, Engine(raising(error)))

    assert purchase(limits, Engine()).outcomes


def losing(limits: Limits, end: Callable[[], float | None]) -> Callable[[], float | None]:
    """The table goes away while the provider works."""

    def lost() -> float | None:
        limits.dynamodb.delete_table(TableName=TABLE)
        return end()

    return lost


def test_a_picture_that_was_paid_for_outlives_the_books(limits: Limits) -> None:
    bought = purchase(limits, Engine(losing(limits, lambda: 0.03)))

    assert bought.outcomes == [Rendered(b"picture", usd=0.03)]


def test_the_providers_answer_is_told_even_when_the_books_are_lost(limits: Limits) -> None:
    with pytest.raises(Refused):
        purchase(limits, Engine(losing(limits, raising(Refused("no")))))


def test_nothing_is_asked_when_the_books_cannot_be_kept(limits: Limits) -> None:
    limits.dynamodb.delete_table(TableName=TABLE)
    engine = Engine()

    with pytest.raises(LimitsUnavailable):
        purchase(limits, engine)

    assert engine.asked == []


class Halting(Limits):
    """Stops answering over the second tile of a call, once its price was counted."""

    def asked(self, tile: str) -> int:
        if tile == tiles(2)[1].key:
            raise LimitsUnavailable("The table of the shared limits did not answer.")
        return super().asked(tile)


@pytest.mark.parametrize("budget", [Budget("a collage", 1), UNBOUNDED])
def test_a_price_is_taken_back_when_the_books_halt_before_the_request(
    limits: Limits, budget: Budget
) -> None:
    halting, engine = Halting(limits.dynamodb, TABLE, daily_usd=1), Engine()

    with pytest.raises(LimitsUnavailable):
        buy(halting, [QUICK], engine, tiles(2), None, None, PRICE, budget)

    assert engine.asked == []
    assert limits.spent() == counted(limits) == 0
    assert [noted(limits, tile) for tile in tiles(2)] == [0, 0]
