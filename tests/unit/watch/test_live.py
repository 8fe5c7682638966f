"""What has changed of a collage: which tiles are told of, by how many requests, and how often."""

import base64
import zlib
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from collage.errors import InvalidRequest
from collage.progress import Progress
from collage.watch.live import AHEAD, LONGEST, Told, news, pace
from collage.watch.look import Pulse
from collage.watch.runs import Execution, Items
from tests.unit.runs import prepare, render

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def under_way(phase, seconds=0.0, ended=0, total=100):
    """A run at so many seconds, of which so many calls have ended."""
    record = Progress(
        id="a" * 20,
        run="a" * 20,
        created=BEGAN.isoformat(),
        source=None,
        tiles={"total": total},
        calls=total,
    )
    run = Execution("a" * 20, "RUNNING", BEGAN, None)
    items = Items(ended, total, BEGAN) if phase == "tiles" else None
    return Pulse(record, run, phase, items, at=BEGAN + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (under_way("start"), 2),
        (under_way("styles", 20), 5),
        (under_way("tiles", 600), 15),
        # Two tiles later, whatever one takes, but neither too soon nor too late.
        (under_way("tiles", 20, ended=40), 2),
        (under_way("tiles", 90, ended=50), 4),
        (under_way("tiles", 600, ended=50), 15),
        # The last tile is not waited for longer than it takes.
        (under_way("tiles", 594, ended=99), 6),
        (under_way("tiles", 600, ended=100), 2),
        (under_way("assembly", 600), 3),
    ],
)
def test_how_long_to_wait_goes_by_how_fast_tiles_end(now, seconds):
    assert pace(now) == seconds


@pytest.mark.parametrize(
    "bits", [0, 1, 1 << 199_999, (1 << 200_000) - 1, 0b1011 << 900], ids=int.bit_length
)
def test_what_was_told_is_the_same_after_it_was_written(bits):
    written = Told(bits).written

    assert Told.read(written) == Told(bits)
    assert len(written) < 400


SCATTERED = int.from_bytes(bytes((i * i * 37 + i // 7) % 256 for i in range(5_000)), "little")
"""Forty thousand bits that zlib finds nothing to shorten in."""


@pytest.mark.parametrize("first", [0, 7, 960_000])
def test_whatever_they_can_be_told_of_fits_into_an_address(first):
    told = Told((SCATTERED & ~1) << first | (1 << first) - 1)

    assert Told.read(told.written) == told
    assert len(told.written) < LONGEST


def test_of_tiles_far_ahead_they_are_told_once_the_first_ones_have_ended():
    told = Told().and_at(range(1, 30_000))

    assert told.untold(200_000) == [0, *range(30_000, AHEAD)]
    assert told.and_at(range(30_000, AHEAD)).untold(200_000) == [0]
    assert told.and_at([0]).untold(200_000) == list(range(30_000, 30_000 + AHEAD))
    assert told.and_at([0]).untold(30_002) == [30_000, 30_001]


def by_index(bits):
    """What the version before wrote of the tiles by their indices, here in its own words."""
    data = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return base64.urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")


def test_what_an_earlier_version_wrote_is_read_by_the_order_of_the_plan(stack, run):
    made, calls, ended = run
    render(stack, made, calls[:3])
    ended["calls"] = 3
    plan = stack.store.plan(made)
    backwards = plan.model_copy(update={"waves": (tuple(reversed(plan.waves[0])),)})
    before = Told.read(by_index(0b110))

    assert before.written == by_index(0b110)
    assert before.placed(plan.order) == Told(0b110)
    assert before.placed(backwards.order) == Told(0b11 << 27)
    found = news(stack.store, stack.runs, made, before, None)
    assert ([tile.index for tile in found.tiles], found.told) == ([0], Told(0b111))


@pytest.mark.parametrize(
    "text", [".", "3", "x.eJwDAAAAAAE", "-1.eJwDAAAAAAE", "9999999.eJwDAAAAAAE"]
)
def test_what_nobody_wrote_is_refused(text):
    with pytest.raises(InvalidRequest, match="after: give the `next` of the answer before"):
        Told.read(text)


@pytest.fixture
def counted(stack):
    """The requests that are made of the store from then on."""
    asked = Counter()
    stack.store.s3.meta.events.register(
        "before-call.s3", lambda model, **_: asked.update([model.name])
    )
    return asked


@pytest.fixture
def run(stack, monkeypatch):
    """A run of thirty tiles under way; how many of its calls have ended is what a test says."""
    made, calls = prepare(stack, rows=5, cols=6)
    ended = Counter()
    began = stack.runs.latest(made).started
    monkeypatch.setattr("collage.watch.runs.Runs.entered", lambda *_: ["RenderTiles"])
    monkeypatch.setattr(
        "collage.watch.runs.Runs.items", lambda *_: Items(ended["calls"], len(calls), began)
    )
    return made, calls, ended


def test_looking_where_nothing_has_changed_reads_one_object_and_lists_nothing(stack, run, counted):
    made, _, _ = run
    first = news(stack.store, stack.runs, made, Told(), None)
    counted.clear()

    again = news(stack.store, stack.runs, made, first.told, first.tag)

    assert again.seen is None
    assert counted == {"GetObject": 1}


def test_a_tile_that_has_ended_takes_few_requests_to_be_found(stack, run, counted):
    made, calls, ended = run
    render(stack, made, calls[:20])
    ended["calls"] = 20
    known = news(stack.store, stack.runs, made, Told(), None)
    render(stack, made, [calls[22]])
    ended["calls"] = 21
    counted.clear()

    found = news(stack.store, stack.runs, made, known.told, known.tag)

    assert [tile.index for tile in known.tiles] == list(range(20))
    assert [tile.index for tile in found.tiles] == [22]
    # progress.json, and eight sidecars where tiles may have ended; nothing failed, so no failures.
    assert counted == {"GetObject": 9, "ListObjectsV2": 1}


def test_tiles_far_behind_are_found_in_their_turn(stack, run):
    made, calls, ended = run
    far = news(stack.store, stack.runs, made, Told((1 << 3) - 1), None)
    assert far.tiles == []
    render(stack, made, [calls[29]])
    ended["calls"] = 4

    found = news(stack.store, stack.runs, made, far.told, far.tag)

    assert [tile.index for tile in found.tiles] == [29]
    assert len(found.told) == 4


def test_what_was_there_before_a_run_counts_but_says_nothing_of_its_rate():
    record = Progress(
        id="c" * 20, run="c", created="2026-01-01T00:00:00+00:00", source=None,
        tiles={"total": 100}, calls=50, calls_there=40,
    )  # fmt: skip
    run = Execution("c", "RUNNING", BEGAN, None)
    now = Pulse(record, run, "tiles", Items(5, 10, BEGAN), at=BEGAN + timedelta(seconds=30))

    assert now.ended == 90
    assert now.seconds_left == 30
    assert pace(now) == 6
