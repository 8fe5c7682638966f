"""What costs time or secrets to make, made once a process and only when a step needs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from typing import Any, cast

import collage
from collage import engines
from collage.engines.engine import Engine
from collage.engines.provider import Provider, ProviderSettings
from collage.errors import EngineUnavailable, ProviderUnreachable
from collage.settings import Settings, read, settings
from collage.spending.accounts import Account, Accounts, every
from collage.spending.batches import Batches
from collage.spending.limits import Limits


@dataclass(frozen=True)
class Services:
    """Engines, the shared limits and the providers' clients, by the stack's settings.

    ``providers`` are the settings of each provider that has others than its own defaults, by name.
    """

    settings: Settings
    providers: Mapping[str, ProviderSettings] = field(default_factory=dict)

    @cached_property
    def accounts(self) -> Accounts:
        """Every provider, as this stack asks it."""
        return every(self.providers)

    def lister(self, asked: Sequence[str] = ()) -> Account | None:
        """Whose language model lists styles here, for a request of the engines ``asked``.

        The provider of one of them, otherwise any; None where none that has one is set up.
        """
        able = [
            account
            for account in self.accounts.values()
            if account.provider.styles and account.settings.text_model and account.lacks is None
        ]
        own = [engines.ENGINES[name].provider for name in asked]
        first = able[0] if able else None
        return next((account for account in able if account.provider in own), first)

    def engine(self, name: str) -> Engine:
        """The engine ``name``, its libraries imported only now.

        Raises:
            EngineUnavailable: when the stack has no key for it.
        """
        made = self._engines.get(name)
        if made is None:
            made = import_module(f"collage.engines.{name}.engine").load(self)
            self._engines[name] = made
        return cast(Engine, made)

    @cached_property
    def limits(self) -> Limits:
        """The paces and the budget that all runs share."""
        known = self.settings
        return Limits(
            aws_client("dynamodb"), known.limits_table, known.daily_usd, known.person_daily_usd
        )

    def batches(self, account: Account) -> Batches:
        """What the models of an account's server make by one call."""
        name = account.provider.name
        if name not in self._batches:
            self._batches[name] = Batches(self.limits, account.settings.endpoint or name)
        return self._batches[name]

    def client(self, account: Account) -> Any:
        """A provider's client; the key is read here and kept nowhere else.

        Raises:
            EngineUnavailable: when the stack is not set up for it.
            ProviderUnreachable: when what holds the key does not answer.
        """
        name = account.provider.name
        if name not in self._clients:
            with _named(name):
                self._clients[name] = account.provider.connect(account.settings, aws_client)
        return self._clients[name]

    def reached(self, provider: Provider) -> tuple[ProviderSettings, Any]:
        """The settings and the client of a provider, for the engine that asks it. See `client`."""
        account = self.accounts[provider.name]
        return account.settings, self.client(account)

    @cached_property
    def _engines(self) -> dict[str, Engine]:
        return {}

    @cached_property
    def _batches(self) -> dict[str, Batches]:
        return {}

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}


@contextmanager
def _named(provider: str) -> Iterator[None]:
    """Give AWS's errors over what a provider is set up with the pack's names."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code, answer = error.response["Error"]["Code"], error.response.get("ResponseMetadata", {})
        passes = "Throttl" in code or int(answer.get("HTTPStatusCode", 0)) >= 500
        kind = ProviderUnreachable if passes else EngineUnavailable
        raise kind(f"What {provider} is set up with could not be read: AWS says {code}.") from error
    except BotoCoreError as error:
        raise ProviderUnreachable(f"What {provider} is set up with could not be read.") from error


@cache
def services() -> Services:
    """The services of this process."""
    return Services(
        settings(),
        {name: read(one.settings, one.prefix) for name, one in engines.providers().items()},
    )


PATIENCE: Mapping[str, Any] = {
    "connect_timeout": 3,
    "read_timeout": 10,
    "retries": {"mode": "standard", "total_max_attempts": 4},
    "user_agent": collage.USER_AGENT,
}
"""How long an answer of AWS's is waited for, how often it is asked, and by whom, unless somebody
says."""


def aws_client(service: str, region: str | None = None, **settings: Any) -> Any:
    """A client of one of AWS's services, in the process's own Region unless another is named.

    ``settings`` are botocore's, in place of `PATIENCE`.
    """
    import boto3
    from botocore.config import Config

    config = Config(**{**PATIENCE, **settings})
    return boto3.client(service, region, config=config)  # type: ignore[call-overload]
