"""What a role may do, asked by a service before it takes the role for its own work.

Step Functions looks at a role when a state machine is made, and ECS when a task is to have one.
"""

import json
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.moto.iam_resources import match

# The rule by which Step Functions hears of the end of what a `.sync` has started.
# "Service integration patterns: Run a Job", IAM policies in its developer guide.
MANAGED_RULES = {
    "ecs:runTask": "StepFunctionsGetEventsForECSTaskRule",
    "batch:submitJob": "StepFunctionsGetEventsForBatchJobsRule",
    "states:startExecution": "StepFunctionsGetEventsForStepFunctionsExecutionRule",
}
MANAGE_RULE = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
# "Using CloudWatch Logs to log execution history", same guide; there is no narrower resource.
DELIVER_LOGS = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)

OPERATORS: Mapping[str, Callable[[str, str], object]] = {
    "StringEquals": operator.eq,
    "StringLike": match,
    "ArnEquals": match,
    "ArnLike": match,
}
"""Of conditions: what is wanted, and what the call has."""


def role_named(arn: str) -> Any:
    """The role, as moto has it; None for one that is not of this cloud."""
    from moto.iam.models import iam_backends

    roles = iam_backends[ACCOUNT]["aws"].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def policies(role: Any) -> list[Any]:
    """Inline and managed policies of a role, as moto's own evaluation takes them."""
    for name, policy in role.policies.items():
        if not isinstance(policy, str):
            # CloudFormation leaves a mapping, where the API leaves the text of one.
            role.policies[name] = json.dumps(policy)
    return [*role.policies.values(), *role.managed_policies.values()]


def may(role: Any, action: str, resource: str, context: Mapping[str, str] | None = None) -> bool:
    """Whether the policies of a role allow an action; `context` has the keys of conditions."""
    from moto.iam.access_control import IAMPolicy, PermissionResult

    known = dict(context or {})
    found = [
        IAMPolicy(policy).is_action_permitted(action, resource, None, known)
        for policy in policies(role)
    ]
    return PermissionResult.PERMITTED in found and PermissionResult.DENIED not in found


def decision(
    policies: Iterable[Any], action: str, resource: str, context: Mapping[str, str]
) -> Literal["allowed", "denied", "not allowed"]:
    """What policies say of a call, as IAM decides it; `context` has the keys of conditions.

    Unlike moto's own evaluation a condition whose key the call has not is not met, and neither is
    one by an operator that is not known here: a statement with it does not count.
    """
    from moto.iam.access_control import IAMPolicy

    effects = {
        statement["Effect"]
        for policy in policies
        for statement in _listed(IAMPolicy(policy)._policy_json["Statement"])
        if _names(statement, "Action", action)
        and _names(statement, "Resource", resource)
        and _met(statement.get("Condition", {}), context)
    }
    if "Deny" in effects:
        return "denied"
    return "allowed" if "Allow" in effects else "not allowed"


def _names(statement: Mapping[str, Any], element: str, value: str) -> bool:
    """Whether a statement is about an action or a resource."""
    if f"Not{element}" in statement:
        return not any(match(one, value) for one in _listed(statement[f"Not{element}"]))
    return any(match(one, value) for one in _listed(statement[element]))


def _met(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    return all(
        kind in OPERATORS
        and key in context
        and any(OPERATORS[kind](wanted, context[key]) for wanted in _listed(values))
        for kind, keys in conditions.items()
        for key, values in keys.items()
    )


def trusts(role: Any, service: str) -> bool:
    """Whether a service may take the role."""
    document = role.assume_role_policy_document
    known = json.loads(document) if isinstance(document, str) else document
    found = known.get("Statement", [])
    for statement in found if isinstance(found, list) else [found]:
        named = (statement.get("Principal") or {}).get("Service", [])
        if statement.get("Effect") == "Allow" and service in _listed(named):
            return True
    return False


def why_not(
    arn: str, machine: str, region: str, definition: str, logging: Mapping[str, Any]
) -> str | None:
    """Why Step Functions would not make a state machine with a role, or could not run it.

    `machine` is its ARN, `definition` its JSON and `logging` its LoggingConfiguration. AWS says the
    last one, on the children of a distributed Map, when the first of them is to start.
    """
    role = role_named(arn)
    if role is None:
        return None
    if not trusts(role, "states.amazonaws.com"):
        return f"states.amazonaws.com is not authorized to assume the role {arn}."
    states = list(_states(json.loads(definition)))
    for call, rule in MANAGED_RULES.items():
        if any(str(s.get("Resource", "")).endswith(f":::{call}.sync") for s in states):
            place = f"arn:aws:events:{region}:{ACCOUNT}:rule/{rule}"
            if lacks := _lacking(role, MANAGE_RULE, place):
                return f"'{arn}' is not authorized to create managed-rule: {lacks}."
    if logging.get("Level", "OFF") != "OFF" and (lacks := _lacking(role, DELIVER_LOGS, "*")):
        return f"'{arn}' is not authorized to access the Log Destination: {lacks}."
    modes = {_mode(state) for state in states}
    if "DISTRIBUTED" in modes and (lacks := _lacking(role, ["states:StartExecution"], machine)):
        return f"'{arn}' may not start the executions of a distributed Map: {lacks}."
    return None


def _mode(state: Mapping[str, Any]) -> str | None:
    mode = state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode")
    return mode if isinstance(mode, str) else None


def _lacking(role: Any, actions: Iterable[str], resource: str) -> str:
    lacks = [action for action in actions if not may(role, action, resource)]
    return f"it lacks {', '.join(lacks)} on {resource}" if lacks else ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _states(definition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The states of a definition, and of the Maps and Parallels in it."""
    for state in definition.get("States", {}).values():
        yield state
        inner = [state.get("ItemProcessor"), state.get("Iterator"), *state.get("Branches", [])]
        for machine in inner:
            if isinstance(machine, dict):
                yield from _states(machine)
