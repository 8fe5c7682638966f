"""What is remembered of draws that were refused, and of requests that may be billed for nothing."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from collage.engines.openai.settings import OpenAISettings
from collage.errors import (
    BudgetExhausted,
    EngineUnavailable,
    MaxUsdReached,
    NotKept,
    RateLimited,
    Refused,
    TimedOut,
)
from collage.notes import Unsettled
from collage.owners.owner import Owner
from collage.services import Services
from collage.settings import Settings
from collage.steps.list_styles import list_styles
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from collage.steps.render_tile import render_tile
from collage.steps.start_collage import start
from collage.tile import Call, Tile
from tests.fake_openai import FakeOpenAI, Faults
from tests.unit.conftest import COLLAGES, UPLOADS, Stack
from tests.unit.provider import fake, services

__all__ = ["fake", "services"]

ONE: dict[str, Any] = {
    "recipe": "samples",
    "prompt": "a lighthouse",
    "engine": "openai",
    "quality": "low",
    "grid_size": 1,
    "size": 64,
}


def spent(services: Services) -> float:
    """Dollars that are counted for the day."""
    return services.limits.spent()


def started(stack: Stack, services: Services, **more: Any) -> str:
    """The id of a collage that was asked for and has come as far as its plan."""
    again = more.pop("retry_refused", False)
    by = more.pop("by", None)
    asked = ONE | more
    made = start(stack.store, services, stack.runs, None, asked, retry_refused=again, by=by)["id"]
    make_masks(stack.store, services, made)
    plan_tiles(stack.store, services, made)
    return made


def call(stack: Stack, made: str, *spares: str) -> Call:
    """The collage's only call, with spares of these prompts."""
    found = stack.store.plan(made).call(0)
    tile = found.tiles[0]
    others = (tuple(other(tile, p) for p in spares),) if spares else ()
    return found.model_copy(update={"spares": others})


def other(tile: Tile, prompt: str) -> Tile:
    return tile.model_copy(update={"prompt": prompt})


def prompts(fake: FakeOpenAI) -> list[str | None]:
    """What was asked for since this was looked at last."""
    found = [record.prompt for record in fake.requests]
    fake.requests.clear()
    return found


