"""Bedrock's prices and quotas, told."""

from __future__ import annotations

from collage.engines.bedrock.models import MODELS
from collage.engines.price_list import PriceList, PriceTable

PRICE_LIST = PriceList(
    tables=(
        PriceTable(
            "One picture of any size, and how many a minute AWS gives by default in one Region.",
            ("dollars", "a minute", "a hundred take"),
            {
                name: (
                    f"{known.usd:.2f}",
                    f"{known.per_minute}",
                    f"{100 / known.per_minute:.1f} min",
                )
                for name, known in MODELS.items()
            },
        ),
    ),
    note=(
        "Models whose ids begin with us. have as many again in each further Region of\n"
        "BedrockRegion. AWS raises none of these quotas on request, and gives new accounts less;\n"
        "BedrockPace says what share of them an account has. A list of styles counts as 0.01."
    ),
    record={
        "models": {
            name: {
                "usd": known.usd,
                "per_minute": known.per_minute,
                "operations": sorted(known.operations),
            }
            for name, known in MODELS.items()
        },
    },
)
