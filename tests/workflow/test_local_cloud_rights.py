"""Roles that a service would refuse: Step Functions when a machine is made, ECS when a task is."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from combinatoric_collage.local import Cloud, Container
from combinatoric_collage.local.errors import StackError
from tests.workflow.pack_in_use import PACK, execute

RULE = "arn:aws:events:us-east-1:123456789012:rule/StepFunctionsGetEventsForECSTaskRule"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:pack-machine"
LOGGING = """      DefinitionUri: machine.asl.yaml
      Logging:
        Level: ALL
        Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: "arn:aws:logs:::log-group:x:*" } }]
"""
DELIVERY = """            - Effect: Allow
              Action: "logs:*"
              Resource: "*"
            - Effect: Allow
              Action: states:StartExecution
"""
ROLE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          Effect: Allow
          Action: sts:AssumeRole
          Principal: { Service: lambda.amazonaws.com }
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: { StartAt: End, States: { End: { Type: Pass, End: true } } }
      Role: !GetAtt Role.Arn
"""


def pack(folder: Path, *changes: tuple[str, str]) -> Path:
    """The small pack with parts of its template changed."""
    shutil.copytree(PACK.parent, folder / "pack")
    template = folder / "pack" / "template.yaml"
    text = template.read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    template.write_text(text)
    return template


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "Action: [events:PutTargets, events:PutRule, events:DescribeRule]",
            "Action: events:PutRule",
            "is not authorized to create managed-rule: "
            f"it lacks events:PutTargets, events:DescribeRule on {RULE}.",
        ),
        (
            "rule/StepFunctionsGetEventsForECSTaskRule",
            "rule/another",
            f"it lacks events:PutTargets, events:PutRule, events:DescribeRule on {RULE}.",
        ),
        (
            "Action: states:StartExecution",
            "Action: states:DescribeExecution",
            "may not start the executions of a distributed Map: "
            f"it lacks states:StartExecution on {MACHINE}.",
        ),
        (
            "      DefinitionUri: machine.asl.yaml\n",
            LOGGING,
            "is not authorized to access the Log Destination: it lacks logs:CreateLogDelivery, ",
        ),
    ],
)
def test_a_state_machine_that_aws_would_not_make_is_not_made(
    tmp_path: Path, old: str, new: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of another partition, whose names begin otherwise; nobody's own is read.
    monkeypatch.setenv("AWS_REGION", "cn-north-1")
    with pytest.raises(StackError) as refused:
        Cloud(pack(tmp_path, (old, new)), stack="pack").start()

    assert str(refused.value).startswith(
        "Machine (AWS::StepFunctions::StateMachine) cannot be made: "
        "'arn:aws:iam::123456789012:role/pack-MachineRole-"
    )
    assert said in str(refused.value)


def test_logs_are_delivered_by_who_may(tmp_path: Path) -> None:
    changes = (
        ("      DefinitionUri: machine.asl.yaml\n", LOGGING),
        ("            - Effect: Allow\n              Action: states:StartExecution\n", DELIVERY),
    )
    with Cloud(pack(tmp_path, *changes), stack="pack") as cloud:
        assert cloud.outputs["Machine"].endswith(":pack-machine")


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "no-region"])
def test_a_cloud_starts_whatever_region_the_user_works_in(
    tmp_path: Path, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", region)
    with Cloud(pack(tmp_path), stack="pack") as cloud:
        assert cloud.outputs["Machine"].startswith("arn:aws:states:us-east-1:")


def test_a_role_is_taken_by_whom_it_trusts(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(ROLE)
    with pytest.raises(StackError, match=r"states\.amazonaws\.com is not authorized to assume"):
        Cloud(tmp_path / "template.yaml").start()


def test_a_task_gets_no_role_that_may_not_be_passed_on(tmp_path: Path) -> None:
    change = ("Action: iam:PassRole", "Action: iam:GetRole")
    heavy = Container([sys.executable, "-c", ""], cwd=tmp_path)
    with Cloud(pack(tmp_path, change), stack="pack", containers={"heavy": heavy}) as cloud:
        execution = execute(cloud, do="task", work="work", name="x")

    assert (execution["status"], execution["error"]) == ("FAILED", "ECS.AccessDeniedException")
    assert "iam:PassRole on resource: " in execution["cause"]
    assert json.dumps(execution["cause"]).count("pack-HeavyRole-") == 1
