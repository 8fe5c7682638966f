"""Step Functions tells EventBridge how its executions begin and end; moto's does not."""

import datetime
import uuid
from contextlib import ExitStack
from typing import Any

from local.moto_patches import Host, replace


def patch(host: Host, stack: ExitStack) -> None:
    """All of it."""
    _reasons(stack)
    _changes(host, stack)


def _reasons(stack: ExitStack) -> None:
    """Whoever stops an execution may say why, which moto does not pass on."""
    from moto.core.responses import ActionResult
    from moto.stepfunctions.responses import StepFunctionResponse

    def stop(self: Any) -> ActionResult:
        execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
        now = datetime.datetime.now(tz=datetime.UTC)
        why = {name: self._get_param(name) for name in ("error", "cause")}
        execution.stop(stop_date=now, **why)
        return ActionResult({"stopDate": now})

    replace(stack, StepFunctionResponse, "stop_execution", stop)


def _changes(host: Host, stack: ExitStack) -> None:
    """Rules hear of every execution, and an execution knows what it was stopped for."""
    from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
    from moto.stepfunctions.parser.backend.execution import (
        BaseExecutionWorkerCommunication,
        Execution,
    )

    start, terminated = Execution.start, BaseExecutionWorkerCommunication.terminated

    def started(self: Any) -> None:
        start(self)
        _tell(self)

    def ended(self: Any) -> None:
        execution = self.execution
        state = execution.exec_worker.env.program_state()
        if isinstance(state, ProgramStopped):
            execution.error, execution.cause = state.error, state.cause
        terminated(self)
        if not host.stopping.is_set():
            _tell(execution)

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
