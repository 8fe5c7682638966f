"""Step Functions tells EventBridge how its executions begin and end; moto's does not."""

import uuid
from contextlib import ExitStack
from typing import Any

from combinatoric_collage.local.moto.host import Host, replace


def patch(host: Host, stack: ExitStack) -> None:
    """Rules hear of every execution."""
    from moto.stepfunctions.parser.backend.execution import (
        BaseExecutionWorkerCommunication,
        Execution,
    )

    start, terminated = Execution.start, BaseExecutionWorkerCommunication.terminated

    def started(self: Any) -> None:
        start(self)
        _tell(self)

    def ended(self: Any) -> None:
        terminated(self)
        if not host.stopping.is_set():
            _tell(self.execution)

    replace(stack, Execution, "start", started)
    replace(stack, BaseExecutionWorkerCommunication, "terminated", ended)


def _tell(execution: Any) -> None:
    """Sends the event to the rules of the default bus."""
    from moto.events.models import events_backends

    event: Any = status_change(execution)
    bus = events_backends[execution.account_id][execution.region_name].event_buses["default"]
    for rule in list(bus.rules.values()):
        rule.send_to_targets(event, transform_input=False)


def status_change(execution: Any) -> dict[str, Any]:
    """The event as Step Functions sends it; times in the detail are milliseconds."""
    described = execution.to_describe_output()
    stopped = described.get("stopDate")
    detail = {
        "executionArn": described["executionArn"],
        "stateMachineArn": described["stateMachineArn"],
        "name": described["name"],
        "status": execution.status,
        "startDate": round(described["startDate"].timestamp() * 1000),
        "stopDate": round(stopped.timestamp() * 1000) if stopped else None,
        "input": described.get("input"),
        "output": described.get("output"),
        "error": described.get("error"),
        "cause": described.get("cause"),
    }
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": execution.account_id,
        "time": (stopped or described["startDate"]).timestamp(),
        "region": execution.region_name,
        "resources": [described["executionArn"]],
        "detail": detail,
    }
