"""Every change of moto, made and unmade together, and what is left of a cloud that stops."""

import datetime
import logging
import time
from contextlib import ExitStack
from importlib import import_module
from typing import Any

from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.moto import (
    apigateway,
    cloudformation,
    cloudfront,
    dynamodb,
    ecs,
    ended_executions,
    events,
    executions,
    expressions,
    grammars,
    iam,
    instance_tracking,
    invocations,
    made_by_api,
    made_once,
    object_memory,
    run_task,
    s3,
    s3_listing,
    service_descriptions,
    signatures,
    status,
    stepfunctions,
)
from combinatoric_collage.local.moto.host import Host

logger = logging.getLogger("local")

CHANGES = (
    service_descriptions,
    grammars,
    instance_tracking,
    cloudformation,
    apigateway,
    cloudfront,
    made_by_api,
    made_once,
    signatures,
    dynamodb,
    expressions,
    stepfunctions,
    invocations,
    executions,
    status,
    ended_executions,
    ecs,
    run_task,
    events,
    s3,
    s3_listing,
    object_memory,
    iam,
)
"""In the order in which they are made: later ones go over earlier ones."""

AHEAD = (
    "moto.core.models",
    "flask",
    "moto.cloudformation.models",
    "moto.stepfunctions.parser.models",
)
"""What takes its time to be imported: CloudFormation brings all services that it can make."""


def bring() -> None:
    """Imports that, for who has time before a cloud is started."""
    with ExitStack() as meanwhile:
        # Without these sessions that are made at import would read what is read once, EC2 all that
        # is left out of it, and parsers what they parse by.
        service_descriptions.patch(None, meanwhile)
        grammars.patch(None, meanwhile)
        for name in AHEAD:
            import_module(name)


def install(host: Host) -> ExitStack:
    """Changes moto; closing the stack changes it back."""
    with ExitStack() as stack:
        for change in CHANGES:
            change.patch(host, stack)
        return stack.pop_all()


def under_way(region: str) -> list[Any]:
    """The executions that have not ended."""
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    backend: Any = stepfunctions_parser_backends[ACCOUNT][region]
    found = (one for machine in backend.state_machines for one in list(machine.executions))
    return [execution for execution in found if execution.exec_status == "RUNNING"]


def end_executions(region: str, patience: float) -> None:
    """Stops what still runs and waits `patience` seconds at most for its threads."""
    from moto.stepfunctions.parser.utils import TMP_THREADS

    now = datetime.datetime.now(tz=datetime.UTC)
    for execution in under_way(region):
        execution.stop(stop_date=now, error="Stopped", cause="The cloud was stopped.")
    deadline = time.monotonic() + patience
    for thread in TMP_THREADS:
        thread.join(max(0.0, deadline - time.monotonic()))
    left = sum(thread.is_alive() for thread in TMP_THREADS)
    if left:
        logger.warning("%d threads of stopped executions are still ending.", left)
    TMP_THREADS.clear()


def forget() -> None:
    """Empties moto's account."""
    from moto.moto_api._internal.models import MotoAPIBackend

    MotoAPIBackend(region_name="us-east-1", account_id=ACCOUNT).reset()
