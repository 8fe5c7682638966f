"""The simulation of an account: what it says of the shipped workflow, and of a worse one."""

import pytest

from benchmarks import account, throttling
from benchmarks.account import LATER, THROTTLED, Retrier, Step, Work
from collage.engines.provider import Quota
from collage.spending.limits import NEAR_SECONDS

FEW = Retrier(frozenset({THROTTLED}), interval=1, rate=2, cap=30, attempts=6)


@pytest.mark.parametrize(("engine", "tiles"), [("painter", 1500), ("openai", 150)])
def test_a_new_account_makes_every_tile(engine, tiles):
    outcome = throttling.outcome(engine, tiles, seed=7)

    assert (outcome.made, outcome.failed) == (tiles, 0)
    assert outcome.attempts[THROTTLED] > 0


def test_few_attempts_and_a_record_that_nobody_catches_end_the_map():
    tries = {name: Step((FEW,), caught=False) for name in ("RenderTile", "RecordCall")}

    outcome = throttling.outcome("painter", 1500, seed=7, tries=tries)

    assert outcome.cut_short
    assert outcome.made < 1500


def test_a_record_that_fails_and_is_caught_loses_its_tile_only():
    tries = {name: Step((FEW,), caught=True) for name in ("RenderTile", "RecordCall")}

    outcome = throttling.outcome("painter", 1500, seed=7, tries=tries)

    assert not outcome.cut_short
    assert outcome.made + outcome.failed == 1500
    assert 0 < outcome.failed < 150


def test_no_more_functions_are_at_work_than_the_account_allows():
    outcome = account.run(200, Work((1, 1)), quota=3, concurrency=20)

    assert outcome.busy_seconds == pytest.approx(200)
    assert outcome.seconds >= 200 / 3


def test_a_pace_is_kept_and_far_turns_are_given_back():
    pace = Quota("openai", per_minute=60)

    outcome = account.run(50, Work((0.1, 0.1), pace), quota=100, concurrency=30)

    assert outcome.made == 50
    assert outcome.seconds >= 49 * pace.interval
    assert outcome.seconds < 60 * pace.interval
    # More calls at once than turns that are near: some came back for theirs.
    assert 30 * pace.interval > NEAR_SECONDS
    assert outcome.attempts[LATER] > 0


def test_chance_is_seeded():
    first, second, other = (throttling.outcome("painter", 200, seed) for seed in (1, 1, 2))

    assert first == second
    assert first.seconds != other.seconds


def test_the_tries_are_those_of_the_shipped_workflow():
    assert account.steps().keys() == {"RenderTile", "RecordCall", "RecordStop"}
    assert all(step.caught for step in account.steps().values())
