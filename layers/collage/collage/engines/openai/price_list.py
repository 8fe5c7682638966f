"""OpenAI's prices, told."""

from __future__ import annotations

from collage.engines.openai.prices import FINER, PRICES, REFERENCE_TOKENS
from collage.engines.price_list import PriceList, PriceTable


def _cell(square: float | None, oblong: float | None) -> str:
    if square is None:
        return "-"
    return f"{square:.3f}" if oblong is None else f"{square:.3f} ({oblong:.3f})"


PRICE_LIST = PriceList(
    tables=(
        PriceTable(
            "One picture of 1024 x 1024; in brackets of 1536 x 1024, where that is its own.",
            (*FINER, "sent along"),
            {
                name: (
                    *(_cell(known.square.get(q), known.oblong.get(q)) for q in FINER),
                    f"{known.reference:.3f}",
                )
                for name, known in PRICES.items()
            },
        ),
        PriceTable(
            "A million tokens, by which answers that tell them are settled.",
            ("text in", "image in", "image out"),
            {
                name: (f"{known.text:g}", f"{known.image:g}", f"{known.output:g}")
                for name, known in PRICES.items()
            },
        ),
    ),
    note=(
        "Other sizes cost in proportion to their pixels. A later point version costs what the\n"
        "latest before it does, any other model the most of these. --usd-per-image, or the\n"
        "parameter UsdPerImage, says what a picture costs at a server of your own."
    ),
    record={
        "reference_tokens": REFERENCE_TOKENS,
        "models": {name: known._asdict() for name, known in PRICES.items()},
    },
)
