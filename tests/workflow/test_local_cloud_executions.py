"""Executions of the laptop cloud as their clients see them: listed, paged and stopped."""

import gc
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)

from combinatoric_collage.local import Cloud
from combinatoric_collage.local.moto import ended_executions, executions
from tests.workflow.pack_in_use import PACK
from tests.workflow.running import eventually


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def cloud(lines: list[str]) -> Iterator[Cloud]:
    with Cloud(PACK, stack="pack", workers=2, log=lines.append) as cloud:
        yield cloud


def start(cloud: Cloud, name: str, **given: Any) -> str:
    started = cloud.client("stepfunctions").start_execution(
        stateMachineArn=cloud.outputs["Machine"], name=name, input=json.dumps(given)
    )
    return str(started["executionArn"])


def test_a_history_has_pages_in_either_order(cloud: Cloud) -> None:
    machines = cloud.client("stepfunctions")
    arn = start(cloud, "many", do="many", count=60)
    eventually(lambda: machines.describe_execution(executionArn=arn)["status"] != "RUNNING")
    pages = machines.get_paginator("get_execution_history")

    def ids(**asked: Any) -> list[int]:
        return [
            e["id"] for page in pages.paginate(executionArn=arn, **asked) for e in page["events"]
        ]

    first = machines.get_execution_history(executionArn=arn)
    last = machines.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=3)
    total = len(ids(maxResults=1000))
    assert 200 < total < 1000
    assert [event["id"] for event in first["events"]] == list(range(1, 101))
    assert [event["id"] for event in last["events"]] == [total, total - 1, total - 2]
    assert last["events"][0]["type"] == "ExecutionSucceeded"
    assert ids() == list(range(1, total + 1))
    assert ids(reverseOrder=True, maxResults=70) == list(range(total, 0, -1))


def test_executions_are_listed_newest_first_in_pages(cloud: Cloud) -> None:
    machines = cloud.client("stepfunctions")
    arns = [start(cloud, f"listed {n}".replace(" ", "-"), do="wait") for n in range(5)]
    machine = {"stateMachineArn": cloud.outputs["Machine"], "statusFilter": "RUNNING"}

    first = machines.list_executions(**machine, maxResults=3)
    second = machines.list_executions(**machine, maxResults=3, nextToken=first["nextToken"])

    listed = [e["executionArn"] for page in (first, second) for e in page["executions"]]
    assert listed == arns[::-1]
    assert "nextToken" not in second
    for arn in arns:
        machines.stop_execution(executionArn=arn)


def test_an_execution_says_why_it_was_stopped(cloud: Cloud) -> None:
    machines = cloud.client("stepfunctions")
    arn = start(cloud, "stopped", do="wait")

    machines.stop_execution(executionArn=arn, error="Cancelled", cause="by its owner")

    found = machines.describe_execution(executionArn=arn)
    assert (found["status"], found["error"], found["cause"]) == (
        *("ABORTED", "Cancelled", "by its owner"),
    )
    eventually(
        lambda: (
            machines.get_execution_history(executionArn=arn, reverseOrder=True)["events"][0]["type"]
            == "ExecutionAborted"
        )
    )
    machines.stop_execution(executionArn=arn, error="Again")
    assert machines.describe_execution(executionArn=arn)["error"] == "Cancelled"