def test_a_retry_goes_on_with_the_next_spare(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    made = started(stack, services)
    spared = call(stack, made, "a barn", "a mill")
    fake.faults = Faults(
        refuse=("lighthouse", "barn"), prompts={"mill": ("429",)}, retry_after=0.01
    )

    with pytest.raises(RateLimited):
        render_tile(stack.store, services, made, spared)
    assert prompts(fake) == ["a lighthouse", "a barn", "a mill"]
    rendering = render_tile(stack.store, services, made, spared)

    assert prompts(fake) == ["a mill"]
    assert (rendering.made, rendering.refused) == (1, True)


def test_what_is_refused_whole_is_asked_once(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    made = started(stack, services)
    spared = call(stack, made, "a barn")
    fake.faults = Faults(refuse=("a ",))

    for _ in range(3):
        with pytest.raises(Refused, match="The safety system has rejected"):
            render_tile(stack.store, services, made, spared)

    assert prompts(fake) == ["a lighthouse", "a barn"]


def test_refusals_are_asked_again_when_somebody_says_so_and_then_once(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    made = started(stack, services)
    refused = call(stack, made)
    fake.faults = Faults(refuse=("lighthouse",))
    with pytest.raises(Refused):
        render_tile(stack.store, services, made, refused)
    prompts(fake)

    assert started(stack, services, retry_refused=True) == made
    for _ in range(2):
        with pytest.raises(Refused):
            render_tile(stack.store, services, made, refused)

    assert prompts(fake) == ["a lighthouse"]
    fake.faults = Faults()
    assert started(stack, services, retry_refused=True) == made
    assert render_tile(stack.store, services, made, refused).made == 1


def test_a_refusal_of_one_collage_is_none_of_another(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    made, again = started(stack, services), started(stack, services, cell=32)
    fake.faults = Faults({1: "moderation"})
    with pytest.raises(Refused):
        render_tile(stack.store, services, made, call(stack, made))

    assert render_tile(stack.store, services, again, call(stack, again)).made == 1


def test_requests_that_may_be_billed_for_nothing_are_noted(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    made = started(stack, services)
    fake.faults = Faults({1: "504", 2: "429", 3: "504"})
    for error in (TimedOut, RateLimited, TimedOut):
        with pytest.raises(error):
            render_tile(stack.store, services, made, call(stack, made))

    (tile,) = stack.store.plan(made).tiles
    noted = stack.store.unsettled(made)[tile.key]
    assert noted.requests == 2
    assert noted.usd == pytest.approx(spent(services))


def test_a_picture_that_s3_does_not_take_was_paid_for(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    made = started(stack, services)

    def lost(params: dict[str, Any], **_: Any) -> None:
        if "tiles/" in params["url_path"]:
            raise EndpointConnectionError(endpoint_url="https://s3")

    stack.store.s3.meta.events.register("before-call.s3.PutObject", lost)
    with pytest.raises(NotKept, match="The picture came, and was not kept"):
        render_tile(stack.store, services, made, call(stack, made))

    assert fake.images == 1
    assert spent(services) > 0
    assert [note.requests for note in stack.store.unsettled(made).values()] == [1]


def asking_for_styles(stack: Stack, services: Services) -> str:
    """The id of a collage whose styles a language model is to list."""
    asked = {"recipe": "matrix", "subjects": ["a barn"], "style_count": 2, "engine": "openai"}
    return start(stack.store, services, stack.runs, None, asked)["id"]


def test_a_key_that_is_not_there_leaves_nothing_counted(
    stack: Stack, limits_table: str, fake: FakeOpenAI
) -> None:
    services = Services(
        Settings(uploads_bucket=UPLOADS, collages_bucket=COLLAGES, limits_table=limits_table),
        {"openai": OpenAISettings(secret="no-such-key", base_url=fake.base_url)},
    )
    made = asking_for_styles(stack, services)

    with pytest.raises(EngineUnavailable, match="there is none of that name"):
        list_styles(stack.store, services, made)

    assert spent(services) == 0


def test_a_list_that_s3_does_not_take_was_paid_for(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    made = asking_for_styles(stack, services)

    def lost(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://s3")

    stack.store.s3.meta.events.register("before-call.s3.PutObject", lost)
    with pytest.raises(NotKept, match="The list of styles came, and was not kept"):
        list_styles(stack.store, services, made)

    assert spent(services) > 0


@pytest.mark.parametrize(("first", "counted"), [({"styles": ["Cubism"]}, True), (None, False)])
def test_a_model_that_has_answered_once_was_paid_whatever_comes_after(
    stack: Stack, services: Services, fake: FakeOpenAI, first: Any, counted: bool
) -> None:
    made = asking_for_styles(stack, services)
    fake.say([first] if first else [])
    fake.faults = Faults({2 if first else 1: "429"})

    with pytest.raises(RateLimited):
        list_styles(stack.store, services, made)

    assert (spent(services) > 0) is counted


def test_a_collage_stops_at_its_max_usd(stack: Stack, services: Services, fake: FakeOpenAI) -> None:
    price = stack.store.plan(started(stack, services)).estimate.usd
    made = started(stack, services, max_usd=2.5 * price)
    fake.faults = Faults(rate=1, kinds=("504",))
    for error in (TimedOut, TimedOut, MaxUsdReached):
        with pytest.raises(error):
            render_tile(stack.store, services, made, call(stack, made))

    assert prompts(fake) == ["a lighthouse"] * 2
    (noted,) = stack.store.unsettled(made).values()
    assert noted == Unsettled(requests=2, usd=round(2 * price, 6))


def test_a_collage_stops_at_its_owners_share_of_the_day(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    price = stack.store.plan(started(stack, services)).estimate.usd
    shares = {"owners": "on", "person_daily_usd": 1.5 * price}
    apart = replace(services, settings=services.settings.model_copy(update=shares))
    anna, bert = (started(stack, apart, by=Owner(who=f"user/{n}")) for n in ("anna", "bert"))
    fake.faults = Faults(rate=1, kinds=("504",))

    for made, error in ((anna, TimedOut), (anna, BudgetExhausted), (bert, TimedOut)):
        with pytest.raises(error):
            render_tile(stack.store, apart, made, call(stack, made))

    assert len(prompts(fake)) == 2
