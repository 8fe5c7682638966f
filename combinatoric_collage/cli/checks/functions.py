"""Checks of what Lambda has for the functions."""

from __future__ import annotations

from botocore.exceptions import ClientError

from combinatoric_collage.cli.checks.finding import Wrong
from combinatoric_collage.cli.checks.subject import Subject, template

UNKNOWN = {"ValidationException", "InvalidParameterValueException"}


def runtime(subject: Subject) -> str:
    """Whether Lambda has the template's runtime and architecture in the region.

    There is no list of them; but Lambda checks what it is asked to list layers for.
    """
    shared = template()["Globals"]["Function"]
    name, (architecture,) = shared["Runtime"], shared["Architectures"]
    try:
        subject.client("lambda").list_layers(
            CompatibleRuntime=name, CompatibleArchitecture=architecture, MaxItems=1
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in UNKNOWN:
            raise
        raise Wrong(
            f"Lambda has no {name} on {architecture} in {subject.region}: "
            "deploy in a region that has, or change Runtime in template.yaml and build anew"
        ) from error
    return f"{name} on {architecture}"


def functions(subject: Subject) -> str:
    """Whether all functions of the stack stand ready."""
    names = subject.resources("AWS::Lambda::Function").values()
    for name in names:
        known = subject.client("lambda").get_function_configuration(FunctionName=name)
        if known.get("State", "Active") not in ("Active", "Inactive"):
            raise Wrong(
                f"the function {name} is {known['State']}: "
                f"{known.get('StateReason', 'no reason is given')}; deploy the stack again"
            )
    return f"{len(names)} stand ready"


def concurrency(subject: Subject) -> str:
    """Whether the account lets as many functions run at once as a collage may ask for."""
    wanted = int(subject.parameter("MaxConcurrency"))
    limits = subject.client("lambda").get_account_settings()["AccountLimit"]
    free = limits.get("UnreservedConcurrentExecutions", limits["ConcurrentExecutions"])
    if free < wanted:
        raise Wrong(
            f"Lambda runs {free} functions at once here and MaxConcurrency is {wanted}: runs are "
            f"throttled and slow; set MaxConcurrency={max(1, free - 2)}, or ask Service Quotas for "
            "more concurrent executions (L-B99A9384)"
        )
    return f"{free} functions at once, MaxConcurrency is {wanted}"
