"""Checks of what the workflow may do."""

from __future__ import annotations

from combinatoric_collage.cli.checks.finding import Wrong
from combinatoric_collage.cli.checks.simulated import allowed, role_of
from combinatoric_collage.cli.checks.subject import Subject

RULE = "StepFunctionsGetEventsForECSTaskRule"
"""The managed rule by which Step Functions hears of the end of a task; it asks for the right to
make it as soon as a definition waits for one, used or not."""

ACTIONS = ("events:PutRule", "events:PutTargets", "events:DescribeRule")


def managed_rule(subject: Subject) -> str:
    """Whether the machine's role may have Step Functions' managed rule."""
    role = role_of(subject, "CollageStateMachineRole")
    partition, account = role.split(":")[1], role.split(":")[4]
    rule = f"arn:{partition}:events:{subject.region}:{account}:rule/{RULE}"
    if not allowed(subject, role, ACTIONS, rule):
        raise Wrong(
            f"the role {role} may not {', '.join(ACTIONS)} on {rule}, without which Step Functions "
            "makes no such workflow: deploy template.yaml as it is, and look for a permissions "
            "boundary or an organisation's policy that forbids it"
        )
    return "the workflow's role may have the managed rule"
