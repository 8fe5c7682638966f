"""Runs that are ended from outside: they too leave a reason behind; and ends of functions."""

import json
from dataclasses import replace

import pytest

from collage.manifest import Failure
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from tests.workflow.running import HANGS_SECONDS, SMALL, ended, eventually, photo

LONG = SMALL | {"rows": 12, "cols": 12, "size": 512}


def stop(stack: Stack, seed: int, **why: str) -> Failure:
    """Stop a run that is under way; what is written down of it."""
    started = stack.start(photo(seed), LONG)
    next(iter(stack.follow(started)))
    stack.runs.states.stop_execution(executionArn=stack.runs.arn(started["run"]), **why)
    return eventually(lambda: stack.failure(started["id"]))


def test_a_run_that_is_stopped_leaves_the_reason_it_was_stopped_for(stack: Stack) -> None:
    failure = stop(stack, 61, error="Cancelled", cause="The collage was cancelled.")

    assert (failure.error, failure.message) == ("Cancelled", "The collage was cancelled.")
    assert failure.call is None


def test_a_run_that_is_stopped_for_no_reason_says_so_under_its_collages_id(stack: Stack) -> None:
    failure = stop(stack, 62)
    again = stack.start(photo(62), LONG)
    assert again["run"] == f"{failure.id}-2"
    created = failure.created

    stack.runs.states.stop_execution(executionArn=stack.runs.arn(again["run"]), error="Later")

    def later() -> bool:
        found = stack.failure(failure.id)
        return found is not None and found.error == "Later" and found.created >= created

    assert failure.error == "Aborted"
    assert eventually(later)
    with pytest.raises(RunFailed, match="The run was stopped"):
        ended(stack, again)


def test_rules_hear_of_every_change_of_a_runs_state(stack: Stack) -> None:
    sqs, events = stack.client("sqs"), stack.client("events")
    queue = sqs.create_queue(QueueName="changes")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [stack.runs.machine]}}
    events.put_rule(Name="changes", EventPattern=json.dumps(pattern))
    events.put_targets(
        Rule="changes", Targets=[{"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}]
    )

    started = stack.start(photo(63), SMALL)
    ended(stack, started)

    heard: dict[str, dict[str, object]] = {}
    while set(heard) != {"RUNNING", "SUCCEEDED"}:
        for message in eventually(lambda: sqs.receive_message(QueueUrl=queue).get("Messages")):
            detail = json.loads(message["Body"])["detail"]
            # Those of earlier tests may still end.
            if detail["name"] == started["run"]:
                heard[detail["status"]] = detail
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert json.loads(str(heard["SUCCEEDED"]["output"]))["id"] == started["id"]
    assert heard["RUNNING"]["stopDate"] is None


def test_the_first_tile_is_seen_when_its_function_ends_however_seldom_it_is_looked_for(
    stack: Stack,
) -> None:
    seldom = replace(stack, poll_seconds=HANGS_SECONDS)
    started = seldom.start(photo(63), SMALL | {"rows": 1, "cols": 1})

    seen = next(seen for seen in seldom.follow(started) if seen.tiles.done)

    assert seen.tiles.done == 1
    ended(stack, started)
