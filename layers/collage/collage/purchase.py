"""A call that costs money: its turn, its price counted before and corrected after, its errors."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from collage.engines import Engine, Rendered
from collage.errors import UNBILLED, CollageError, LimitsUnavailable, TransientError
from collage.limits import Limits
from collage.tile import Tile


@dataclass(frozen=True)
class Purchase:
    """What a call brought: a picture a tile, and what was paid for them, in dollars."""

    rendered: list[Rendered]
    usd: float
    asked_before: int
    """Earlier requests for the same tiles whose end is not known: they may have been billed."""


def buy(
    limits: Limits,
    engine: Engine,
    tiles: Sequence[Tile],
    source: bytes | None,
    mask: bytes | None,
    price: float,
) -> Purchase:
    """Make one call within the account's pace and the day's budget.

    ``price`` is what the call is expected to cost, in dollars. It is counted before the request,
    and stays counted when the end is not known, because the provider may bill it; it is taken
    back when the provider said no.

    Raises:
        NoSlotYet, BudgetExhausted, LimitsUnavailable: before anything was asked.
        CollageError: what the engine raises.
    """
    day = limits.reserve(price)
    asked_before = max(limits.asked(tile.key) for tile in tiles)
    try:
        rendered = engine.render(tiles, source, mask, lambda: limits.wait_for_turn(len(tiles)))
    except CollageError as error:
        with suppress(LimitsUnavailable):
            if isinstance(error, UNBILLED):
                limits.correct(day, price, 0)
                for tile in tiles:
                    limits.not_billed(tile.key)
            if isinstance(error, TransientError) and error.retry_after:
                limits.hold(error.retry_after)
        raise
    paid = [picture.usd for picture in rendered]
    usd = sum(each for each in paid if each is not None) if None not in paid else price
    with suppress(LimitsUnavailable):
        # A picture that was paid for is worth more than the books; the price stays counted.
        limits.correct(day, price, usd)
    return Purchase(rendered, usd, asked_before)
