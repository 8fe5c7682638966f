"""What a role of the stack may do, by IAM's policy simulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from combinatoric_collage.cli.checks.finding import NotChecked, Wrong
from combinatoric_collage.cli.checks.subject import Subject


def role_of(subject: Subject, logical: str) -> str:
    """The ARN of a role of the stack, by its logical id.

    Raises:
        Wrong: when the stack has none.
    """
    name = subject.resources("AWS::IAM::Role").get(logical)
    if name is None:
        raise Wrong(f"the stack has no {logical}: deploy it as template.yaml has it")
    return str(subject.client("iam").get_role(RoleName=name)["Role"]["Arn"])


def allowed(
    subject: Subject,
    role: str,
    actions: Sequence[str],
    resource: str,
    context: Mapping[str, str] | None = None,
) -> bool:
    """Whether the role may do all of these to a resource, its boundary and organisation included.

    ``context`` has the keys that conditions ask for.

    Raises:
        NotChecked: where IAM has no simulator.
    """
    iam = subject.client("iam")
    if "amazonaws" not in iam.meta.endpoint_url:
        raise NotChecked("IAM's policy simulator is AWS's own, and this is another cloud")
    answer = iam.simulate_principal_policy(
        PolicySourceArn=role,
        ActionNames=list(actions),
        ResourceArns=[resource],
        ContextEntries=[
            {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for name, value in (context or {}).items()
        ],
    )
    return all(one["EvalDecision"] == "allowed" for one in answer["EvaluationResults"])
