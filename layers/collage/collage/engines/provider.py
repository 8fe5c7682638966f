"""A provider: whose service an engine asks for money, and what is known of it without asking it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from pydantic import Field

from collage.engines.price_list import PriceList
from collage.frozen import Frozen
from collage.tile import Tile


class ProviderSettings(Frozen):
    """What a stack says of a provider; each has its own, with more. Times are in seconds."""

    model: str
    text_model: str = Field(default="", description="which lists styles; empty: there is none")
    usd_per_image: float | None = Field(
        default=None, ge=0, allow_inf_nan=False, description="dollars; none: by the price table"
    )
    latency: float = Field(default=30, gt=0, description="of one call, to plan concurrency by")
    timeout: float = Field(
        default=600, gt=0, le=800, description="of one call in all; a function has 900"
    )

    @property
    def endpoint(self) -> str:
        """Where requests go, for what is remembered of it; empty: the provider's own."""
        return ""

    @property
    def pictures_a_call(self) -> int | None:
        """How many one call may ask for, where that is less than the engine's own number."""
        return None


class KeyedSettings(ProviderSettings):
    """What a stack says of a provider that is asked with a key, at a pace of the account's own."""

    secret: str = Field(default="", description="the secret that holds the key; empty: no key")
    images_per_minute: float = Field(default=5, gt=0)
    burst: int = Field(default=1, ge=1)


class Quota(NamedTuple):
    """How often pictures may be asked for: ``per_minute``, and ``burst`` of them at once."""

    name: str
    """Of its line in the table that all runs share."""
    per_minute: float
    burst: int = 1
    place: str = ""
    """Where what has this quota is asked, of a provider that has several places."""

    @property
    def interval(self) -> float:
        """Seconds from one picture's turn to the next."""
        return 60 / self.per_minute


def per_minute(quotas: Sequence[Quota]) -> float:
    """Pictures a minute by all of the quotas, among which each call takes one."""
    return sum(quota.per_minute for quota in quotas)


def concurrency(quotas: Sequence[Quota], latency: float, most: int) -> int:
    """Calls under way that keep to these quotas when each takes ``latency`` seconds.

    Little's law, and half as many again for latencies that vary; at most ``most``.
    """
    return min(most, max(1, math.ceil(1.5 * latency * per_minute(quotas) / 60) + 1))


class Reach(Protocol):
    """What an engine is loaded with: the way to its provider, as the stack is set up."""

    def reached(self, provider: Provider) -> tuple[ProviderSettings, Any]:
        """The stack's settings of a provider, and its client, whose key is read for it.

        Raises:
            EngineUnavailable: when the stack is not set up for it.
            ProviderUnreachable: when what holds the key does not answer.
        """


class AsksForStyles(Protocol):
    """Asks a language model for styles."""

    def __call__(
        self,
        client: Any,
        model: str,
        count: int,
        theme: str | None = None,
        exclude: Sequence[str] = (),
        heard: Callable[[], None] = ...,
    ) -> tuple[str, ...]:
        """So many styles; ``heard`` is called once an answer came, which is billed."""


class StyleList(NamedTuple):
    """How styles are listed."""

    usd: float
    """Dollars counted for one list."""
    ask: AsksForStyles


@dataclass(frozen=True, kw_only=True)
class Provider(ABC):
    """What is known of a provider: how it is set up, what it costs, and how it is reached."""

    name: str
    """What the shared table, and whoever asks for it, calls it."""
    settings: type[ProviderSettings]
    prefix: str
    """What the names of the settings' variables begin with, in a function's environment."""
    parameters: Mapping[str, str]
    """The template's parameter of each setting that a stack can say."""
    key: str | None = None
    """The variable of a laptop that holds the key itself; the parameter of the setting ``secret``
    then says where the stack's lies. None: it is asked without one."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Other variables of a laptop, with the template's parameter that each sets."""
    priced_on: str
    """The date of the price table, as ISO 8601."""
    price: Callable[[Sequence[Tile]], float]
    """Dollars by the table for one call that makes these tiles."""
    is_priced: Callable[[str], bool]
    """Whether the table has a price for a model."""
    connect: Callable[[Any, Callable[..., Any]], Any]
    """A client of the provider by its settings. What is needed of AWS's services, such as a key, is
    asked of clients that `collage.services.aws_client` makes; their errors it may let through."""
    styles: StyleList | None = None
    """How it lists styles, where it has a language model."""
    price_list: PriceList | None = None
    """Its prices as `collage prices` tells them; None: it does not."""

    @abstractmethod
    def lacks(self, settings: Any) -> str | None:
        """What a stack with these settings lacks, and how to set it; None where it is set up."""

    @abstractmethod
    def quotas(self, settings: Any, model: str) -> tuple[Quota, ...]:
        """What a model may be asked by: each call takes the one whose turn comes first."""

    @abstractmethod
    def quicker(self, settings: Any, model: str, factor: float) -> str | None:
        """What makes a model's pictures so many times as fast: the end of a sentence with "or".

        None where nothing does.
        """

    def of_parameters(self, given: Mapping[str, str]) -> ProviderSettings:
        """The settings of a stack that has these parameters; an empty one leaves the default.

        Raises:
            pydantic.ValidationError: when one is out of its range.
        """
        found = {field: given.get(name) for field, name in self.parameters.items()}
        return self.settings.model_validate({name: text for name, text in found.items() if text})


@dataclass(frozen=True, kw_only=True)
class KeyedProvider(Provider):
    """One that is asked with a key, and all of whose models share the pace of the account.

    Its settings are `KeyedSettings`, and ``secret`` and ``images_per_minute`` have parameters.
    """

    key: str

    def lacks(self, settings: KeyedSettings) -> str | None:
        """A key."""
        if settings.secret:
            return None
        return (
            f"needs a key; set the stack's parameter {self.parameters['secret']}, or on a laptop "
            f"the variable {self.key}."
        )

    def quotas(self, settings: KeyedSettings, model: str) -> tuple[Quota, ...]:
        """One, of the account."""
        return (Quota(self.name, settings.images_per_minute, settings.burst),)

    def quicker(self, settings: KeyedSettings, model: str, factor: float) -> str | None:
        """The pace that the stack says."""
        least = math.ceil(settings.images_per_minute * factor)
        parameter = self.parameters["images_per_minute"]
        return f"set the stack's parameter {parameter} to {least} or more"
