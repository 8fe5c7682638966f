"""How many pictures a call asks for, and what becomes of a call that brings fewer."""

from typing import Any

import boto3
import pytest

from collage import plan
from collage.engines.openai.fetching import MOST_SECONDS
from collage.errors import NoSlotYet, PictureNotFetched
from collage.request.accepted import Accepted
from collage.services import Services
from collage.spending import batches
from collage.spending.accounts import Account
from collage.spending.batches import Batches
from collage.spending.limits import NEAR_SECONDS, Limits
from collage.steps import buy_tiles
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from collage.steps.render_tile import Rendering, render_tile
from collage.steps.start_collage import start
from collage.store.store import Store
from combinatoric_collage.local.template import parse
from tests.fake_openai import FakeOpenAI, Faults
from tests.infrastructure.shipped import ROOT
from tests.unit.conftest import Stack
from tests.unit.plans import accounts, models, planned
from tests.unit.provider import fake, services, told

__all__ = ["fake", "services"]

MODEL = "gpt-image-2.5-flare"
TEMPLATE = ROOT / "template.yaml"
SAMPLES: dict[str, Any] = {
    "recipe": "samples",
    "prompt": "a lighthouse",
    "engine": "openai",
    "quality": "low",
    "grid_size": 2,
    "size": 64,
}


def prepared(stack: Stack, services: Services, **options: Any) -> str:
    """The id of a collage that has come as far as its plan."""
    asked = SAMPLES | options
    made = start(stack.store, services, stack.runs, None, asked)["id"]
    make_masks(stack.store, services, made)
    plan_tiles(stack.store, services, made)
    return made


def render(store: Store, services: Services, made: str) -> Rendering:
    (call,) = range(len(store.plan(made).calls))
    return render_tile(store, services, made, store.plan(made).call(call))


def account(**settings: Any) -> Account:
    """OpenAI as a stack with these settings asks it."""
    return accounts(**settings)["openai"]


def asked_for(fake: FakeOpenAI) -> list[int]:
    return [record.n for record in fake.requests]


@pytest.mark.parametrize(
    ("per_minute", "burst", "expected"),
    [(5, 1, 1), (5, 10, 5), (300, 4, 4), (6000, 100, 10), (0.5, 10, 1), (5.9, 9, 5)],
)
def test_a_call_asks_for_no_more_than_the_account_may_have(
    per_minute: float, burst: int, expected: int
) -> None:
    given = account(images_per_minute=per_minute, burst=burst)

    assert batches.most(10, given, MODEL, "low") == expected


@pytest.mark.parametrize(
    ("quality", "seconds", "expected"),
    [
        ("low", 600, 10),
        ("high", 600, 4),
        ("high", 800, 5),
        ("max", 600, 2),
        (None, 600, 2),
        ("low", 60, 2),
        ("high", 60, 1),
    ],
)
def test_a_call_asks_for_no_more_than_its_time_allows(
    quality: str | None, seconds: float, expected: int
) -> None:
    given = account(images_per_minute=6000, burst=100, timeout=seconds)

    assert batches.most(10, given, MODEL, quality) == expected


def test_slow_qualities_go_out_fewer_at_a_time_under_the_same_keys() -> None:
    given = accounts(images_per_minute=6000, burst=100)
    slow = planned(**SAMPLES | {"grid_size": 3, "quality": "high"}).tiles

    assert [len(call) for call in batches.of(slow, given)] == [4, 4, 1]


def test_a_plan_divides_its_tiles_into_calls_that_the_account_takes() -> None:
    tiles = planned(**SAMPLES | {"grid_size": 3}).tiles

    calls = batches.of(tiles, accounts(images_per_minute=5, burst=10))

    assert calls == ((0, 1, 2, 3, 4), (5, 6, 7, 8))
    assert len({tile.key for tile in tiles}) == 9


def test_the_pace_decides_no_key() -> None:
    asked = planned(**SAMPLES)
    again = plan.make(
        Accepted(id=asked.id, source=None, request=asked.request),
        asked.styles,
        asked.prepared,
        models(),
        accounts(images_per_minute=1),
    )

    assert [tile.key for tile in again.tiles] == [tile.key for tile in asked.tiles]
    assert (len(asked.calls), len(again.calls)) == (1, 4)


