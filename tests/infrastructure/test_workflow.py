"""The workflow as it is shipped: it always ends, never in silence, and waits for nothing long."""

import itertools
import re

import pytest
import yaml

from collage import errors
from collage.engines.call_ends import ENDS, FUNCTION_KILLED, PLATFORM
from collage.spending.limits import KEEP_DAYS
from collage.steps import duration
from tests.infrastructure.shipped import (
    DEFINITIONS,
    LAMBDA,
    MESSAGES,
    definition,
    functions,
    reachable,
    resources,
    states,
    tasks,
    template,
)

ANYTHING = {"States.ALL", "States.TaskFailed", "States.Runtime"}
STOPPED = "States.ExceedToleratedFailureThreshold"
THROTTLED = "Lambda.TooManyRequestsException"
HISTORY = 25_000
"""Events that an execution may have: a quota of Step Functions."""
TASKS = [state for name in DEFINITIONS for state in tasks(name)]
STATES = [state for name in DEFINITIONS for state in states(definition(name))]
INVOCATIONS = [state for state in TASKS if state.body["Resource"].endswith(LAMBDA)]
WORKING = [
    state
    for state in states()
    if state.at_top and state.body["Type"] in {"Task", "Map"}
    if state.name not in {"RecordFailure", "Announce", "AnnounceStart"}
]


def test_the_run_as_a_whole_has_a_timeout():
    """Which the plan knows of, so that it refuses what would not end in time."""
    assert definition()["TimeoutSeconds"] == duration.RUN_DAYS * 86_400
    assert definition()["TimeoutSeconds"] < KEEP_DAYS * 86_400


@pytest.mark.parametrize("state", TASKS, ids=str)
def test_a_task_has_a_timeout(state):
    if "TimeoutSecondsPath" in state.body:
        # It is planned, by what the task has to do.
        assert state.body["TimeoutSecondsPath"] == "$.seconds"
        assert state.name == "RenderShard"
    else:
        assert state.body["TimeoutSeconds"] > 0


@pytest.mark.parametrize("state", INVOCATIONS, ids=str)
def test_a_task_waits_longer_than_its_function_may_run(state):
    assert state.body["TimeoutSeconds"] > functions()[state.function]["Timeout"]


@pytest.mark.parametrize("state", TASKS, ids=str)
def test_a_task_tries_again_after_named_errors_with_jitter_and_a_cap(state):
    assert state.body["Retry"]
    for rule in state.body["Retry"]:
        assert not ANYTHING & set(rule["ErrorEquals"])
        assert rule["JitterStrategy"] == "FULL"
        assert 1 <= rule["IntervalSeconds"] <= rule["MaxDelaySeconds"]
        assert rule["BackoffRate"] > 1
        assert 1 <= rule["MaxAttempts"] <= 4000


@pytest.mark.parametrize("state", INVOCATIONS, ids=str)
def test_a_task_tries_again_after_lambdas_own_transient_errors(state):
    retried = {name for rule in state.body["Retry"] for name in rule["ErrorEquals"]}

    assert retried >= {
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        THROTTLED,
    }


@pytest.mark.parametrize("state", INVOCATIONS, ids=str)
def test_a_task_outlasts_an_account_whose_functions_are_all_at_work(state):
    """Another run may take hours; its throttles are no failures of this one."""
    (rule,) = (r for r in state.body["Retry"] if THROTTLED in r["ErrorEquals"])
    delays = itertools.accumulate(
        range(rule["MaxAttempts"] - 1),
        lambda delay, _: min(rule["MaxDelaySeconds"], delay * rule["BackoffRate"]),
        initial=rule["IntervalSeconds"],
    )

    assert rule["ErrorEquals"] == [THROTTLED]
    # Full jitter waits half of a delay on the average.
    assert sum(delays) / 2 > 4 * 3600


@pytest.mark.parametrize("machine", ["the run", "a call", "messages"])
def test_all_retries_together_fit_into_the_history_of_an_execution(machine):
    children = [s for s in tasks() if "RenderTile" in s.machine["States"]]
    states = {
        "the run": [s for s in tasks() if s.at_top],
        "a call": children,
        "messages": tasks(MESSAGES),
    }[machine]
    attempts = sum(1 + sum(r["MaxAttempts"] for r in s.body["Retry"]) for s in states)

    # Scheduled, started and failed; a tenth is left to all else.
    assert 3 * attempts < 0.9 * HISTORY


