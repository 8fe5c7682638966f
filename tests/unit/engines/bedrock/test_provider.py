"""Bedrock as a provider: no key, a quota of each model and Region, and what makes it quicker."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from collage.engines.bedrock import models
from collage.engines.bedrock.provider import PROVIDER
from collage.engines.bedrock.settings import BedrockSettings
from collage.engines.openai.settings import OpenAISettings
from collage.engines.provider import Quota
from collage.errors import EngineUnavailable, TooLong
from collage.services import Services
from collage.spending import work
from collage.steps import capabilities, duration
from tests.unit.engines.bedrock.asked import tile

THREE = "us-west-2,us-east-1,us-east-2"
LISTER = "us.amazon.nova-2-lite-v1:0"
ON = BedrockSettings(enabled=True, text_model=LISTER)


def services(stack: Any, bedrock: BedrockSettings = ON, **others: Any) -> Services:
    """A stack's services, of which each provider is set up as given."""
    made: Services = replace(stack.services, providers={"bedrock": bedrock, **others})
    return made


def test_a_stack_without_the_right_says_how_it_gets_it(stack: Any) -> None:
    with pytest.raises(EngineUnavailable) as refused:
        capabilities.set_up("bedrock", services(stack, BedrockSettings()))

    assert str(refused.value) == (
        "engine: bedrock is not set up here; set the stack's parameter Bedrock to on."
    )
    capabilities.set_up("bedrock", services(stack))


def test_a_client_is_made_of_a_stack_with_the_right_alone(stack: Any) -> None:
    with pytest.raises(EngineUnavailable, match="parameter Bedrock to on"):
        services(stack, BedrockSettings()).engine("bedrock")

    assert services(stack).engine("bedrock")


def test_a_stack_is_read_from_the_templates_parameters() -> None:
    given = {"Bedrock": "on", "BedrockRegion": THREE, "BedrockPace": "0.5", "CallSeconds": "90"}

    found = PROVIDER.of_parameters(given)

    assert found == BedrockSettings(enabled=True, regions=THREE, pace=0.5, timeout=90)
    assert PROVIDER.of_parameters({"Bedrock": "off"}) == BedrockSettings(enabled=False)


@pytest.mark.parametrize("regions", ["eu-central-1", "us-west-2,", "us-west-2, us-east-1"])
def test_other_regions_are_none(regions: str) -> None:
    with pytest.raises(ValidationError):
        BedrockSettings(regions=regions)


def test_a_model_has_a_quota_in_each_region_that_it_is_asked_in() -> None:
    three = BedrockSettings(regions=THREE, pace=0.5)

    assert PROVIDER.quotas(ON, models.INPAINT) == (
        Quota(f"bedrock#us-west-2#{models.INPAINT}", 20, 1, "us-west-2"),
    )
    assert PROVIDER.quotas(three, models.INPAINT) == tuple(
        Quota(f"bedrock#{place}#{models.INPAINT}", 10, 1, place) for place in THREE.split(",")
    )
    assert PROVIDER.quotas(three, models.CORE) == (
        Quota(f"bedrock#us-west-2#{models.CORE}", 45, 1, "us-west-2"),
    )


def test_every_model_has_a_price_a_pace_and_an_operation() -> None:
    assert {(name, known.usd, known.per_minute) for name, known in models.MODELS.items()} == {
        ("stability.stable-image-core-v1:1", 0.04, 90),
        ("stability.stable-image-ultra-v1:1", 0.14, 10),
        ("stability.sd3-5-large-v1:0", 0.08, 15),
        ("us.stability.stable-image-inpaint-v1:0", 0.07, 20),
        ("us.stability.stable-image-erase-object-v1:0", 0.07, 20),
        ("us.stability.stable-style-transfer-v1:0", 0.08, 20),
        ("us.stability.stable-fast-upscale-v1:0", 0.03, 20),
    }
    for name, known in models.MODELS.items():
        assert known.operations
        assert known.by_profile == name.startswith(models.PROFILE)
        assert PROVIDER.is_priced(name)
        operation = min(known.operations)
        assert PROVIDER.price([tile(operation, model=name)]) == known.usd
    assert not PROVIDER.is_priced("amazon.nova-canvas-v1:0")


@pytest.mark.parametrize(
    ("settings", "model", "factor", "said"),
    [
        (ON, models.INPAINT, 1.5, "BedrockRegion to us-west-2,us-east-1"),
        (ON, models.INPAINT, 2.1, f"BedrockRegion to {THREE}"),
        (
            ON,
            models.INPAINT,
            3.5,
            "where AWS has granted the account 3.5 times its default quota of the model, set the "
            "stack's parameter BedrockPace to 3.5",
        ),
        (ON, models.CORE, 1.5, "BedrockPace to 1.5"),
        (BedrockSettings(regions=THREE), models.INPAINT, 1.5, "BedrockPace to 1.5"),
    ],
)
def test_what_makes_it_quicker_is_more_regions_and_then_more_of_aws(
    settings: BedrockSettings, model: str, factor: float, said: str
) -> None:
    assert str(PROVIDER.quicker(settings, model, factor)).endswith(said)


def test_what_the_slowest_quota_cannot_make_in_time_is_refused(stack: Any) -> None:
    inpaints = [[tile(seed=seed)] for seed in range(1000)] * 80
    generated = [[tile("generate")]] * 1000
    slow = {"enabled": True, "pace": 0.1}

    with pytest.raises(TooLong) as refused:
        duration.check(work.of([*inpaints, *generated]), services(stack, BedrockSettings(**slow)))

    assert str(refused.value) == (
        "The collage would take about 667 hours at 2 pictures a minute; a run has 576. Ask for "
        "fewer tiles, or set the stack's parameter BedrockRegion to us-west-2,us-east-1."
    )
    more = BedrockSettings(**slow, regions=THREE)
    duration.check(work.of(inpaints[:60_000]), services(stack, more, openai=OpenAISettings()))


@pytest.mark.parametrize(
    ("asked", "openai", "bedrock", "expected"),
    [
        (["bedrock"], "a-key", ON, "bedrock"),
        (["openai"], "a-key", ON, "openai"),
        (["painter"], "a-key", ON, "openai"),
        (["painter"], "", ON, "bedrock"),
        (["painter", "bedrock"], "a-key", ON, "bedrock"),
        (["bedrock"], "a-key", BedrockSettings(enabled=True), "openai"),
        (["bedrock"], "a-key", BedrockSettings(), "openai"),
        (["painter"], "", BedrockSettings(), None),
    ],
)
def test_styles_are_listed_by_the_provider_of_the_engine_that_is_asked(
    stack: Any, asked: list[str], openai: str, bedrock: BedrockSettings, expected: str | None
) -> None:
    lister = services(stack, bedrock, openai=OpenAISettings(secret=openai)).lister(asked)

    assert (lister.provider.name if lister else None) == expected