def test_what_came_is_kept_and_the_rest_asked_for_singly(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    made = prepared(stack, services)
    fake.most = 2

    rendering = render(stack.store, services, made)

    assert asked_for(fake) == [4, 1, 1]
    assert fake.images == rendering.made == 4
    paid = [stack.store.sidecar(tile) for tile in stack.store.plan(made).tiles]
    assert sum(each.usd for each in paid if each) == pytest.approx(rendering.usd, abs=1e-5)
    assert services.limits.spent() == pytest.approx(rendering.usd)
    assert rendering.usd == pytest.approx(4 * 0.006, abs=1e-3)


def test_a_server_of_one_picture_a_call_is_remembered_by_all_processes(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    fake.most = 1
    render(stack.store, services, prepared(stack, services))
    fake.requests.clear()

    render(stack.store, services, prepared(stack, services, prompt="a barn"))
    other = told(fake)
    render(stack.store, other, prepared(stack, other, prompt="a mill"))

    assert asked_for(fake) == [1] * 8
    assert not other.batches(other.accounts["openai"]).single("another model")


def test_a_plan_of_larger_calls_is_asked_for_as_the_account_is_now(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    made = prepared(stack, services)
    slower = told(fake, burst=3)

    plan_tiles(stack.store, slower, made)
    render(stack.store, slower, made)

    assert stack.store.plan(made).calls == ((0, 1, 2, 3),)
    assert asked_for(fake) == [3, 1]


def test_only_what_did_not_come_is_replaced_after_a_refusal(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    made = prepared(stack, services)
    call = stack.store.plan(made).call(0)
    fake.most, fake.faults = 3, Faults({2: "moderation"})
    spare = call.tiles[0].model_copy(update={"prompt": "a barn"})
    with_spares = call.model_copy(update={"spares": ((spare,),) * 4})

    rendering = render_tile(stack.store, services, made, with_spares)

    assert rendering.refused
    assert [record.prompt for record in fake.requests] == ["a lighthouse"] * 2 + ["a barn"]


def test_what_has_no_time_is_left_to_another_invocation(
    stack: Stack, services: Services, fake: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = prepared(stack, services)
    fake.most = 1
    monkeypatch.setattr(buy_tiles, "ALL_ASKED_BY", services.accounts["openai"].settings.timeout)

    for left in (3, 2, 1):
        with pytest.raises(NoSlotYet, match=f"{left} more tiles of the call"):
            render(stack.store, services, made)
    render(stack.store, services, made)

    assert asked_for(fake) == [4, 1, 1, 1]


@pytest.mark.parametrize("then", ["429", "504", "moderation"])
def test_a_picture_that_was_paid_for_and_lost_is_not_paid_for_by_a_retry_of_others(
    stack: Stack, services: Services, fake: FakeOpenAI, then: str
) -> None:
    made = prepared(stack, services)
    fake.most, fake.faults = 2, Faults({1: "lost_item", 2: then})

    with pytest.raises(PictureNotFetched):
        render(stack.store, services, made)

    first, second, *_ = stack.store.plan(made).tiles
    assert asked_for(fake)[:2] == [4, 1]
    assert stack.store.sidecar(first) is None
    assert stack.store.sidecar(second) is not None


def test_the_last_call_of_an_invocation_ends_within_the_function() -> None:
    function = render_tile_seconds()

    # A turn is waited for, the pictures are fetched, and what came is written.
    assert function >= buy_tiles.ALL_ASKED_BY + NEAR_SECONDS + MOST_SECONDS + 10


def render_tile_seconds() -> int:
    resource = parse(TEMPLATE.read_text(encoding="utf-8"), TEMPLATE)["Resources"]
    return int(resource["RenderTileFunction"]["Properties"]["Timeout"])


def test_what_is_known_of_a_server_is_forgotten_with_its_time(
    limits_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = Limits(boto3.client("dynamodb"), limits_table, daily_usd=1)
    Batches(limits, "server").note(MODEL)
    assert Batches(limits, "server").single(MODEL)
    assert not Batches(limits, "other").single(MODEL)

    boto3.client("dynamodb").update_item(
        TableName=limits_table,
        Key={"name": {"S": f"single#server#{MODEL}"}},
        UpdateExpression="SET expires = :past",
        ExpressionAttributeValues={":past": {"N": "1"}},
    )

    assert not Batches(limits, "server").single(MODEL)


def test_without_the_table_a_process_remembers_for_itself(limits_table: str) -> None:
    limits = Limits(boto3.client("dynamodb"), "no-such-table", daily_usd=1)
    known = Batches(limits, "server")

    assert not known.single(MODEL)
    known.note(MODEL)
    assert known.single(MODEL)
