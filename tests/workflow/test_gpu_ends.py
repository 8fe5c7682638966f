"""How tasks on a GPU end, and what the shipped workflow makes of it. No model is needed here."""

import json
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from combinatoric_collage.cli.stacks.laptop import TEMPLATE
from combinatoric_collage.cli.torch_python import STAND_INS
from combinatoric_collage.local import Cloud, Container
from tests.workflow.pack_in_use import PACK
from tests.workflow.running import eventually

ENDS = PACK.parent / "tasks" / "ends.py"


@pytest.fixture(scope="module")
def tries() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def cloud(tries: Path) -> Iterator[Cloud]:
    stand_in = Container(
        [sys.executable, str(ENDS)], cwd=PACK.parent, environment={"TRIES": str(tries)}
    )
    given = {**STAND_INS, "ModelsLocation": "/nowhere"}
    with Cloud(TEMPLATE, given, containers={"diffusion": stand_in}) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def machine(cloud: Cloud) -> str:
    """The shipped states that run tasks, alone, and with a shorter wait between two attempts."""
    states = cloud.client("stepfunctions")
    shipped = states.describe_state_machine(stateMachineArn=cloud.outputs["StateMachine"])
    on_gpu: dict[str, Any] = json.loads(shipped["definition"])["States"]["RenderOnGpu"]
    on_gpu["ItemProcessor"]["States"]["WaitForCapacity"]["Seconds"] = 1
    alone = {
        "StartAt": "RenderOnGpu",
        "States": {
            "RenderOnGpu": on_gpu | {"Next": "MoreWaves"},
            "MoreWaves": {"Type": "Succeed"},
            "RecordFailure": {
                "Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause",
            },
        },
    }  # fmt: skip
    made = states.create_state_machine(
        name="on-gpu", definition=json.dumps(alone), roleArn=shipped["roleArn"]
    )
    return str(made["stateMachineArn"])


def execute(cloud: Cloud, machine: str, collage: str, seconds: int = 60) -> dict[str, Any]:
    """Run one shard; how the execution ended."""
    states = cloud.client("stepfunctions")
    wave = {"number": 0, "now": {"shards": [0], "of": 1, "seconds": seconds}}
    arn = states.start_execution(
        stateMachineArn=machine, input=json.dumps({"id": collage, "wave": wave})
    )["executionArn"]

    def ended() -> Any:
        found = states.describe_execution(executionArn=arn)
        return found if found["status"] != "RUNNING" else None

    return dict(eventually(ended))


@pytest.mark.parametrize(
    ("collage", "attempts"),
    [("0", 1), ("3", 1), ("4", 1), ("5", 1), ("143_137_0", 3), ("143_5", 2)],
)
def test_a_shard_that_was_made_or_says_why_not_is_ended(
    cloud: Cloud, machine: str, tries: Path, collage: str, attempts: int
) -> None:
    execution = execute(cloud, machine, collage)

    assert execution["status"] == "SUCCEEDED", execution.get("cause")
    assert len((tries / collage).read_text().splitlines()) == attempts


@pytest.mark.parametrize(("collage", "code"), [("1", 1), ("2", 2), ("143_143_143_143_143_0", 143)])
def test_a_task_that_fails_or_is_always_interrupted_fails_the_run(
    cloud: Cloud, machine: str, collage: str, code: int
) -> None:
    execution = execute(cloud, machine, collage)

    assert (execution["status"], execution["error"]) == ("FAILED", "GpuTaskFailed")
    assert f"exit code {code};" in execution["cause"]


def test_a_shard_whose_time_is_over_goes_on_where_it_was(
    cloud: Cloud, machine: str, tries: Path
) -> None:
    execution = execute(cloud, machine, "hang_0", seconds=3)

    assert execution["status"] == "SUCCEEDED", execution.get("cause")
    first, second = (line.split() for line in (tries / "hang_0").read_text().splitlines())
    assert datetime.fromisoformat(first[0]) < datetime.fromisoformat(second[0])
    assert first[1] == second[1] == "3"


def test_a_shard_that_always_hangs_fails_the_run_in_words(cloud: Cloud, machine: str) -> None:
    execution = execute(cloud, machine, "hang", seconds=1)

    assert (execution["status"], execution["error"]) == ("FAILED", "GpuTaskTookTooLong")
    assert "given up after 1 seconds for the fifth time" in execution["cause"]


def test_a_task_that_may_not_be_run_is_told_in_the_services_own_words(
    cloud: Cloud, machine: str
) -> None:
    states, iam = cloud.client("stepfunctions"), cloud.client("iam")
    role = states.describe_state_machine(stateMachineArn=machine)["roleArn"].rpartition("/")[2]
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "ecs:RunTask", "Resource": "*"}],
    }
    iam.put_role_policy(RoleName=role, PolicyName="fault", PolicyDocument=json.dumps(policy))
    try:
        execution = execute(cloud, machine, "never")
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="fault")

    assert (execution["status"], execution["error"]) == ("FAILED", "GpuTaskRefused")
    assert "AccessDenied" in execution["cause"]
    assert "not authorized to perform: ecs:RunTask" in execution["cause"]
