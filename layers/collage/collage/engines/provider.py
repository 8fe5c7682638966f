"""A provider: whose service an engine asks for money, and what is known of it without asking it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from collage.tile import Tile


class ProviderSettings(BaseModel):
    """What a stack says of a provider; each has its own, with more. Times are in seconds."""

    model_config = ConfigDict(frozen=True)

    secret: str = Field(default="", description="the secret that holds the key; empty: no key")
    model: str
    text_model: str = Field(default="", description="which lists styles; empty: there is none")
    usd_per_image: float | None = Field(
        default=None, ge=0, allow_inf_nan=False, description="dollars; none: by the price table"
    )
    images_per_minute: float = Field(default=5, gt=0)
    burst: int = Field(default=1, ge=1)
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


@dataclass(frozen=True)
class StyleList:
    """How styles are listed."""

    usd: float
    """Dollars counted for one list."""
    ask: AsksForStyles


@dataclass(frozen=True)
class Provider:
    """What is known of a provider: how it is set up, what it costs, and how it is reached."""

    name: str
    """Of the account that the shared table keeps the pace of."""
    settings: type[ProviderSettings]
    prefix: str
    """What the names of the settings' variables begin with, in a function's environment."""
    parameters: Mapping[str, str]
    """The template's parameter of each setting; of ``secret`` and ``images_per_minute`` at least,
    which are told of where they have to be set."""
    key: str
    """The variable of a laptop that holds the key itself."""
    variables: Mapping[str, str]
    """Other variables of a laptop, with the template's parameter that each sets."""
    priced_on: str
    """The date of the price table, as ISO 8601."""
    price: Callable[[Sequence[Tile]], float]
    """Dollars by the table for one call that makes these tiles."""
    is_priced: Callable[[str], bool]
    """Whether the table has a price for a model."""
    connect: Callable[[Any, Callable[[str], Any]], Any]
    """A client of the provider by its settings; the key is read by clients of AWS's services.
    It raises what `Reach` says: an error of AWS that it lets through has no other name for a user
    than ClientError."""
    styles: StyleList | None = None
    """How it lists styles, where it has a language model."""

    def lacks(self, settings: ProviderSettings) -> str | None:
        """What a stack with these settings lacks, and how to set it; None where it is set up."""
        if settings.secret:
            return None
        return (
            f"needs a key; set the stack's parameter {self.parameters['secret']}, or on a laptop "
            f"the variable {self.key}."
        )

    def of_parameters(self, given: Mapping[str, str]) -> ProviderSettings:
        """The settings of a stack that has these parameters; an empty one leaves the default.

        Raises:
            pydantic.ValidationError: when one is out of its range.
        """
        found = {field: given.get(name) for field, name in self.parameters.items()}
        return self.settings.model_validate({name: text for name, text in found.items() if text})