def test_a_wait_that_begins_as_its_execution_is_stopped_ends_with_it(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = WaitFunction._wait_interval

    def late(self: Any, env: Any, wait_seconds: int) -> None:
        eventually(lambda: not env.is_running())
        wait(self, env, wait_seconds)

    monkeypatch.setattr(WaitFunction, "_wait_interval", late)
    machines = cloud.client("stepfunctions")
    arn = start(cloud, "late", do="wait")

    machines.stop_execution(executionArn=arn)

    eventually(
        lambda: (
            machines.get_execution_history(executionArn=arn, reverseOrder=True)["events"][0]["type"]
            == "ExecutionAborted"
        )
    )


def test_an_execution_that_is_stopped_before_its_first_state_says_so(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate = EvalComponent.eval

    def late(self: Any, env: Any) -> None:
        if isinstance(self, Program):
            eventually(lambda: not env.is_running())
        evaluate(self, env)

    monkeypatch.setattr(EvalComponent, "eval", late)
    machines = cloud.client("stepfunctions")
    arn = start(cloud, "before-its-first", do="wait")

    machines.stop_execution(executionArn=arn)

    def told() -> list[str]:
        events = machines.get_execution_history(executionArn=arn)["events"]
        return [event["type"] for event in events]

    eventually(lambda: len(told()) > 1)
    assert told() == ["ExecutionStarted", "ExecutionAborted"]


def test_no_item_of_a_map_begins_after_it_was_stopped(cloud: Cloud, lines: list[str]) -> None:
    machines = cloud.client("stepfunctions")
    items = [{"do": "nap"}] * 60
    cloud.client("s3").put_object(
        Bucket=cloud.outputs["Inbox"], Key="items.json", Body=json.dumps(items)
    )
    arn = start(cloud, "map", do="items")
    line = f"{cloud.outputs['Item']}: asked to nap"
    eventually(lambda: lines.count(line) >= 4)
    run = machines.list_map_runs(executionArn=arn)["mapRuns"][0]["mapRunArn"]
    # Those that have not begun are among them.
    assert machines.describe_map_run(mapRunArn=run)["itemCounts"]["total"] == 60

    machines.stop_execution(executionArn=arn)
    done = machines.describe_map_run(mapRunArn=run)["itemCounts"]["succeeded"]

    assert machines.describe_execution(executionArn=arn)["status"] == "ABORTED"
    assert machines.describe_map_run(mapRunArn=run)["status"] == "ABORTED"

    def settled() -> Any:
        counts = machines.describe_map_run(mapRunArn=run)["itemCounts"]
        return counts if counts["succeeded"] + counts["aborted"] == 60 else None

    counts = eventually(settled)
    assert (counts["total"], counts["running"], counts["failed"]) == (60, 0, 0)
    # Two work at once, and were at it.
    assert counts["succeeded"] <= done + 2
    assert machines.describe_execution(executionArn=arn)["status"] == "ABORTED"


def test_what_waits_long_for_a_free_process_is_throttled_as_by_lambda(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Who finds both places taken waits for neither.
    monkeypatch.setattr(executions, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(executions, "WANTED_SECONDS", 0.0)
    machines = cloud.client("stepfunctions")
    cloud.client("s3").put_object(
        Bucket=cloud.outputs["Inbox"], Key="items.json", Body=json.dumps([{"do": "nap"}] * 20)
    )
    arn = start(cloud, "throttled", do="items")

    eventually(lambda: machines.describe_execution(executionArn=arn)["status"] != "RUNNING")
    (run,) = machines.list_map_runs(executionArn=arn)["mapRuns"]
    counts = machines.describe_map_run(mapRunArn=run["mapRunArn"])["itemCounts"]
    assert counts["failed"] > 0
    # The pack's Map has no rule for it; the interpreter tells by which name it failed.
    assert "Error=Lambda.TooManyRequestsException" in caplog.text


def alive(kind: type, such: Callable[[Any], Any] = lambda _one: True) -> int:
    """Objects of a class in this process, such as these."""
    gc.collect()
    return sum(type(one) is kind and bool(such(one)) for one in gc.get_objects())


def test_what_has_ended_takes_no_memory_and_can_be_asked_for(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moto.stepfunctions.parser.asl.eval.environment import Environment
    from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
    from moto.stepfunctions.parser.utils import TMP_THREADS

    histories = 4
    monkeypatch.setattr(ended_executions, "HISTORIES", histories)
    machines = cloud.client("stepfunctions")
    cloud.client("s3").put_object(
        Bucket=cloud.outputs["Inbox"], Key="items.json", Body=json.dumps([{"do": "work"}] * 3)
    )

    def ended(arn: str) -> Any:
        found = machines.describe_execution(executionArn=arn)
        return found if found["status"] != "RUNNING" else None

    arns = []
    for number in range(histories + 5):
        arns.append(start(cloud, f"kept-{number}", do="items"))
        assert eventually(lambda: ended(arns[-1]))["status"] == "SUCCEEDED"

    # Of a few, what waits for nothing but its thread's last step.
    assert eventually(lambda: alive(Environment) <= 5)
    assert alive(EventManager, lambda one: one._history_event_list) <= histories * 2
    assert eventually(lambda: len(TMP_THREADS) <= 10)
    first, last = arns[0], arns[-1]
    assert json.loads(ended(first)["output"]) == json.loads(ended(last)["output"])
    assert machines.get_execution_history(executionArn=first)["events"] == []
    assert machines.get_execution_history(executionArn=last)["events"][-1]["type"] == (
        "ExecutionSucceeded"
    )
    for arn in (first, last):
        (run,) = machines.list_map_runs(executionArn=arn)["mapRuns"]
        counts = machines.describe_map_run(mapRunArn=run["mapRunArn"])["itemCounts"]
        assert (counts["total"], counts["succeeded"]) == (3, 3)