@pytest.mark.parametrize("state", STATES, ids=str)
def test_any_retry_of_any_state_names_its_errors(state):
    for rule in state.body.get("Retry", []):
        assert rule["ErrorEquals"]
        assert not ANYTHING & set(rule["ErrorEquals"])
        assert {"MaxAttempts", "MaxDelaySeconds", "JitterStrategy"} <= rule.keys()


@pytest.mark.parametrize("state", WORKING, ids=str)
def test_any_error_is_caught_and_goes_to_the_recorder_with_its_reason(state):
    *_, last = state.body["Catch"]

    assert last == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "RecordFailure"}


@pytest.mark.parametrize("state", list(states()), ids=str)
def test_a_catch_never_turns_a_failure_into_success(state):
    if not state.at_top:
        return  # Inside the Map a failed call is recorded, and judged when the tiles are counted.
    for catch in state.body.get("Catch", []):
        if catch["ErrorEquals"] == [STOPPED] and state.body["Type"] == "Map":
            continue  # A run that was stopped early becomes a collage of what there is.
        if state.name in {"Announce", "AnnounceStart"}:
            continue  # The collage is made, or can be, whoever hears of it.
        ends = {
            definition()["States"][name]["Type"]
            for name in reachable(definition(), catch["Next"])
            if "Next" not in definition()["States"][name]
        }
        assert ends == {"Fail"}


def test_a_failure_that_cannot_be_recorded_fails_with_the_first_reason():
    (catch,) = definition()["States"]["RecordFailure"]["Catch"]
    end = definition()["States"][catch["Next"]]

    assert catch["ErrorEquals"] == ["States.ALL"]
    assert catch["ResultPath"] != "$.error"
    assert (end["Type"], end["ErrorPath"], end["CausePath"]) == (
        "Fail",
        "$.error.Error",
        "$.error.Cause",
    )


