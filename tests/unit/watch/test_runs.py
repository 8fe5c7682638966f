"""Which states a run entered, read from as few of its events as tell it."""

from itertools import islice

import pytest

from collage.progress import PHASES
from collage.watch.runs import Runs
from tests.infrastructure.shipped import definition

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:m"


class Histories:
    """Step Functions as far as histories go: each event of these enters a state, or none."""

    def __init__(self, states, *, ordered=True):
        self.events = [
            {"id": number}
            if state is None
            else {"id": number, "stateEnteredEventDetails": {"name": state}}
            for number, state in enumerate(states, 1)
        ]
        self.ordered = ordered
        self.read = 0

    def get_execution_history(self, executionArn, reverseOrder, maxResults):  # noqa: N803
        found = self.events[::-1] if reverseOrder and self.ordered else self.events
        self.read += len(found[:maxResults])
        return {"events": list(found[:maxResults])}


def entered(states):
    return Runs(states, MACHINE).entered("run")


def test_the_last_state_is_read_from_the_last_few_events():
    states = Histories([*["PlanTiles", None, None] * 10, "RenderTiles", None, None])

    assert next(entered(states)) == "RenderTiles"
    assert states.read <= 5


def test_states_that_were_entered_long_before_are_found_by_reading_more():
    states = Histories(["PlanTiles", "RenderOnGpu", *["RenderShard", None] * 20])

    assert "RenderOnGpu" in entered(states)


def test_the_last_state_is_found_where_a_server_tells_the_first_events_first():
    states = Histories([*["MakeMasks", None] * 20, "PlanTiles", None], ordered=False)

    assert list(islice(entered(states), 2)) == ["PlanTiles", "MakeMasks"]


def test_a_run_that_has_not_begun_entered_nothing():
    assert list(entered(Histories([]))) == []


@pytest.mark.parametrize("name", ["GatherTiles", "AssembleBands", "RenderOnGpu"])
def test_what_runs_within_a_map_says_which_phase_it_is(name):
    """The Map itself was entered more events ago than are read, where many things are in it."""
    inside = definition()["States"][name]["ItemProcessor"]["States"]

    ran = [state for state, body in inside.items() if body["Type"] == "Task"]

    assert {PHASES.get(state) for state in ran} == {PHASES[name]}
