"""Containers of the laptop cloud: a state machine runs them as processes."""

import json
import sys
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from moto.stepfunctions.parser.asl.component.state.exec import execute_state

from combinatoric_collage.local import Cloud, Container
from tests.workflow.pack_in_use import PACK, execute
from tests.workflow.running import eventually

HEAVY = Container(
    [sys.executable, str(PACK.parent / "tasks" / "heavy.py")],
    cwd=PACK.parent,
    environment={"OF_THE_IMAGE": "kept", "DO": "never"},
)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def cloud(lines: list[str]) -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEVELOPERS_SECRET", "not for tasks")
        with Cloud(
            PACK, stack="pack", workers=2, log=lines.append, containers={"heavy": HEAVY}
        ) as cloud:
            yield cloud


def put(cloud: Cloud, name: str) -> Any:
    """What a task has put, once it has."""
    s3 = cloud.client("s3")

    def look() -> Any:
        try:
            place = s3.get_object(Bucket=cloud.outputs["Outbox"], Key=f"tasks/{name}")
        except s3.exceptions.NoSuchKey:
            return None
        return json.load(place["Body"])

    return eventually(look)


def start(cloud: Cloud, **given: Any) -> str:
    return str(
        cloud.client("stepfunctions").start_execution(
            stateMachineArn=cloud.outputs["Machine"], input=json.dumps(given)
        )["executionArn"]
    )


def test_a_task_is_a_process_with_its_role_and_what_it_was_given(
    cloud: Cloud, lines: list[str], tmp_path: Path
) -> None:
    execution = execute(cloud, do="task", work="work", name="given")

    assert execution["status"] == "SUCCEEDED", execution
    task = json.loads(execution["output"])
    assert (task["LastStatus"], task["StopCode"]) == ("STOPPED", "EssentialContainerExited")
    assert [(c["Name"], c["ExitCode"]) for c in task["Containers"]] == [("heavy", 0)]
    seen = put(cloud, "given")
    assert seen["arguments"] == ["second", "given"]
    environment = seen["environment"]
    assert (environment["DO"], environment["OF_THE_IMAGE"]) == ("work", "kept")
    assert environment["OUTBOX"] == cloud.outputs["Outbox"]
    assert environment["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert environment["AWS_ACCESS_KEY_ID"] != cloud.environment["AWS_ACCESS_KEY_ID"]
    assert "DEVELOPERS_SECRET" not in environment
    assert not Path(environment["HOME"]).exists()
    assert any(line.startswith("heavy ") and line.endswith(": asked to work") for line in lines)


def test_an_exit_code_fails_the_state_and_is_told(cloud: Cloud) -> None:
    execution = execute(cloud, do="task", work="3", name="three")

    assert (execution["status"], execution["error"]) == ("FAILED", "States.TaskFailed")
    task = json.loads(execution["cause"])
    assert task["Containers"][0]["ExitCode"] == 3
    assert task["StoppedReason"] == "Essential container in task exited"


def test_a_task_has_no_rights_but_its_role(cloud: Cloud, lines: list[str]) -> None:
    execution = execute(cloud, do="task", work="elsewhere", name="elsewhere")

    assert json.loads(execution["cause"])["Containers"][0]["ExitCode"] == 1
    assert any("AccessDenied" in line for line in lines)


def test_an_image_that_nothing_stands_in_for_does_not_run(cloud: Cloud) -> None:
    execution = execute(cloud, do="unknown task")

    assert (execution["status"], execution["error"]) == ("FAILED", "States.TaskFailed")
    task = json.loads(execution["cause"])
    assert task["StopCode"] == "TaskFailedToStart"
    assert "registry.example/unknown:1 cannot run on this machine" in task["StoppedReason"]


def test_tasks_take_turns(cloud: Cloud) -> None:
    names = ["turn-1", "turn-2", "turn-3"]
    execution = execute(cloud, do="tasks", tasks=[{"work": "work", "name": n} for n in names])

    assert execution["status"] == "SUCCEEDED", execution
    spans = sorted((seen["began"], seen["ended"]) for seen in (put(cloud, n) for n in names))
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@pytest.mark.parametrize(
    ("do", "work", "told"), [("task", "wait", True), ("stubborn task", "ignore", False)]
)
def test_a_task_ends_with_the_execution_that_is_stopped(
    cloud: Cloud, do: str, work: str, told: bool
) -> None:
    arn = start(cloud, do=do, work=work, name=work)
    process = psutil.Process(put(cloud, work)["pid"])

    cloud.client("stepfunctions").stop_execution(executionArn=arn)

    eventually(lambda: not process.is_running())
    assert put(cloud, work).get("interrupted", False) is told


def test_a_task_ends_when_its_time_is_over(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    class Ends(threading.Event):
        """The end of a task, waited for until the test says that its eight seconds are over."""

        def wait(self, timeout: float | None = None) -> bool:
            return over.wait() and self.is_set() if timeout == 8 else super().wait(timeout)

    monkeypatch.setattr(execute_state, "threading", SimpleNamespace(Event=Ends))
    arn = start(cloud, do="short task", work="wait", name="short")
    process = psutil.Process(put(cloud, "short")["pid"])
    over.set()

    eventually(lambda: not process.is_running())

    assert put(cloud, "short")["interrupted"] is True
    machines = cloud.client("stepfunctions")
    found = eventually(
        lambda: (
            machines.describe_execution(executionArn=arn)
            if machines.describe_execution(executionArn=arn)["status"] != "RUNNING"
            else None
        )
    )
    assert (found["status"], found["error"]) == ("FAILED", "States.Timeout")


def test_a_task_that_waits_for_its_turn_can_be_stopped(cloud: Cloud) -> None:
    ecs, machines = cloud.client("ecs"), cloud.client("stepfunctions")
    first = start(cloud, do="task", work="wait", name="first")
    put(cloud, "first")
    second = start(cloud, do="task", work="wait", name="second")
    clusters = ecs.list_clusters()["clusterArns"]

    def waiting() -> Any:
        tasks = ecs.list_tasks(cluster=clusters[0])["taskArns"]
        found = ecs.describe_tasks(cluster=clusters[0], tasks=tasks)["tasks"]
        return [task for task in found if task["lastStatus"] == "PENDING"]

    assert len(eventually(waiting)) == 1
    for arn in (second, first):
        machines.stop_execution(executionArn=arn, cause="enough")
    eventually(lambda: not waiting())