@pytest.mark.parametrize(
    ("name", "goes_on"), [("AnnounceStart", "NeedStyles"), ("Announce", "Completed")]
)
def test_a_run_that_nobody_hears_of_goes_on_all_the_same(name, goes_on):
    (catch,) = definition()["States"][name]["Catch"]

    assert catch == {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": goes_on}


@pytest.mark.parametrize(
    ("recorder", "end"),
    [("RecordCall", {"Type": "Pass", "Result": {}, "End": True}), ("RecordStop", {"Type": "Fail"})],
)
def test_a_call_whose_failure_cannot_be_recorded_ends_as_if_it_were(recorder, end):
    (state,) = (state for state in states() if state.name == recorder)
    (catch,) = state.body["Catch"]

    assert catch["ErrorEquals"] == ["States.ALL"]
    assert catch["ResultPath"] is None
    assert state.machine["States"][catch["Next"]].items() >= end.items()


def test_a_failed_call_is_recorded_with_its_number_inside_the_map():
    inside = [state for state in states() if not state.at_top]
    (render,) = (state for state in inside if state.name == "RenderTile")

    assert render.body["Catch"][-1]["ErrorEquals"] == ["States.ALL"]
    for catch in render.body["Catch"]:
        if catch["Next"] == "Killed":
            continue  # Its way to the recorder has a test of its own.
        recorder = next(state for state in inside if state.name == catch["Next"])
        assert recorder.function == "RecordFailureFunction"
        assert recorder.body["Parameters"]["Payload"]["call.$"] == "$.call.index"
        assert recorder.body["Parameters"]["Payload"]["error.$"] == catch["ResultPath"]


def test_a_call_is_tried_again_as_often_as_the_table_of_ends_says():
    (render,) = (state for state in states() if state.name == "RenderTile")
    tried = {
        name: rule["MaxAttempts"] for rule in render.body["Retry"] for name in rule["ErrorEquals"]
    }

    assert {end.name: tried.get(end.name, 0) for end in ENDS} == {
        end.name: end.retries for end in ENDS
    }


@pytest.mark.parametrize("name", ["ListStyles", "RenderTile"])
def test_what_may_have_been_billed_shares_its_two_more_tries(name):
    (state,) = (state for state in states() if state.name == name)
    counted = {end.name for end in ENDS if end.counted and end.retries}

    shared = [set(rule["ErrorEquals"]) for rule in state.body["Retry"] if rule["MaxAttempts"] == 2]
    assert shared == [counted]


def test_a_killed_function_is_tried_once_more_where_nothing_is_paid():
    (render,) = (state for state in states() if state.name == "RenderTile")
    (catch,) = (catch for catch in render.body["Catch"] if catch["Next"] == "Killed")
    killed, again = (render.machine["States"][name] for name in ("Killed", "OnceMore"))

    assert set(catch["ErrorEquals"]) == {
        error for error, (name, _) in PLATFORM.items() if name == FUNCTION_KILLED
    }
    (choice,) = killed["Choices"]
    assert choice["And"] == [
        {"Variable": "$.call.priced", "BooleanEquals": False},
        {"Variable": "$.again", "IsPresent": False},
    ]
    assert (choice["Next"], killed["Default"]) == ("OnceMore", "RecordCall")
    assert (again["Parameters"]["again"], again["Next"]) == (True, "RenderTile")


def test_every_error_that_stops_a_run_does_so():
    (render,) = (state for state in states() if state.name == "RenderTile")
    stops = {kind.__name__ for kind in errors.StoppingError.__subclasses__()}

    assert stops <= set(render.body["Catch"][0]["ErrorEquals"])
    recorder = render.machine["States"][render.body["Catch"][0]["Next"]]
    assert render.machine["States"][recorder["Next"]]["Type"] == "Fail"


def test_every_state_can_be_reached_and_every_way_leads_to_a_state():
    machines = {id(state.machine): state.machine for state in STATES}

    for one in machines.values():
        assert reachable(one, one["StartAt"]) == set(one["States"])


@pytest.mark.parametrize(
    "names",
    [
        ["MakeMasks"],
        ["PlanTiles"],
        ["RenderTiles", "RenderOnGpu"],
        ["AssembleCollage", "GatherTiles"],
        ["AssembleCollage", "JoinBands"],
    ],
    ids=" or ".join,
)
def test_no_run_is_completed_without(names):
    closed = {"States": definition()["States"] | {name: {"Type": "Fail"} for name in names}}

    assert "Completed" not in reachable(closed, definition()["StartAt"])


@pytest.mark.parametrize("state", STATES, ids=str)
def test_every_state_goes_on_or_ends(state):
    if state.body["Type"] == "Choice":
        assert "Default" in state.body
    elif state.body["Type"] not in {"Succeed", "Fail"}:
        assert ("Next" in state.body) != (state.body.get("End") is True)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_no_error_is_named_twice_by_a_state(state):
    for key in ("Retry", "Catch"):
        named = [name for rule in state.body.get(key, []) for name in rule["ErrorEquals"]]
        assert len(named) == len(set(named))


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_substitution_is_made_and_every_one_made_is_used(name):
    used = set(re.findall(r"\$\{(\w+)\}", DEFINITIONS[name].read_text()))
    machine = resources("AWS::Serverless::StateMachine")[name]

    assert used == set(machine["DefinitionSubstitutions"])


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_definition_names_no_account_region_or_partition(name):
    assert not re.search(r"arn:aws|\d{12}|[a-z]{2}-[a-z]+-\d", DEFINITIONS[name].read_text())


def test_the_map_is_distributed_and_its_concurrency_is_planned():
    (found,) = (state.body for state in states() if state.name == "RenderTiles")

    assert found["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert found["MaxConcurrencyPath"] == "$.plan.concurrency"


def test_pictures_and_lists_stay_out_of_the_state():
    # What a step answers either is thrown away or picked out field by field.
    for state in INVOCATIONS:
        kept = state.body.get("ResultPath", "$") is not None
        assert not kept or "ResultSelector" in state.body, state.name


@pytest.mark.parametrize("name", DEFINITIONS)
def test_there_are_no_anchors(name):
    tokens = list(yaml.scan(DEFINITIONS[name].read_text()))

    assert not [t for t in tokens if isinstance(t, yaml.AnchorToken | yaml.AliasToken)]


def test_every_end_of_the_gpu_task_leads_somewhere_and_only_written_down_ones_to_the_tiles():
    (inside,) = (s.body["ItemProcessor"] for s in states() if s.name == "RenderOnGpu")
    ways = inside["States"]["HowEnded"]

    def way(code):
        for choice in ways["Choices"]:
            rules = choice.get("Or") or choice.get("And") or [choice]
            holds = [
                {
                    "NumericEquals": lambda limit: code == limit,
                    "NumericGreaterThanEquals": lambda limit: code >= limit,
                    "NumericLessThanEquals": lambda limit: code <= limit,
                    "IsPresent": lambda _: False,
                }[name](limit)
                for rule in rules
                for name, limit in rule.items()
                if name not in ("Variable", "Next")
            ]
            if any(holds) if "Or" in choice else all(holds):
                return choice["Next"]
        return ways["Default"]

    # Done is no failure to the workflow; the rest as tasks/diffusion/ends.py has it.
    assert {code: way(code) for code in (1, 2, 3, 4, 5, 137, 143)} == {
        1: "ShardFailed",
        2: "ShardFailed",
        3: "ShardEnded",
        4: "ShardEnded",
        5: "ShardEnded",
        137: "TriedOften",
        143: "TriedOften",
    }


def test_roles_are_passed_to_tasks_only():
    """Also the ones of the GPU task."""
    text = str(template())

    assert text.count("iam:PassRole") == 1
    assert "{'iam:PassedToService': 'ecs-tasks.amazonaws.com'}" in text


def test_a_message_that_is_not_taken_is_tried_for_about_a_day_and_then_kept():
    (deliver,) = (state for state in tasks(MESSAGES) if state.name == "DeliverMessage")
    (rule,) = (r for r in deliver.body["Retry"] if "NotDelivered" in r["ErrorEquals"])
    delays = [
        min(rule["MaxDelaySeconds"], rule["IntervalSeconds"] * rule["BackoffRate"] ** n)
        for n in range(rule["MaxAttempts"])
    ]
    (caught,) = deliver.body["Catch"]
    keeper = deliver.machine["States"][caught["Next"]]

    # Full jitter waits half of a delay on the average; the whole has time for the longest.
    assert 23 * 3600 < sum(delays) / 2 < 27 * 3600
    assert sum(delays) < definition(MESSAGES)["TimeoutSeconds"]
    assert caught["ErrorEquals"] == ["States.ALL"]
    assert keeper["Parameters"] == {"QueueUrl": "${DeadLetterQueue}", "MessageBody.$": "$"}


def test_a_large_collage_is_judged_drawn_and_joined_and_any_other_is_assembled_at_once():
    """Also where a run was stopped early; what a band found lost is judged and drawn anew."""
    machine = definition()["States"]
    large = [{"Variable": "$.plan.bands", "NumericGreaterThan": 0, "Next": "GatherTiles"}]
    stopped = next(
        catch for catch in machine["RenderTiles"]["Catch"] if catch["ErrorEquals"] == [STOPPED]
    )

    for name in ("MoreWaves", stopped["Next"]):
        assert machine[name]["Choices"][-1:] == large
        assert machine[name]["Default"] == "AssembleCollage"
    one_after_another = "GatherTiles", "JudgeTiles", "AssembleBands", "JoinBands"
    assert [machine[name]["Next"] for name in one_after_another] == [
        "JudgeTiles",
        "AssembleBands",
        "JoinBands",
        "AreJoined",
    ]
    one, other = (
        next(state.body for state in states() if state.name == name)
        for name in ("GatherSlice", "AssembleBand")
    )
    assert one["Retry"] == other["Retry"], "a slice is tried again as a band is"
    assert machine["AreJoined"]["Choices"][0]["Next"] == "Joined"
    assert machine["AreJoined"]["Default"] == "AssembleBands"
    assert machine["AssembleCollage"]["Next"] == machine["Joined"]["Next"] == "Announce"
