"""Executions as their clients see them: named, listed, looked at and stopped as on AWS."""

import datetime
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any, cast

from combinatoric_collage.local.moto.host import Host, replace

PAGE = 100
# How often one that waits for an execution to begin looks again.
PULSE_SECONDS = 0.05
# How often a task that waits for its turn looks whether it is still wanted; its turn wakes it.
WANTED_SECONDS = 0.5
# For a turn, of the time that a state has for its task; it is then told what Lambda says at once.
TURN_SECONDS = 60.0


THROTTLED = {
    "Error": {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."},
    "ResponseMetadata": {"HTTPStatusCode": 429, "RequestId": "none"},
}


class Stopped(Exception):
    """The execution, or the time of its task, is over."""


def patch(host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    _names(stack)
    _history(stack)
    _stop(stack)
    _maps(stack)
    _turns(host, stack)


def _names(stack: ExitStack) -> None:
    """Without a name every execution would be called None, and be one."""
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend

    begin = StepFunctionsParserBackend.start_execution

    def start(self: Any, state_machine_arn: str, name: str | None = None, *rest: Any) -> Any:
        return begin(self, state_machine_arn, name or str(uuid.uuid4()), *rest)

    replace(stack, StepFunctionsParserBackend, "start_execution", start)


def _history(stack: ExitStack) -> None:
    """A history has no order and no pages in moto."""
    from moto.core.responses import ActionResult
    from moto.stepfunctions.responses import StepFunctionResponse

    def history(self: Any) -> Any:
        arn = self._get_param("executionArn")
        back, token = bool(self._get_param("reverseOrder")), self._get_param("nextToken")
        size = int(self._get_param("maxResults") or PAGE)
        found = self.stepfunction_backend.get_execution_history(arn)["events"]
        events = sorted(found, key=lambda event: event["id"], reverse=back)
        if token:
            last = int(token)
            events = [e for e in events if (e["id"] < last if back else e["id"] > last)]
        answer: dict[str, Any] = {"events": events[:size]}
        if len(events) > size:
            answer["nextToken"] = str(events[size - 1]["id"])
        return ActionResult(answer)

    replace(stack, StepFunctionResponse, "get_execution_history", history)


def _stop(stack: ExitStack) -> None:
    """An execution ends when it is stopped, whatever its tasks still do, and says why."""
    from moto.core.responses import ActionResult
    from moto.stepfunctions.parser.api import ExecutionStatus, MapRunStatus
    from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
    from moto.stepfunctions.parser.asl.component.program.program import Program
    from moto.stepfunctions.parser.asl.eval.environment import Environment
    from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
    from moto.stepfunctions.parser.backend.execution import Execution
    from moto.stepfunctions.responses import StepFunctionResponse

    end, set_error, set_stop = Execution.stop, Environment.set_error, Environment.set_stop
    evaluate = EvalComponent.eval

    def answer(self: Any) -> Any:
        arn = self._get_param("executionArn")
        execution = self.stepfunction_backend.describe_execution(arn)
        now = datetime.datetime.now(tz=datetime.UTC)
        execution.stop(now, self._get_param("error"), self._get_param("cause"))
        return ActionResult({"stopDate": execution.stop_date})

    def stop(self: Any, stop_date: Any, error: str | None, cause: str | None) -> None:
        # One that has not begun would not notice.
        while self.exec_worker.env is None or self.exec_worker.env.program_state() is None:
            time.sleep(PULSE_SECONDS)
        if self.exec_status != ExecutionStatus.RUNNING:
            return
        env = self.exec_worker.env
        end(self, stop_date, error, cause)
        if isinstance(env.program_state(), ProgramStopped):
            self.exec_status, self.stop_date = ExecutionStatus.ABORTED, stop_date
            self.error, self.cause = error, cause
            for record in env.map_run_record_pool_manager.get_all():
                if record.status == MapRunStatus.RUNNING:
                    record.set_stop(MapRunStatus.ABORTED)

    def tell(self: Any, *, stop_date: Any, cause: str | None, error: str | None) -> None:
        set_stop(self, stop_date=stop_date, cause=cause, error=error)
        if isinstance(self._program_state, ProgramStopped):
            # It stays set: a Wait that begins only now would sleep through having been told.
            self.program_state_event.set()

    def fail(self: Any, error: Any) -> None:
        # What comes of a task that was under way changes nothing any more.
        if not isinstance(self._program_state, ProgramStopped):
            set_error(self, error)

    def evaluated(self: Any, env: Any) -> None:
        # A program that was stopped before its first state runs none, but says that it has ended.
        if isinstance(self, Program) and not env.is_running():
            self._eval_body(env)
        else:
            evaluate(self, env)

    replace(stack, EvalComponent, "eval", evaluated)
    replace(stack, StepFunctionResponse, "stop_execution", answer)
    replace(stack, Execution, "stop", stop)
    replace(stack, Environment, "set_error", fail)
    replace(stack, Environment, "set_stop", tell)


def _maps(stack: ExitStack) -> None:
    """A distributed Map says from its beginning how many items it has.

    One that was stopped is aborted, and so are the items it has not begun.
    """
    from moto.stepfunctions.parser.api import MapRunStatus
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import (
        distributed_iteration_component as components,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import (  # noqa: E501
        distributed_item_processor_worker as workers,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import (  # noqa: E501
        map_run_record,
    )

    record = map_run_record.MapRunRecord
    worker = workers.DistributedItemProcessorWorker
    component = components.DistributedIterationComponent
    end, work, begin = record.set_stop, worker._eval_job, component._map_run

    def set_stop(self: Any, status: Any) -> None:
        if self.status != MapRunStatus.ABORTED:
            end(self, status)

    def run(self: Any, env: Any, eval_input: Any) -> None:
        eval_input.map_run_record.item_counter.total.count(len(env.stack[-1]))
        begin(self, env, eval_input)

    def job(self: Any, env: Any, job: Any) -> None:
        items, executions = (
            self._map_run_record.item_counter,
            self._map_run_record.execution_counter,
        )
        # As it begins moto counts it, which was counted with all others.
        items.total.offset(-1)
        if env.is_running():
            work(self, env, job)
            return
        for counter in (items, executions):
            counter.total.count()
            counter.aborted.count()

    replace(stack, component, "_map_run", run)
    replace(stack, record, "set_stop", set_stop)
    replace(stack, worker, "_eval_job", job)


def _turns(host: Host, stack: ExitStack) -> None:
    """Calls wait for a free process here, where they notice that they are not wanted any more.

    One that waits long is throttled as on AWS, so that the time-out of its state begins anew.
    """
    from botocore.exceptions import ClientError
    from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

    places = threading.BoundedSemaphore(host.workers)

    def in_turn(call: Callable[..., None], env: Any, **kwargs: Any) -> None:
        given_up = time.monotonic() + TURN_SECONDS
        while not places.acquire(
            timeout=min(WANTED_SECONDS, max(0.0, given_up - time.monotonic()))
        ):
            if not env.is_running():
                raise Stopped
            if time.monotonic() >= given_up:
                raise ClientError(cast(Any, THROTTLED), "Invoke")
        try:
            if not env.is_running():
                raise Stopped
            call(env=env, **kwargs)
        finally:
            places.release()

    name = "execute_lambda_function_integration"
    call = getattr(lambda_eval_utils, name)
    replace(stack, lambda_eval_utils, name, partial(in_turn, call))
