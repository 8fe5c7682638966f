"""What calls are expected to cost, and how long they take at the pace of who is asked."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from collage.frozen import Frozen
from collage.spending.accounts import Accounts, asked_of, of_engine
from collage.spending.queues import queues
from collage.spending.work import Work, total
from collage.tile import Tile


class Estimate(Frozen):
    """What a plan would take if nothing of it were in the store yet."""

    calls: int
    tiles: int
    usd: float = Field(description="dollars, by the prices of `priced_on`")
    minutes: float | None = Field(description="at the account's pace; none where there is no pace")
    priced_on: str


def estimate(calls: Work, accounts: Accounts) -> Estimate:
    """What these calls would take: dollars, and minutes where a provider has a pace.

    Providers, and the quotas of one, are asked side by side: the slowest queue decides.
    """
    asked = asked_of(accounts, [each.tiles[0] for each in calls])
    minutes = [queue.minutes for queue in queues(calls, accounts)]
    return Estimate(
        calls=sum(each.times for each in calls),
        tiles=sum(each.pictures for each in calls),
        usd=round(total(calls, lambda tiles: price(tiles, accounts)), 4),
        minutes=round(max(minutes), 2) if minutes else None,
        # The oldest of the prices that it goes by; where nothing is paid, those that came first.
        priced_on=min(one.provider.priced_on for one in asked or [*accounts.values()][:1]),
    )


def price(tiles: Sequence[Tile], accounts: Accounts) -> float:
    """What one call for these tiles is expected to cost, in dollars."""
    account = of_engine(accounts, tiles[0].engine) if tiles else None
    return 0.0 if account is None else account.price(tiles)
