"""A call that costs money: its turn, its price counted before and corrected after, its errors."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from collage.engines.call_ends import is_counted
from collage.engines.engine import Engine, Outcome, Rendered
from collage.engines.provider import Quota
from collage.errors import CollageError, LimitsUnavailable, NotMade, TransientError
from collage.spending.bookings import Budget, book
from collage.spending.limits import Limits
from collage.tile import Tile


@dataclass(frozen=True)
class Purchase:
    """What a call brought: a picture or an error a tile, and what was paid, in dollars."""

    outcomes: Sequence[Outcome]
    usd: float
    """For all that came; an item that is no picture is in it, one that was not made is not."""
    asked_before: int
    """Earlier requests for the same tiles whose end is not known: they may have been billed."""


def buy(
    limits: Limits,
    quotas: Sequence[Quota],
    engine: Engine,
    tiles: Sequence[Tile],
    source: bytes | None,
    mask: bytes | None,
    price: float,
    budget: Budget,
) -> Purchase:
    """Make one call by one of ``quotas``, within the day's limit and the collage's ``budget``.

    ``price`` is what the call is expected to cost, in dollars. It is counted before the request,
    and stays counted when the end is not known, because the provider may bill it; it is taken
    back when the provider said no, and its share of it where the provider made less than asked.

    Raises:
        NoSlotYet, BudgetExhausted, MaxUsdReached, LimitsUnavailable: before anything was asked.
        CollageError: what the engine raises.
    """
    booking = book(limits, price, budget)
    asked_before, noted, used = 0, list[Tile](), list[Quota]()

    def turn() -> str:
        quota = limits.wait_for_turn(quotas, len(tiles))
        used.append(quota)
        booking.confirm()
        return quota.place

    try:
        for tile in tiles:
            asked_before = max(asked_before, limits.asked(tile.key))
            noted.append(tile)
        outcomes = engine.render(tiles, source, mask, turn)
    except CollageError as error:
        with suppress(LimitsUnavailable):
            if not is_counted(error):
                booking.settle(0)
                for tile in noted:
                    limits.not_billed(tile.key)
            if isinstance(error, TransientError) and error.retry_after:
                for quota in used:
                    limits.hold(quota, error.retry_after)
        raise
    usd = _paid(outcomes, price)
    with suppress(LimitsUnavailable):
        # A picture that was paid for is worth more than the books; the price stays counted.
        booking.settle(usd)
        for tile, outcome in zip(tiles, outcomes, strict=True):
            if isinstance(outcome, NotMade):
                limits.not_billed(tile.key)
    return Purchase(outcomes, usd, asked_before)


def _paid(outcomes: Sequence[Outcome], price: float) -> float:
    """Dollars by what the provider says, otherwise the share of ``price`` that it made."""
    told = [one.usd for one in outcomes if isinstance(one, Rendered)]
    if None not in told:
        return sum(usd for usd in told if usd is not None)
    made = sum(not isinstance(one, NotMade) for one in outcomes)
    return price * made / len(outcomes)
