"""The pace of all runs of an account, kept in one table."""

from itertools import count, pairwise
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collage.engines.provider import Quota, concurrency
from collage.errors import NoSlotYet
from collage.spending import limits
from collage.spending.limits import LONGEST_HOLD, NEAR_SECONDS, Limits
from tests.unit.spending.paced import NOON, Clock, Paced, item, limited, make


def line(table: Any) -> float:
    """When the line ends, in seconds from noon."""
    return item(table, "pace#openai")["next"] / 1000 - NOON


def turn(limits: Paced, clock: Clock, at: float, pictures: int = 1) -> float:
    """When a call that comes at a time gets its turn; both in seconds from noon."""
    clock.now = NOON + at
    limits.wait_for_turn(pictures)
    return round(clock.now - NOON, 3)


def test_turns_are_spaced_by_the_pace(table: Any, clock: Clock) -> None:
    paced = make(table, per_minute=60)

    assert [turn(paced, clock, 0) for _ in range(5)] == [0, 1, 2, 3, 4]


def test_the_table_holds_when_the_line_ends_and_when_to_forget_it(table: Any, clock: Clock) -> None:
    paced = make(table, per_minute=60)

    paced.wait_for_turn(1)
    assert line(table) == 1
    clock.now = NOON
    paced.wait_for_turn(2)
    assert line(table) == 3
    assert clock.slept == [0, 1]
    kept = item(table, "pace#openai")["expires"] - NOON
    assert kept == pytest.approx(limits.KEEP_DAYS * 86400, abs=10)


def test_a_burst_goes_at_once_and_no_more_than_that(table: Any, clock: Clock) -> None:
    paced = make(table, per_minute=60, burst=3)

    assert [turn(paced, clock, 0) for _ in range(6)] == [0, 0, 0, 1, 2, 3]


def test_the_burst_comes_back_at_the_pace(table: Any, clock: Clock) -> None:
    paced = make(table, per_minute=60, burst=3)
    for _ in range(3):
        turn(paced, clock, 0)

    assert [turn(paced, clock, 2) for _ in range(3)] == [2, 2, 3]


def test_an_idle_line_saves_nothing_beyond_the_burst(table: Any, clock: Clock) -> None:
    paced = make(table, per_minute=60, burst=2)
    turn(paced, clock, 0)

    assert [turn(paced, clock, 3600) for _ in range(4)] == [3600, 3600, 3601, 3602]


def test_a_call_of_many_pictures_takes_as_many_turns(table: Any, clock: Clock) -> None:
    paced = make(table, per_minute=60)

    assert turn(paced, clock, 0, pictures=3) == 0
    assert turn(paced, clock, 0) == 3


def test_a_call_of_many_pictures_waits_until_the_burst_has_room_for_all(
    table: Any, clock: Clock
) -> None:
    paced = make(table, per_minute=60, burst=10)

    assert turn(paced, clock, 0, pictures=5) == 0
    assert turn(paced, clock, 0, pictures=10) == 5


def test_a_call_larger_than_the_burst_still_gets_its_turn(table: Any, clock: Clock) -> None:
    paced = make(table, per_minute=60, burst=2)

    assert turn(paced, clock, 0, pictures=4) == 0
    assert turn(paced, clock, 0) == 3


def test_a_far_turn_is_not_taken(table: Any, clock: Clock) -> None:
    paced = make(table, per_minute=60)
    paced.wait_for_turn(8)

    with pytest.raises(NoSlotYet, match=r"The next turn comes in 8 s\."):
        paced.wait_for_turn(1)

    assert line(table) == 8
    assert clock.slept == [0]


@pytest.mark.parametrize("burst", [1, 4])
def test_how_far_is_too_far_does_not_depend_on_the_burst(
    table: Any, clock: Clock, burst: int
) -> None:
    paced = make(table, per_minute=60, burst=burst)
    waits = [turn(paced, clock, 0) for _ in range(burst + int(NEAR_SECONDS))]

    assert waits[-1] == NEAR_SECONDS
    with pytest.raises(NoSlotYet):
        turn(paced, clock, 0)


