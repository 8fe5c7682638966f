"""The costs' calculation: what it counts is what the library and the workflow do."""

from collections import Counter
from contextlib import suppress

import boto3
import pytest

from benchmarks import costs
from benchmarks.shipped import template
from collage.engines.provider import Quota
from collage.errors import NoSlotYet
from collage.spending.limits import Limits
from collage.spending.purchase import buy
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from collage.steps.render_tile import render_tile
from collage.steps.start_collage import start
from tests.unit.pictures import encode, noise
from tests.unit.plans import planned
from tests.unit.spending.test_purchase import UNBOUNDED, Engine


def test_the_tables_in_the_docs_are_current():
    text = costs.DOCS.read_text()

    assert costs.document(text) == text


def test_a_tile_is_the_start_of_a_child_and_its_one_state():
    assert costs.transitions(100, 100) - costs.transitions(0, 0) == 200
    # AnnounceStart, NeedStyles, MakeMasks, PlanTiles, ChooseEngine, RenderTiles, AssembleCollage,
    # Announce and Completed at least.
    assert costs.transitions(0, 0) >= 9
    assert costs.transitions(130, 100) - costs.transitions(100, 100) == 30


def test_a_shard_is_states_of_the_run_itself():
    assert 0 < costs.transitions_on_gpu() <= costs.transitions(0, 0) + 2


def test_attempts_follow_from_the_pace_and_are_paid_for():
    made = costs.attempts(100)
    bill = costs.bill(100, "openai")

    assert made.made == 100
    # A turn every twelve seconds, and calls that look for theirs every few.
    assert 3 < made.attempts.total() / 100 < 5
    assert made.seconds == pytest.approx(100 * 12 + 30, rel=0.05)
    assert bill.items["DynamoDB"] > 3 * 100 * costs.SENT_BACK_WRITES * costs.TABLE_WRITE


def test_a_gpu_is_paid_for_from_its_start_until_it_is_let_go():
    none = costs.gpu_hours(0)
    hundred, many = costs.bill(100, "diffusion"), costs.bill(10_000, "diffusion")

    assert none > 0.25
    assert costs.gpu_hours(10_000) > 20 * costs.gpu_hours(100)
    for name in costs.gpu(100):
        assert 0 < hundred.items[name] < many.items[name]
        assert costs.bill(100).items[name] == 0
    price = hundred.items["GPU instance, on demand"] / costs.gpu_hours(100)
    assert price == pytest.approx(costs.INSTANCES[costs.GPU_INSTANCE])


def test_the_gpu_and_its_disk_are_those_of_the_template():
    disk = template()["Resources"]["GpuLaunchTemplate"]["Properties"]["LaunchTemplateData"]
    (device,) = disk["BlockDeviceMappings"]

    assert template()["Parameters"]["GpuInstanceType"]["Default"] == costs.GPU_INSTANCE
    assert device["Ebs"]["VolumeSize"] == costs.DISK_GB
    assert device["Ebs"]["Throughput"] == costs.DISK_THROUGHPUT


def updates(limits, work):
    """How many updates of the table some work makes."""
    requests = Counter()
    limits.dynamodb.meta.events.register(
        "before-call.dynamodb", lambda model, **_: requests.update([model.name])
    )
    work()
    return requests["UpdateItem"]


@pytest.mark.parametrize("turn_is_near", [True, False])
def test_an_attempt_writes_into_the_table_as_often_as_is_counted(limits_table, turn_is_near):
    limits = Limits(boto3.client("dynamodb"), limits_table, daily_usd=9)
    quotas = [Quota("openai", per_minute=1)]
    if not turn_is_near:
        limits.wait_for_turn(quotas, 1)
    engine = Engine(end=lambda: 0.01)

    def attempt():
        with suppress(NoSlotYet):
            tiles = planned(engine="openai").tiles[:1]
            buy(limits, quotas, engine, tiles, None, None, 0.04, UNBOUNDED)

    counted = costs.TABLE_WRITES if turn_is_near else costs.SENT_BACK_WRITES
    assert updates(limits, attempt) == counted
    assert len(engine.asked) == turn_is_near


@pytest.mark.parametrize(
    ("size", "files"), [((1, 1), 2), ((510, 510), 11), ((1020, 510), 2 + 11), ((1021, 510), 15)]
)
def test_a_pyramid_has_the_tiles_of_every_level_and_a_description(size, files):
    assert costs.pyramid(*size) == files


def test_more_tiles_cost_more_of_everything_that_is_counted_by_the_tile():
    few, many = costs.bill(100), costs.bill(10_000)

    assert few.total == pytest.approx(sum(few.items.values()))
    assert all(few.items[name] <= many.items[name] for name in few.items)
    assert 50 < many.total / few.total < 110


def test_waiting_for_a_provider_is_paid_for_by_the_second():
    waiting = costs.attempts(100).busy_seconds
    least = waiting * costs.memory_gb("RenderTile") * costs.GB_SECOND

    assert waiting > 100 * 30
    assert least < costs.bill(100, "openai").items["Lambda"] < 1.2 * least


def test_a_tile_takes_the_requests_that_are_counted_for_it(stack):
    asked = {"rows": 1, "cols": 2, "size": 64, "cell": 32, "styles": ["Cubism", "Baroque"]}
    source = stack.put("uploads/photo.png", encode(noise((64, 64), 1)))
    started = start(stack.store, stack.services, stack.runs, source, asked)
    make_masks(stack.store, stack.services, started["id"])
    plan_tiles(stack.store, stack.services, started["id"])
    made = stack.store.plan(started["id"])
    render_tile(stack.store, stack.services, started["id"], made.call(0))
    requests = Counter()
    stack.store.s3.meta.events.register(
        "before-call.s3", lambda model, **_: requests.update([model.name])
    )

    render_tile(stack.store, stack.services, started["id"], made.call(1))

    # The process knows by now what all tiles share, but this tile's mask.
    tiles = len(made.call(1).tiles)
    reads, writes = costs.RENDER_REQUESTS
    assert requests["PutObject"] == writes * tiles
    assert reads * tiles <= requests["GetObject"] <= reads * tiles + 1
    assert set(requests) == {"PutObject", "GetObject"}
