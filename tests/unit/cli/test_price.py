"""What a person reads of an estimate, by what the engines are paid for."""

from typing import Any

import pytest
from rich.console import Console

from collage.request.parse import parse
from collage.steps.estimate import Estimated
from combinatoric_collage.cli.messages import price

FOUND = Estimated(
    calls=4,
    paid=4,
    tiles=4,
    reused=0,
    usd=0.28,
    minutes=0.2,
    priced_on="2026-11-25",
    geometry={},
)
HIGHEST = "no quality: the highest known price is assumed"


def told(**asked: Any) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        price(console, FOUND, parse(asked))
    return captured.get()


@pytest.mark.parametrize(
    ("asked", "assumed"),
    [
        ({"engine": "openai"}, True),
        ({"engine": "openai", "quality": "low"}, False),
        ({"engine": "bedrock"}, False),
        ({"engine": "painter", "upscale": 2, "upscaler": "stable-fast-upscale"}, False),
    ],
)
def test_a_quality_is_missed_where_it_has_a_price(asked: dict[str, Any], assumed: bool) -> None:
    said = told(**asked)

    assert (HIGHEST in said) is assumed
    assert "about $0.28 by the prices of 2026-11-25, 0.2 minutes at the account's pace" in said
