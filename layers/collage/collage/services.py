"""What costs time or secrets to make, made once a process and only when a step needs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from collage.engines import Engine
from collage.engines.openai.profiles import PROFILES
from collage.errors import EngineUnavailable
from collage.repeats import Repeats
from collage.settings import OpenAISettings, Settings, openai_settings, settings
from collage.spending.batches import Batches
from collage.spending.limits import Limits, Pace

if TYPE_CHECKING:
    import openai


@dataclass(frozen=True)
class Tools:
    """Engines, the shared limits and the provider's client, by the stack's settings."""

    settings: Settings
    provider: OpenAISettings

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
        """The account's pace and budget."""
        return Limits(
            _client("dynamodb"), self.settings.limits_table, self.pace, self.settings.daily_usd
        )

    @cached_property
    def batches(self) -> Batches:
        """What the provider's models make by one call."""
        return Batches(self.limits, self.provider.base_url or "openai")

    @cached_property
    def repeats(self) -> Repeats:
        """The idempotency keys of all callers."""
        return Repeats(_client("dynamodb"), self.settings.limits_table)

    @property
    def pace(self) -> Pace:
        """How often pictures may be asked for."""
        provider = self.provider
        return Pace(
            provider.images_per_minute,
            provider.burst,
            call_seconds=provider.timeout,
            # A stream does not say which of several pictures an event is of.
            batch=None if PROFILES[provider.server].knows_n and not provider.previews else 1,
        )

    @cached_property
    def openai_client(self) -> openai.OpenAI:
        """The provider's client; the key is read here and kept nowhere else.

        Raises:
            EngineUnavailable: when the stack has no secret, or one that holds no key.
            ProviderUnreachable: when Secrets Manager does not answer.
        """
        if not self.provider.secret:
            raise EngineUnavailable(
                "The stack has no OpenAI key: set its parameter OpenAiSecret, or on a laptop the "
                "variable OPENAI_API_KEY."
            )
        if self.provider.server == "azure" and not self.provider.base_url:
            raise EngineUnavailable(
                "OpenAiServer is azure: say by OpenAiBaseUrl, or on a laptop by OPENAI_BASE_URL, "
                "where that is."
            )
        from collage.engines.openai.key import Secret, client

        return client(self.provider, Secret(_client("secretsmanager"), self.provider.secret))

    @cached_property
    def _engines(self) -> dict[str, Engine]:
        return {}


@cache
def tools() -> Tools:
    """The tools of this process."""
    return Tools(settings(), openai_settings())


def _client(service: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=3,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 4},
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]
