"""OpenAI as a provider: its parameters, its prices, its client, its language model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from collage.engines.openai import models, prices, references, style_list
from collage.engines.openai.price_list import PRICE_LIST
from collage.engines.openai.settings import OpenAISettings
from collage.engines.provider import KeyedProvider, StyleList
from collage.errors import EngineUnavailable
from collage.tile import Tile

if TYPE_CHECKING:
    import openai


def price(tiles: Sequence[Tile]) -> float:
    """Dollars by the price table for one call that makes these tiles."""
    tile = tiles[0]
    asked = models.frame(tile.model, tile.size).asked
    quality, sent = tile.options.get("quality"), references.count(tile)
    return prices.price(tile.model, quality, asked, len(tiles), references=sent)


def connect(settings: OpenAISettings, aws: Callable[[str], Any]) -> openai.OpenAI:
    """A client of the provider, or of the server in its place.

    Raises:
        EngineUnavailable: when the stack has no secret, or one that holds no key.
        ProviderUnreachable: when Secrets Manager does not answer.
    """
    from collage.engines.openai.key import Secret, client

    if not settings.secret:
        raise EngineUnavailable(
            "The stack has no OpenAI key: set its parameter OpenAiSecret, or on a laptop the "
            "variable OPENAI_API_KEY."
        )
    return client(settings, Secret(aws("secretsmanager"), settings.secret))


PROVIDER = KeyedProvider(
    name="openai",
    settings=OpenAISettings,
    prefix="OPENAI_",
    parameters={
        "secret": "OpenAiSecret",
        "base_url": "OpenAiBaseUrl",
        "organization": "OpenAiOrganization",
        "model": "OpenAiModel",
        "text_model": "OpenAiTextModel",
        "server": "OpenAiServer",
        "api_version": "OpenAiApiVersion",
        "mask_convention": "OpenAiMaskConvention",
        "mask_field": "OpenAiMaskField",
        "picture_hosts": "OpenAiPictureHosts",
        "previews": "OpenAiPreviews",
        "usd_per_image": "UsdPerImage",
        "images_per_minute": "ImagesPerMinute",
        "burst": "ImagesAtOnce",
        "latency": "LatencySeconds",
        "timeout": "CallSeconds",
    },
    key="OPENAI_API_KEY",
    variables={
        "OPENAI_BASE_URL": "OpenAiBaseUrl",
        "OPENAI_ORG_ID": "OpenAiOrganization",
        "OPENAI_SERVER": "OpenAiServer",
        "OPENAI_API_VERSION": "OpenAiApiVersion",
        "OPENAI_MASK_FIELD": "OpenAiMaskField",
        "OPENAI_PICTURE_HOSTS": "OpenAiPictureHosts",
    },
    priced_on=prices.PRICED_ON,
    price=price,
    is_priced=prices.is_priced,
    connect=connect,
    styles=StyleList(style_list.PRICE, style_list.ask),
    price_list=PRICE_LIST,
)
