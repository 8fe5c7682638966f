"""Least privilege, both ways: every permission has its reason, and nothing else is allowed."""

import pytest

from collage import engines
from collage.engines.provider import Provider
from tests.infrastructure import permissions
from tests.infrastructure.forbidden import CALLS, Call
from tests.infrastructure.reasons import MANAGED, REASONS
from tests.infrastructure.roles import ACCOUNT, REGION, grants, managed, may, roles


def test_every_permission_has_its_reason_and_every_reason_its_permission() -> None:
    granted = {
        role: {(grant.action, grant.place) for grant in allowed}
        for role, allowed in grants().items()
    }
    explained = {
        role: {(action, place) for action, places in actions.items() for place in places}
        for role, actions in REASONS.items()
    }

    assert granted == explained


def test_every_policy_of_awss_own_has_its_reason() -> None:
    assert {name for names in managed().values() for name in names} == set(MANAGED)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.action} {call.place}")
def test_a_call_is_allowed_to_those_who_need_it_and_to_nobody_else(call: Call) -> None:
    allowed = {role for role in roles() if may(role, call.action, call.resource, call.context)}

    assert allowed == call.allowed


@pytest.mark.parametrize(
    "provider",
    [one for one in engines.providers().values() if one.key],
    ids=lambda provider: provider.name,
)
def test_what_asks_a_provider_may_read_its_key(provider: Provider) -> None:
    asking = {"RenderTileFunctionRole", *(["ListStylesFunctionRole"] if provider.styles else [])}
    key = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{provider.name}-key-a1B2c3"

    readers = {role for role in roles() if may(role, "secretsmanager:GetSecretValue", key, {})}

    assert readers == asking


def test_a_role_is_taken_by_one_service_alone() -> None:
    trusted = {
        role: [
            (statement["Effect"], statement["Action"], statement["Principal"])
            for statement in properties["AssumeRolePolicyDocument"]["Statement"]
        ]
        for role, properties in roles().items()
    }
    by_name = {
        "GpuInstanceRole": "ec2.amazonaws.com",
        "DiffusionRole": "ecs-tasks.amazonaws.com",
        "DiffusionExecutionRole": "ecs-tasks.amazonaws.com",
        "CollageStateMachineRole": "states.amazonaws.com",
        "MessagesStateMachineRole": "states.amazonaws.com",
        "MessagesStateMachineEndsRole": "events.amazonaws.com",
    }
    for role, ((effect, action, principal),) in trusted.items():
        service = by_name.get(role, "lambda.amazonaws.com")
        assert effect == "Allow", role
        assert action in ("sts:AssumeRole", ["sts:AssumeRole"]), role
        assert principal in ({"Service": service}, {"Service": [service]}), role


def test_the_page_in_the_docs_is_current() -> None:
    assert permissions.PAGE.read_text(encoding="utf-8") == permissions.text()
