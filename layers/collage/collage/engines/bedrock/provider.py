"""Amazon Bedrock as a provider: asked with the function's own role, by each model's quotas."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collage.engines.bedrock import models, style_list
from collage.engines.bedrock.models import HOME, MODELS, REGIONS
from collage.engines.bedrock.price_list import PRICE_LIST
from collage.engines.bedrock.settings import BedrockSettings
from collage.engines.provider import Provider, Quota, StyleList
from collage.errors import EngineUnavailable

if TYPE_CHECKING:
    from collage.engines.bedrock.clients import Clients
    from collage.tile import Tile

OFF = "is not set up here; set the stack's parameter Bedrock to on."


@dataclass(frozen=True, kw_only=True)
class Bedrock(Provider):
    """It has no key: who may ask, and for what, the role of a function says."""

    def lacks(self, settings: BedrockSettings) -> str | None:
        """The right to ask."""
        return None if settings.enabled else OFF

    def quotas(self, settings: BedrockSettings, model: str) -> tuple[Quota, ...]:
        """One of each Region that the model is asked in."""
        known = MODELS[model]
        places = settings.places if known.by_profile else (HOME,)
        pace = known.per_minute * settings.pace
        return tuple(Quota(f"bedrock#{place}#{model}", pace, place=place) for place in places)

    def quicker(self, settings: BedrockSettings, model: str, factor: float) -> str | None:
        """More Regions, as far as there are any; after that, more than AWS gives by default."""
        count = math.ceil(len(settings.places) * factor)
        if MODELS[model].by_profile and count <= len(REGIONS):
            more = [place for place in REGIONS if place not in settings.places]
            regions = (*settings.places, *more)[:count]
            return f"set the stack's parameter BedrockRegion to {','.join(regions)}"
        pace = math.ceil(settings.pace * factor * 100) / 100
        return (
            f"where AWS has granted the account {pace:g} times its default quota of the model, set "
            f"the stack's parameter BedrockPace to {pace:g}"
        )


def price(tiles: Sequence[Tile]) -> float:
    """Dollars by the price table for the calls that make these tiles."""
    return sum(MODELS[tile.model].usd for tile in tiles)


def connect(settings: BedrockSettings, aws: Callable[..., Any]) -> Clients:
    """Clients of Bedrock in each Region.

    Raises:
        EngineUnavailable: when the stack has no right to ask it.
    """
    from collage.engines.bedrock.clients import Clients

    if not settings.enabled:
        raise EngineUnavailable(f"The engine bedrock {OFF}")
    return Clients(settings.places, settings.timeout, aws)


PROVIDER = Bedrock(
    name="bedrock",
    settings=BedrockSettings,
    prefix="BEDROCK_",
    parameters={
        "enabled": "Bedrock",
        "regions": "BedrockRegion",
        "model": "BedrockImageModel",
        "text_model": "BedrockTextModel",
        "pace": "BedrockPace",
        "timeout": "CallSeconds",
    },
    priced_on=models.PRICED_ON,
    price=price,
    is_priced=MODELS.__contains__,
    connect=connect,
    styles=StyleList(style_list.PRICE, style_list.ask),
    price_list=PRICE_LIST,
)
