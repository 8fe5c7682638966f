"""Queues: the paid calls of a plan by the quotas they wait for, and how long they wait.

Queues are served side by side; within one, calls have their turns one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from collage.engines.provider import Quota, concurrency, per_minute
from collage.spending.accounts import Account, Accounts, of_engine
from collage.tile import Tile

Calls = Sequence[Sequence[Tile]]
"""The tiles of each engine call."""


class Queue(NamedTuple):
    """Calls to one provider that wait for the same quotas."""

    account: Account
    quotas: tuple[Quota, ...]
    calls: Calls

    @property
    def model(self) -> str:
        """What it asks for, or one of those."""
        return self.calls[0][0].model

    @property
    def per_minute(self) -> float:
        """Pictures a minute, by all of the quotas."""
        return per_minute(self.quotas)

    @property
    def minutes(self) -> float:
        """Until the last of its calls has had its turn."""
        return sum(map(len, self.calls)) / self.per_minute

    def concurrency(self, most: int) -> int:
        """Calls under way, at most ``most``, that keep the pace by what each usually takes."""
        return concurrency(self.quotas, self.account.settings.latency, most)


def queues(calls: Calls, accounts: Accounts) -> list[Queue]:
    """The queues of those among these calls that are paid for, in the order of the calls."""
    found: dict[tuple[str, tuple[Quota, ...]], list[Sequence[Tile]]] = {}
    for call in calls:
        account = of_engine(accounts, call[0].engine)
        if account is not None:
            quotas = account.quotas(call[0].model)
            found.setdefault((account.provider.name, quotas), []).append(call)
    return [Queue(accounts[name], quotas, own) for (name, quotas), own in found.items()]
