"""What the template's roles may do, evaluated as IAM does, with all optional parts of the stack.

Names are made up so that an ARN says what it stands for: ``UPLOADS`` and ``COLLAGES`` are the
buckets, ``LIMITS`` the table, ``stack-collage`` the workflow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from collage import engines
from combinatoric_collage.local.moto.iam_resources import match
from tests.infrastructure.translated import REGION, translated

ACCOUNT = "123456789012"
PARAMETERS = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": "stack",
    **{
        one.parameters["secret"]: f"{one.name}-key"
        for one in engines.providers().values()
        if one.key
    },
    "SharingSecret": "sharing-key",
    "ModelsLocation": "s3://WEIGHTS/models/",
    "BedrockRegion": "us-west-2,us-east-2",
    "BedrockTextModel": "us.words.lister-1:0",
    "GpuCluster": "stack-gpu",
    "NotifyTopic": f"arn:aws:sns:{REGION}:{ACCOUNT}:own-topic",
}
S3, STATES = "arn:aws:s3:::", f"arn:aws:states:{REGION}:{ACCOUNT}:"
ARNS = {
    "UploadsBucket": f"{S3}UPLOADS",
    "CollagesBucket": f"{S3}COLLAGES",
    "LimitsTable": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/LIMITS",
    "CollageStateMachine": f"{STATES}stateMachine:stack-collage",
    "MessagesStateMachine": f"{STATES}stateMachine:stack-messages",
    "MessagesTopic": f"arn:aws:sns:{REGION}:{ACCOUNT}:MESSAGES",
    "WebhookSecret": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:WEBHOOK",
    "DeadLetterQueue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:DEAD_LETTERS",
}
KINDS = {
    "AWS::Lambda::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/",
}


@dataclass(frozen=True)
class Grant:
    """One action that a statement allows on one resource."""

    action: str
    resource: str
    conditions: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def place(self) -> str:
        """The resource without what is the same in all ARNs of its service."""
        return place(self.resource)

    def covers(self, action: str, resource: str, context: Mapping[str, str]) -> bool:
        """Whether it allows a call; ``context`` has the keys that conditions ask for."""
        return bool(
            match(self.action, action)
            and match(self.resource, resource)
            and all(
                self._holds(operator, key, wanted, context)
                for operator, keys in self.conditions.items()
                for key, wanted in keys.items()
            )
        )

    @staticmethod
    def _holds(operator: str, key: str, wanted: Any, context: Mapping[str, str]) -> bool:
        # The operators that the template uses, and of values one at a time.
        values = wanted if isinstance(wanted, list) else [wanted]
        if operator == "StringEquals":
            return context.get(key) in values
        if operator == "StringLike":
            return key in context and any(match(value, context[key]) for value in values)
        assert operator == "ForAllValues:StringLike", operator
        return key not in context or any(match(value, context[key]) for value in values)


def place(resource: str) -> str:
    """A resource without what is the same in all ARNs of its service: Bedrock's name Regions."""
    if not resource.startswith("arn:"):
        return resource
    _, _, service, region, _, rest = resource.split(":", 5)
    return f"{region} {rest}" if service == "bedrock" else rest


@cache
def grants() -> dict[str, tuple[Grant, ...]]:
    """What each role's own policies allow, by its logical id."""
    return {name: tuple(_own(name, role)) for name, role in roles().items()}


@cache
def managed() -> dict[str, tuple[str, ...]]:
    """The names of AWS's own policies that each role has."""
    return {
        name: tuple(resolve(arn).rpartition("/")[2] for arn in role.get("ManagedPolicyArns", []))
        for name, role in roles().items()
    }


def may(role: str, action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether a role may make a call, by its own policies and AWS's."""
    found = [*grants()[role], *(grant for name in managed()[role] for grant in _awss()[name])]
    return any(grant.covers(action, resource, context) for grant in found)


@cache
def _awss() -> dict[str, tuple[Grant, ...]]:
    """What AWS's own policies allow, as moto knows them."""
    known = json.loads(aws_managed_policies_data)
    used = {name for names in managed().values() for name in names}
    return {name: tuple(_of_policy(known[name]["Document"])) for name in used}


def roles() -> dict[str, dict[str, Any]]:
    """The properties of every role of the translated template."""
    return {
        name: resource["Properties"]
        for name, resource in translated()["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }


def resolve(value: Any) -> str:
    """A value of the template with the stack's names in it."""
    if isinstance(value, str):
        return value
    ((intrinsic, given),) = value.items()
    if intrinsic == "Ref":
        return PARAMETERS.get(given) or _arn(given)
    if intrinsic == "Fn::GetAtt":
        return _arn(given[0])
    if intrinsic == "Fn::Select":
        position, parts = given
        separator, text = parts["Fn::Split"]
        return resolve(text).split(separator)[int(position)]
    assert intrinsic == "Fn::Sub", intrinsic
    text, own = given if isinstance(given, list) else (given, {})
    return re.sub(r"\$\{([\w:.]+)\}", lambda found: _substituted(found[1], own), text)


def _substituted(name: str, own: Mapping[str, Any]) -> str:
    if name in own:
        return resolve(own[name])
    resource, _, attribute = name.partition(".")
    arn = PARAMETERS.get(resource) or _arn(resource)
    return arn.rpartition(":")[2] if attribute == "Name" else arn


def _arn(name: str) -> str:
    return ARNS.get(name) or KINDS[translated()["Resources"][name]["Type"]] + name


def _own(name: str, role: Mapping[str, Any]) -> Iterator[Grant]:
    for policy in role.get("Policies", []):
        yield from _of_policy(policy["PolicyDocument"])
    for resource in translated()["Resources"].values():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::IAM::Policy" and {"Ref": name} in properties["Roles"]:
            yield from _of_policy(properties["PolicyDocument"])


def _of_policy(document: Mapping[str, Any]) -> Iterator[Grant]:
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow", statement
        for action in _listed(statement["Action"]):
            for resource in _listed(statement["Resource"]):
                yield Grant(action, resolve(resource), _conditions(statement))


def _conditions(statement: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operator: {
            key: wanted if isinstance(wanted, list) else resolve(wanted)
            for key, wanted in keys.items()
        }
        for operator, keys in statement.get("Condition", {}).items()
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