def test_accounts_have_lines_of_their_own(table: Any, clock: Clock) -> None:
    one, other = (make(table, name=name) for name in ("one", "other"))
    turn(one, clock, 0)

    assert turn(other, clock, 0) == 0
    assert turn(one, clock, 0) == 1


def test_two_that_find_the_line_idle_do_not_both_go(table: Any, clock: Clock) -> None:
    paced = make(table, per_minute=60)
    tries: list[str] = []

    def overtake(params: dict[str, Any], **_: Any) -> None:
        tries.append(params["ConditionExpression"])
        if len(tries) == 2:
            rival.wait_for_turn(1)

    events = paced.limits.dynamodb.meta.events
    events.register("provide-client-params.dynamodb.UpdateItem", overtake)
    rival = make(boto3.client("dynamodb"), per_minute=60)

    paced.wait_for_turn(1)

    assert len(tries) == 3
    assert clock.slept == [0, 1]
    assert line(table) == 2


def test_a_hold_delays_all_turns_and_leaves_no_burst_behind_it(table: Any, clock: Clock) -> None:
    paced = make(table, per_minute=60, burst=3)

    paced.hold(4)

    assert [turn(paced, clock, 0) for _ in range(2)] == [4, 5]


def test_a_hold_never_brings_a_turn_forward(table: Any, clock: Clock) -> None:
    paced = make(table, per_minute=60)
    turn(paced, clock, 0, pictures=5)

    paced.hold(2)

    assert turn(paced, clock, 0) == 5


def test_a_long_hold_gives_the_turn_back(table: Any, clock: Clock) -> None:
    paced = make(table, per_minute=60)

    paced.hold(60)

    with pytest.raises(NoSlotYet, match="60 s"):
        turn(paced, clock, 0)
    assert turn(paced, clock, 60) == 60


def test_nobody_is_held_for_ever(table: Any, clock: Clock) -> None:
    paced = make(table)

    paced.hold(1e300)

    assert turn(paced, clock, LONGEST_HOLD) == LONGEST_HOLD


def turns_of(limits: Limits, quotas: list[Quota], clock: Clock, count: int) -> list[Any]:
    """Whose turns so many calls get that all come at noon, and when, in seconds from that."""
    got = []
    for _ in range(count):
        clock.now = NOON
        quota = limits.wait_for_turn(quotas, 1)
        got.append((quota.place, round(clock.now - NOON, 3)))
    return got


def test_of_several_quotas_a_call_takes_the_earliest_turn(table: Any, clock: Clock) -> None:
    slow, quick = Quota("a", per_minute=20, place="one"), Quota("b", per_minute=60, place="other")

    got = turns_of(limited(table), [slow, quick], clock, 8)

    assert got[:2] == [("one", 0), ("other", 0)]
    assert sorted(got[2:]) == [
        ("one", 3), ("other", 1), ("other", 2), ("other", 3), ("other", 4), ("other", 5)
    ]  # fmt: skip


def test_three_quotas_give_three_times_the_turns_of_one(table: Any, clock: Clock) -> None:
    three = [Quota(f"model#{place}", per_minute=20, place=place) for place in ("a", "b", "c")]

    got = turns_of(limited(table), three, clock, 6)

    assert sorted(got) == [(place, at) for place in ("a", "b", "c") for at in (0, 3)]


def test_a_hold_is_of_one_quota_alone(table: Any, clock: Clock) -> None:
    one, other = Quota("a", per_minute=60, place="one"), Quota("b", per_minute=60, place="other")
    limits = limited(table)

    limits.hold(one, 60)

    assert turns_of(limits, [one, other], clock, 3) == [("other", 0), ("other", 1), ("other", 2)]


