"""Accounts: the providers as a stack asks them, each with its own pace and prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from collage import engines
from collage.engines.provider import Provider, ProviderSettings, Quota
from collage.tile import Tile


class Account(NamedTuple):
    """A provider by the stack's own settings."""

    provider: Provider
    settings: ProviderSettings

    def quotas(self, model: str) -> tuple[Quota, ...]:
        """How often pictures of a model may be asked for, by each of these."""
        return self.provider.quotas(self.settings, model)

    def price(self, tiles: Sequence[Tile]) -> float:
        """Dollars that one call for these tiles is expected to cost.

        By the provider's table, unless the stack says what a picture costs.
        """
        each = self.settings.usd_per_image
        return self.provider.price(tiles) if each is None else each * len(tiles)

    @property
    def lacks(self) -> str | None:
        """What it needs to be asked, and how to give it that; None where it is set up."""
        return self.provider.lacks(self.settings)


Accounts = Mapping[str, Account]
"""By the provider's name."""


def every(settings: Mapping[str, ProviderSettings]) -> Accounts:
    """The account of every provider; by its own defaults where there are no settings of it."""
    return {
        name: Account(one, settings.get(name) or one.of_parameters({}))
        for name, one in engines.providers().items()
    }


def of_engine(accounts: Accounts, engine: str) -> Account | None:
    """The account that an engine's calls go by; None where they cost nothing."""
    provider = engines.ENGINES[engine].provider
    return None if provider is None else accounts[provider.name]


def asked_of(accounts: Accounts, tiles: Sequence[Tile]) -> list[Account]:
    """The accounts that the calls for these tiles go by, each once."""
    found = (of_engine(accounts, name) for name in dict.fromkeys(tile.engine for tile in tiles))
    named = {account.provider.name: account for account in found if account is not None}
    return list(named.values())
