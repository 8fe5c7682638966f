"""Bedrock, which functions ask with their roles: the rights that the stack has, and a collage."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import boto3

from rehearsal.subject import Subject, expect, photo
from tests.fake_bedrock import FakeBedrock

PARAMETERS = {"Bedrock": "on", "BedrockRegion": "us-west-2,us-east-1"}
"""Of the stack."""
FOUR: Mapping[str, Any] = {
    "rows": 2,
    "cols": 2,
    "size": 64,
    "cell": 32,
    "styles": ["Cubism", "Baroque", "Op Art", "Pointillism"],
    "combine": 1,
    "engine": "bedrock",
}
"""Four tiles, one of each style."""


def rights(subject: Subject) -> str:
    """The rights to Bedrock are those of the Regions that the stack names."""
    role = _function(subject)["Role"].rpartition("/")[2]
    policy = boto3.client("iam").get_role_policy(RoleName=role, PolicyName="ask-bedrock")
    resources = [
        arn
        for statement in policy["PolicyDocument"]["Statement"]
        for arn in statement["Resource"]
        if ":inference-profile/" in arn
    ]
    asked = {arn.split(":")[3] for arn in resources}
    expect(asked == {"us-west-2", "us-east-1"}, f"{resources}")
    return ", ".join(sorted(set(resources)))


def collage(subject: Subject, fake: FakeBedrock) -> str:
    """A collage by Bedrock, asked with the role of the function."""
    function = _function(subject)
    fake.account.access_key, fake.account.secret_key, fake.account.session_token = keys(function)
    source = subject.upload(photo(21))
    started = subject.answer("POST", "/collages", {**FOUR, "source": source})
    seen = subject.ended(started["id"])
    expect(seen["state"] == "done" and seen["tiles"]["done"] == 4, f"{seen}")
    regions = sorted({str(record.region) for record in fake.asked("inpaint")})
    return f"{seen['tiles']['done']} tiles, ${fake.usd:.2f}, asked in {' and '.join(regions)}"


def keys(function: Mapping[str, Any]) -> tuple[str, str, str]:
    """The role's key, secret and token, as MiniStack makes them of a function's ARN and role's."""
    digest = hashlib.sha256(f"{function['FunctionArn']}:{function['Role']}".encode()).hexdigest()
    secret, token = (
        hashlib.sha256(f"{name}:{digest}".encode()).hexdigest() for name in ("secret", "token")
    )
    return f"ASIA{digest[:16].upper()}", secret, token


def _function(subject: Subject) -> Any:
    """The function that asks, as Lambda has it."""
    listed = boto3.client("cloudformation").describe_stack_resource(
        StackName=subject.stack.name, LogicalResourceId="RenderTileFunction"
    )
    name = listed["StackResourceDetail"]["PhysicalResourceId"]
    return boto3.client("lambda").get_function_configuration(FunctionName=name)
