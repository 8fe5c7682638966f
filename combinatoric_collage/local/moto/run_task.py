"""Step Functions: `ecs:runTask` starts a task, and with `.sync` waits for its end."""

import json
from contextlib import ExitStack
from typing import Any, cast

from botocore.exceptions import ClientError

from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.moto import rights
from combinatoric_collage.local.moto.executions import Stopped
from combinatoric_collage.local.moto.host import Host, replace

PASSED = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
OVER = "The execution was stopped, or the time of its task was over."


def patch(host: Host, stack: ExitStack) -> None:
    """The interpreter asks in the wrong case, takes every end for a success and stops nothing."""
    from moto.core.utils import pascal_to_camelcase, remap_nested_keys
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service_ecs,
    )

    service = state_task_service_ecs.StateTaskServiceEcs
    wait, known = service._eval_sync, service._from_error

    def submit(
        self: Any,
        env: Any,
        resource_runtime_part: Any,
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> None:
        client = host.role_client(state_credentials.role_arn, "StepFunctions", "ecs")
        asked = remap_nested_keys(normalised_parameters, pascal_to_camelcase)
        _pass_roles(host.region, state_credentials.role_arn, asked)
        answer = client.run_task(**asked)
        env.stack.append(
            {name.capitalize(): _shown(answer[name]) for name in ("tasks", "failures")}
        )

    def resolver(
        self: Any,
        env: Any,
        resource_runtime_part: Any,
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> _Look:
        client = host.role_client(state_credentials.role_arn, "StepFunctions", "ecs")
        return _Look(self, env, client, env.stack.pop()["Tasks"][0])

    def sync(self: Any, env: Any, sync_resolver: _Look, timeout_seconds: int, **_: Any) -> Any:
        # Nobody calls back: the end of the task is what is waited for.
        result = wait(self, env, sync_resolver, timeout_seconds, None, None)
        if result is None:
            sync_resolver.stop()
            raise Stopped
        return result

    def from_error(self: Any, env: Any, ex: Exception) -> Any:
        """What ECS refuses is a failure by its own name, which a Catch may wait for."""
        if not isinstance(ex, ClientError):
            return known(self, env=env, ex=ex)
        return _refused(self, env, ex)

    replace(stack, service, "_from_error", from_error)
    replace(stack, service, "_eval_service_task", submit)
    replace(stack, service, "_build_sync_resolver", resolver)
    replace(stack, service, "_eval_sync", sync)


class _Look:
    """Looks for the end of a task, as the machine's role."""

    def __init__(self, service: Any, env: Any, client: Any, task: dict[str, Any]) -> None:
        self._service, self._env, self._client = service, env, client
        self._task = {"cluster": task["ClusterArn"], "tasks": [task["TaskArn"]]}

    def __call__(self) -> Any:
        found = self._client.describe_tasks(**self._task)["tasks"][0]
        if found["lastStatus"] != "STOPPED":
            return None
        task = _shown(found)
        if all(one.get("ExitCode") == 0 for one in task["Containers"]):
            return task
        raise _failed(self._service, self._env, task)

    def stop(self) -> None:
        self._client.stop_task(
            cluster=self._task["cluster"], task=self._task["tasks"][0], reason=OVER
        )


def _pass_roles(region: str, machine: str, asked: dict[str, Any]) -> None:
    """A task has no role that who runs it may not pass on."""
    from moto.ecs.models import ecs_backends

    own, given = rights.role_named(machine), asked.get("overrides", {})
    backend: Any = ecs_backends[ACCOUNT][region]
    definition = backend.describe_task_definition(asked["taskDefinition"])
    for role in (
        given.get("taskRoleArn") or definition.task_role_arn,
        given.get("executionRoleArn") or definition.execution_role_arn,
    ):
        if role and own and not rights.may(own, "iam:PassRole", role, PASSED):
            said = f"{machine} is not authorized to perform: iam:PassRole on resource: {role}"
            raise ClientError(
                {"Error": {"Code": "AccessDeniedException", "Message": said}}, "RunTask"
            )


def _shown(found: Any) -> Any:
    """As Step Functions shows it, with times in milliseconds."""
    from moto.core.utils import camelcase_to_pascal, remap_nested_keys

    text = json.dumps(found, default=lambda time: int(time.timestamp() * 1000))
    return remap_nested_keys(json.loads(text), camelcase_to_pascal)


def _failed(service: Any, env: Any, task: Any) -> Exception:
    """The end of a task that did not end well."""
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
        StatesErrorName,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
        StatesErrorNameType,
    )

    name = StatesErrorNameType.StatesTaskFailed
    cause = json.dumps(task)
    return FailureEventException(
        _event(service, env, StatesErrorName(typ=name), name.to_name(), cause)
    )


def _refused(service: Any, env: Any, error: ClientError) -> Any:
    """A task that ECS did not take."""
    from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
        CustomErrorName,
    )

    name, cause = f"ECS.{error.response['Error']['Code']}", error.response["Error"]["Message"]
    return _event(service, env, CustomErrorName(name), name, cause)


def _event(service: Any, env: Any, error_name: Any, name: str, cause: str) -> Any:
    from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
    )

    details = TaskFailedEventDetails(
        resource=service._get_sfn_resource(),
        resourceType=service._get_sfn_resource_type(),
        error=name,
        cause=cause,
    )
    return FailureEvent(
        env=env,
        error_name=error_name,
        event_type=HistoryEventType.TaskFailed,
        event_details=cast(Any, {"taskFailedEventDetails": details}),
    )
