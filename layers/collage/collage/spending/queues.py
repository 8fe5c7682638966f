"""Queues: the paid calls of a plan by the quotas they wait for, and how long they wait.

Queues are served side by side; within one, calls have their turns one after another.
"""

from __future__ import annotations

from typing import NamedTuple

from collage.engines.provider import Quota, concurrency, per_minute
from collage.spending.accounts import Account, Accounts, of_engine
from collage.spending.work import Alike, Work


class Queue(NamedTuple):
    """Calls to one provider that wait for the same quotas."""

    account: Account
    quotas: tuple[Quota, ...]
    calls: Work

    @property
    def model(self) -> str:
        """What it asks for, or one of those."""
        return self.calls[0].tiles[0].model

    @property
    def per_minute(self) -> float:
        """Pictures a minute, by all of the quotas."""
        return per_minute(self.quotas)

    @property
    def minutes(self) -> float:
        """Until the last of its calls has had its turn."""
        return sum(each.pictures for each in self.calls) / self.per_minute

    @property
    def latency(self) -> float:
        """Seconds that its calls take together."""
        return sum(each.times for each in self.calls) * self.account.settings.latency

    def concurrency(self, most: int) -> int:
        """Calls under way, at most ``most``, that keep the pace by what each usually takes."""
        return concurrency(self.quotas, self.account.settings.latency, most)


def queues(calls: Work, accounts: Accounts) -> list[Queue]:
    """The queues of those among these calls that are paid for, in the order of the calls."""
    found: dict[tuple[str, tuple[Quota, ...]], list[Alike]] = {}
    for each in calls:
        tile = each.tiles[0]
        account = of_engine(accounts, tile.engine)
        if account is not None:
            quotas = account.quotas(tile.model)
            found.setdefault((account.provider.name, quotas), []).append(each)
    return [Queue(accounts[name], quotas, own) for (name, quotas), own in found.items()]
