"""Collages by the engine, step by step against a strict server: paces, prices, refusals."""

from dataclasses import replace
from typing import Any

import boto3
import pytest

from collage.engines.bedrock import models
from collage.engines.bedrock.settings import BedrockSettings
from collage.errors import InvalidRequest, NoSlotYet, RateLimited
from collage.request.parse import parse
from collage.services import Services
from collage.steps.assemble_collage import assemble_collage
from collage.steps.estimate import estimate
from collage.steps.list_styles import list_styles
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from collage.steps.render_tile import render_tile
from collage.steps.start_collage import start
from tests.fake_bedrock import FakeBedrock, Faults
from tests.unit.conftest import Stack
from tests.unit.runs import SOURCE

THREE = "us-west-2,us-east-1,us-east-2"
FOUR = {"styles": ["Cubism", "Baroque"], "masks": ["left", "right"], "combine": 1}
SMALL = {"engine": "bedrock", "rows": 2, "cols": 2, "size": 64, "cell": 32}


@pytest.fixture
def services(stack: Stack, limits_table: str, fake: FakeBedrock) -> Services:
    """A stack that may ask Bedrock in three Regions, as fast as it likes."""
    settings = stack.services.settings.model_copy(update={"limits_table": limits_table})
    quick = BedrockSettings(
        enabled=True, regions=THREE, pace=100, text_model="us.amazon.nova-2-lite-v1:0"
    )
    return replace(stack.services, settings=settings, providers={"bedrock": quick})


def planned(stack: Stack, services: Services, **options: Any) -> tuple[str, list[Any]]:
    """A collage as far as its plan: its id, and its calls."""
    stack.put("uploads/a.png", SOURCE)
    key = None if options.get("recipe") == "samples" else "uploads/a.png"
    made = start(stack.store, services, stack.runs, key, {**SMALL, **options})["id"]
    if stack.started[made]["needs_styles"]:
        list_styles(stack.store, services, made)
    make_masks(stack.store, services, made)
    plan_tiles(stack.store, services, made)
    plan = stack.store.plan(made)
    return made, [plan.call(index) for wave in plan.waves for index in wave]


def paces(table: str) -> dict[str, int]:
    """The lines of the table, and when each ends."""
    found = boto3.client("dynamodb").scan(TableName=table)["Items"]
    items = {item["name"]["S"]: item for item in found}
    return {name: int(one["next"]["N"]) for name, one in items.items() if name[:5] == "pace#"}


def test_a_collage_is_made_by_turns_in_all_regions(
    stack: Stack, services: Services, fake: FakeBedrock, limits_table: str
) -> None:
    made, calls = planned(stack, services, **FOUR)

    for call in calls:
        render_tile(stack.store, services, made, call)
    assemble_collage(stack.store, services, made)

    manifest = stack.store.manifest(made)
    assert (manifest.usd, manifest.tile_counts) == (0.28, {"done": 4})
    assert fake.bills == {"inpaint": 4}
    assert services.limits.spent() == 0.28
    asked = {record.region for record in fake.requests}
    assert {f"pace#bedrock#{region}#{models.INPAINT}" for region in asked} == paces(
        limits_table
    ).keys()


def test_styles_are_listed_by_bedrock_too(
    stack: Stack, services: Services, fake: FakeBedrock
) -> None:
    made, _ = planned(stack, services, style_count=4, rows=1)

    listed = stack.store.styles(made)
    assert (listed.origin, listed.model) == ("model", "us.amazon.nova-2-lite-v1:0")
    assert len(listed.styles) == 4
    assert services.limits.spent() == 0.01


def test_a_region_that_is_asked_too_often_is_left_alone_and_the_others_go_on(
    stack: Stack, services: Services, fake: FakeBedrock, limits_table: str
) -> None:
    slow = BedrockSettings(enabled=True, regions="us-west-2,us-east-1")
    services = replace(services, providers={"bedrock": slow})
    made, calls = planned(stack, services, **FOUR)
    fake.faults = Faults({1: "throttling"})

    with pytest.raises(RateLimited):
        render_tile(stack.store, services, made, calls[0])
    render_tile(stack.store, services, made, calls[0])

    assert [record.region for record in fake.requests] == ["us-west-2", "us-east-1"]
    assert services.limits.spent() == 0.07


def test_a_quota_is_kept_across_calls(stack: Stack, services: Services, fake: FakeBedrock) -> None:
    slow = BedrockSettings(enabled=True, pace=0.1)
    services = replace(services, providers={"bedrock": slow})
    made, calls = planned(stack, services, **FOUR)
    render_tile(stack.store, services, made, calls[0])

    with pytest.raises(NoSlotYet, match="The next turn comes in"):
        render_tile(stack.store, services, made, calls[1])

    assert len(fake.requests) == 1


def test_what_is_filtered_is_replaced_and_stays_counted(
    stack: Stack, services: Services, fake: FakeBedrock
) -> None:
    fake.faults = Faults(refuse=("Cubism",))
    three = {**FOUR, "styles": ["Cubism", "Baroque", "Op Art"], "masks": ["left"]}
    made, calls = planned(stack, services, **three, tiles=2, replace_refused=True, rows=1)
    for call in calls:
        render_tile(stack.store, services, made, call)
    assemble_collage(stack.store, services, made)

    manifest = stack.store.manifest(made)
    filtered = sum(record.fault == "filter_prompt" for record in fake.requests)
    assert filtered > 0
    assert len(fake.requests) == 2 + filtered
    assert manifest.usd == 0.14
    assert manifest.unsettled_usd == pytest.approx(0.07 * filtered)
    assert services.limits.spent() == pytest.approx(0.14 + 0.07 * filtered)


def test_an_estimate_is_refused_as_the_request_would_be(stack: Stack, services: Services) -> None:
    asked = parse({**SMALL, **FOUR, "strength": 0.5})

    with pytest.raises(InvalidRequest, match="strength: the engine bedrock has one for"):
        estimate(stack.store, services, SOURCE, asked)
    with pytest.raises(InvalidRequest, match="model: the engine bedrock cannot inpaint by"):
        planned(stack, services, **FOUR, model=models.CORE)
    with pytest.raises(InvalidRequest, match="negative_prompt: without a prompt"):
        planned(stack, services, recipe="erase", rects=["0:9x0:9"], negative_prompt="fog")


def test_an_upscaler_is_asked_for_by_its_name(
    stack: Stack, services: Services, fake: FakeBedrock
) -> None:
    asked = {**SMALL, **FOUR, "engine": "painter", "upscale": 4, "upscaler": "stable-fast-upscale"}
    made, calls = planned(stack, services, **asked)

    for call in calls:
        render_tile(stack.store, services, made, call)

    assert fake.bills == {"fast-upscale": 4}
    assert stack.store.plan(made).estimate.usd == 0.12