def test_when_every_quota_is_far_off_the_nearest_is_told_and_none_taken(
    table: Any, clock: Clock
) -> None:
    one, other = Quota("a", per_minute=60), Quota("b", per_minute=60)
    limits = limited(table)
    limits.hold(one, 60)
    limits.hold(other, 40)

    with pytest.raises(NoSlotYet, match=r"The next turn comes in 40 s\."):
        limits.wait_for_turn([one, other], 1)

    assert item(table, "pace#a")["next"] / 1000 - NOON == 60
    assert item(table, "pace#b")["next"] / 1000 - NOON == 40


examples = count()
"""Numbers for lines that no example shares with another."""

paces = st.sampled_from([5.0, 60.0, 600.0, 90.0])

calls = st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 4)), min_size=1, max_size=25)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(per_minute=paces, burst=st.integers(1, 6), calls=calls)
def test_no_window_ever_holds_more_than_the_burst_and_the_pace(
    table: Any, clock: Clock, per_minute: float, burst: int, calls: list[Any]
) -> None:
    key = f"example {next(examples)}"
    paced = make(table, per_minute, burst, key)
    arrival, turns, refused = 0.0, [], 0
    for gap, pictures in calls:
        arrival += gap / 1000
        before = item(table, f"pace#{key}")
        try:
            turns.append((turn(paced, clock, arrival, pictures), pictures))
        except NoSlotYet:
            refused += 1
            assert item(table, f"pace#{key}") == before

    assert len(turns) + refused == len(calls)
    assert all(one <= other for (one, _), (other, _) in pairwise(turns))
    for first in range(len(turns)):
        for last in range(first, len(turns)):
            window = turns[last][0] - turns[first][0]
            made = sum(pictures for _, pictures in turns[first : last + 1])
            # A call is never cut in pieces: one that is larger than the burst goes whole.
            assert made <= max(burst, turns[last][1]) + window * per_minute / 60 + 0.01


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    per_minute=paces,
    burst=st.integers(1, 6),
    gaps=st.lists(st.integers(0, 3000), min_size=1, max_size=25),
)
def test_no_turn_is_lost(
    table: Any, clock: Clock, per_minute: float, burst: int, gaps: list[int]
) -> None:
    """Each call that gets a turn gets it as soon as a bucket of tokens would have let it in."""
    key = f"example {next(examples)}"
    paced = make(table, per_minute, burst, key)
    arrival, full_at = 0.0, 0.0
    for gap in gaps:
        arrival += gap / 1000
        # The time at which the bucket is full again tells how many tokens are in it.
        empty_until = max(arrival, full_at) - (burst - 1) * paced.quota.interval
        expected = max(arrival, empty_until)
        try:
            assert turn(paced, clock, arrival) == pytest.approx(expected, abs=0.02)
        except NoSlotYet:
            assert expected - arrival > NEAR_SECONDS - 0.02
        else:
            full_at = max(arrival, full_at) + paced.quota.interval


@pytest.mark.parametrize(
    ("per_minute", "latency", "most", "expected"),
    [
        (5, 30, 40, 5),
        (600, 0.5, 40, 9),
        (600, 30, 40, 40),
        (600, 30, 1000, 451),
        (0.1, 1, 40, 2),
        (60, 1, 1, 1),
    ],
)
def test_as_many_calls_are_under_way_as_keep_the_pace(
    per_minute: float, latency: float, most: int, expected: int
) -> None:
    assert concurrency([Quota("openai", per_minute)], latency, most) == expected


@given(st.floats(0.1, 6000), st.floats(0.1, 240), st.integers(1, 1000))
def test_the_calls_under_way_follow_littles_law(
    per_minute: float, latency: float, most: int
) -> None:
    needed = latency * per_minute / 60

    found = concurrency([Quota("openai", per_minute)], latency, most)

    assert 1 <= found <= most
    assert found == most or needed < found <= 1.5 * needed + 2
