"""The price table: what calls are expected to cost, and what told usage comes to."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from collage.engines import ENGINES
from collage.engines.openai.prices import (
    OBLONG,
    PRICED_ON,
    PRICES,
    cost,
    family,
    is_priced,
    price,
    qualities,
)
from collage.errors import InvalidRequest
from collage.request import rules
from collage.request.parse import parse
from collage.spending import expected, work
from collage.tile import Tile
from combinatoric_collage.cli.application import app
from tests.unit.plans import ACCOUNTS, accounts

SQUARE = (1024, 1024)
UNKNOWN = ("gpt-image-25", "gpt-image-3", "my-deployment", "flux-2", "")


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-image-1", "gpt-image-1"),
        ("gpt-image-1-2025-04-23", "gpt-image-1"),
        ("gpt-image-1-mini", "gpt-image-1-mini"),
        ("gpt-image-1-mini-2025-10-06", "gpt-image-1-mini"),
        ("gpt-image-1.5", "gpt-image-1.5"),
        ("chatgpt-image-latest", "chatgpt-image-latest"),
        ("gpt-image-2-2026-04-21", "gpt-image-2"),
        ("gpt-image-2.5-sunburst-2026-09-08", "gpt-image-2.5"),
        ("gpt-image-2.6-flare", "gpt-image-2.6"),
        ("openai/gpt-image-2", "gpt-image-2"),
        ("openrouter/openai/gpt-image-1-mini", "gpt-image-1-mini"),
        ("azure/GPT-Image-2.5-flare", "gpt-image-2.5"),
        ("gpt-image-2.7-nova", "gpt-image-2.6"),
        ("gpt-image-2.55", "gpt-image-2.6"),
        ("gpt-image-1.9", "gpt-image-1.5"),
        *((model, None) for model in UNKNOWN),
    ],
)
def test_a_model_belongs_to_a_family_by_its_name(model: str, expected: str | None) -> None:
    assert family(model) == expected
    assert is_priced(model) is (expected is not None)


@pytest.mark.parametrize(
    ("model", "quality", "each"),
    [
        ("gpt-image-1", "high", 0.167),
        ("gpt-image-1-mini", "low", 0.005),
        ("gpt-image-1.5", "medium", 0.034),
        ("gpt-image-2", "low", 0.006),
        ("openai/gpt-image-2", "medium", 0.053),
        ("gpt-image-2-2026-04-21", "high", 0.211),
        ("gpt-image-2.5-flare", "medium", 0.013),
        ("gpt-image-2.5-sunburst", "xhigh", 0.094),
        ("gpt-image-2.6-sunburst", "high", 0.053),
        ("gpt-image-2.7-nova", "max", 0.211),
    ],
)
def test_a_listed_model_has_its_own_price(model: str, quality: str, each: float) -> None:
    assert price(model, quality, SQUARE, 1, references=0) == pytest.approx(each)


@pytest.mark.parametrize(
    ("model", "sent"),
    [("gpt-image-1", 0.015), ("gpt-image-1-mini", 0.00375), ("gpt-image-2", 0.012)],
)
def test_a_picture_that_is_sent_along_costs_its_tokens(model: str, sent: float) -> None:
    alone = price(model, "low", SQUARE, 3, references=0)

    assert price(model, "low", SQUARE, 3, references=1) == pytest.approx(alone + 3 * sent)


def test_an_oblong_picture_has_its_own_price_where_it_has_one() -> None:
    for size in OBLONG:
        assert price("gpt-image-2", "high", size, 1, references=0) == pytest.approx(0.165)
        assert price("gpt-image-2.5", "high", size, 1, references=0) == pytest.approx(0.0795)


@pytest.mark.parametrize("model", ["gpt-image-2", "gpt-image-2.5-flare"])
@pytest.mark.parametrize("quality", ["auto", None, "a new one"])
def test_a_quality_without_a_price_costs_the_most(model: str, quality: str | None) -> None:
    assert price(model, quality, SQUARE, 1, references=0) == pytest.approx(0.211)


@given(
    model=st.sampled_from(UNKNOWN),
    quality=st.sampled_from(["low", "medium", "high", "xhigh", "max", "auto", None]),
    size=st.sampled_from([SQUARE, *OBLONG, (2048, 1024)]),
    references=st.integers(0, 3),
)
def test_an_unknown_model_costs_at_least_as_much_as_any(
    model: str, quality: str | None, size: tuple[int, int], references: int
) -> None:
    unknown = price(model, quality, size, 2, references=references)

    for known, table in PRICES.items():
        if quality in table.square or quality in (None, "auto"):
            assert unknown >= price(known, quality, size, 2, references=references)


def tile(**changes: Any) -> Tile:
    return Tile(
        **{
            "operation": "inpaint",
            "prompt": "in the style of Cubism",
            "styles": ("Cubism",),
            "mask": "left",
            "mask_sha256": "digest",
            "source": "digest",
            "engine": "openai",
            "model": "gpt-image-2.6-flare",
            "options": {"quality": "high"},
            "size": (96, 64),
            "seed": None,
            "sample": 0,
            "preserve": True,
            **changes,
        }
    )


def test_the_engine_prices_the_size_it_asks_for_and_what_it_sends() -> None:
    made = tile(operation="generate", mask=None, mask_sha256=None, source=None)

    assert expected.price([tile()] * 3, ACCOUNTS) == pytest.approx(3 * (0.053 * 1.5 + 0.012))
    assert expected.price([made] * 3, ACCOUNTS) == pytest.approx(3 * 0.053 * 1.5)


def test_a_stacks_own_price_takes_the_place_of_the_table() -> None:
    calls = work.of([[tile()] * 3, [tile()]])

    assert expected.estimate(calls, accounts(usd_per_image=0.002)).usd == pytest.approx(0.008)
    assert expected.estimate(calls, accounts(usd_per_image=0.0)).usd == 0
    assert expected.price([tile(engine="painter")], accounts(usd_per_image=0.5)) == 0


# What an answer tells


def told(
    model: str = "gpt-image-2.5-flare", *, text: Any = 60, image: Any = 1000, output: Any = 4160
) -> float | None:
    return cost(model, SQUARE, 1, text=text, image=image, output=output)


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        ("gpt-image-1", 0.1767),
        ("gpt-image-1-mini", 0.0359),
        ("gpt-image-1.5", 0.1414),
        ("gpt-image-2", 0.1331),
        ("openai/gpt-image-2", 0.1331),
        ("gpt-image-2.6-flare", 0.1331),
        ("my-deployment", 0.1767),
    ],
)
def test_usage_is_settled_by_the_models_own_token_prices(model: str, usd: float) -> None:
    assert told(model) == pytest.approx(usd, abs=5e-5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": -1},
        {"image": -1_000_000},
        {"output": -1},
        {"output": 0},
        {"output": 1_000_000},
        {"image": 10**9},
        {"text": None},
        {"image": "many"},
        {"output": 1.5},
        {"output": True},
    ],
)
def test_usage_that_cannot_be_is_not_believed(wrong: dict[str, Any]) -> None:
    assert told(**wrong) is None


def test_usage_of_a_dear_picture_is_believed() -> None:
    assert told(output=20_000) == pytest.approx(0.6083)


# At the door


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-image-2", ("low", "medium", "high", "auto")),
        ("openai/gpt-image-1-mini", ("low", "medium", "high", "auto")),
        ("gpt-image-2.6-flare", ("low", "medium", "high", "xhigh", "max", "auto")),
        ("gpt-image-2.9", None),
        ("my-deployment", None),
    ],
)
def test_what_qualities_a_model_has_is_known_of_listed_ones(
    model: str, expected: tuple[str, ...] | None
) -> None:
    assert qualities(model) == expected


def test_a_quality_that_the_model_has_not_is_refused_at_the_door() -> None:
    asked = parse({"engine": "openai", "model": "gpt-image-2", "quality": "xhigh"})

    with pytest.raises(InvalidRequest, match="gpt-image-2 has no quality 'xhigh'") as raised:
        rules.known_qualities(asked, {"openai": "gpt-image-2.5-flare"})

    assert raised.value.fields[0].allowed == ["low", "medium", "high", "auto"]


def test_the_stacks_model_is_held_to_its_qualities_too() -> None:
    asked = parse({"engine": "openai", "quality": "max"})

    rules.known_qualities(asked, {"openai": "gpt-image-2.5-flare"})
    rules.known_qualities(asked, {"openai": "a-model-of-tomorrow"})
    with pytest.raises(InvalidRequest, match=r"gpt-image-1\.5 has no quality 'max'"):
        rules.known_qualities(asked, {"openai": "gpt-image-1.5"})


def test_qualities_of_the_door_are_those_of_the_table() -> None:
    listed = {quality for model in PRICES for quality in qualities(model) or ()}

    assert listed == set(ENGINES["openai"].qualities)


def test_the_table_is_shown_with_its_date() -> None:
    said = CliRunner().invoke(app, ["prices"]).stdout

    assert PRICED_ON in said
    assert all(model in said for model in PRICES)
    assert "0.041" in said
