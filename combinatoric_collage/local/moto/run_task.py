"""Step Functions: `ecs:runTask` starts a task, and with `.sync` waits for its end."""

import json
from contextlib import ExitStack
from typing import Any, cast

from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.moto import rights
from combinatoric_collage.local.moto.executions import Stopped
from combinatoric_collage.local.moto.host import Host, replace

PASSED = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}


def patch(host: Host, stack: ExitStack) -> None:
    """The interpreter asks in the wrong case, takes every end for a success and stops nothing."""
    from botocore.exceptions import ClientError
    from moto.core.utils import camelcase_to_pascal, pascal_to_camelcase, remap_nested_keys
    from moto.ecs.models import ecs_backends
    from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
    from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
        CustomErrorName,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
        StatesErrorName,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
        StatesErrorNameType,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service_ecs,
    )

    service = state_task_service_ecs.StateTaskServiceEcs
    wait = service._eval_sync

    def submit(
        self: Any,
        env: Any,
        resource_runtime_part: Any,
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> None:
        client = host.role_client(state_credentials.role_arn, "StepFunctions", "ecs")
        asked = remap_nested_keys(normalised_parameters, pascal_to_camelcase)
        pass_roles(state_credentials.role_arn, asked)
        answer = client.run_task(**asked)
        env.stack.append({name.capitalize(): shown(answer[name]) for name in ("tasks", "failures")})

    def pass_roles(machine: str, asked: dict[str, Any]) -> None:
        """A task has no role that who runs it may not pass on."""
        own, given = rights.role_named(machine), asked.get("overrides", {})
        definition: Any = ecs_backends[ACCOUNT][host.region].describe_task_definition(
            asked["taskDefinition"]
        )
        for role in (
            given.get("taskRoleArn") or definition.task_role_arn,
            given.get("executionRoleArn") or definition.execution_role_arn,
        ):
            if role and own and not rights.may(own, "iam:PassRole", role, PASSED):
                said = f"{machine} is not authorized to perform: iam:PassRole on resource: {role}"
                raise ClientError(
                    {"Error": {"Code": "AccessDeniedException", "Message": said}}, "RunTask"
                )

    def shown(found: Any) -> Any:
        """As Step Functions shows it, with times in milliseconds."""
        text = json.dumps(found, default=lambda time: int(time.timestamp() * 1000))
        return remap_nested_keys(json.loads(text), camelcase_to_pascal)

    class Look:
        """Looks for the end of a task, as the machine's role."""

        def __init__(self, service: Any, env: Any, client: Any, task: dict[str, Any]) -> None:
            self._service, self._env, self._client = service, env, client
            self._task = {"cluster": task["ClusterArn"], "tasks": [task["TaskArn"]]}

        def __call__(self) -> Any:
            found = self._client.describe_tasks(**self._task)["tasks"][0]
            if found["lastStatus"] != "STOPPED":
                return None
            task = shown(found)
            if all(one.get("ExitCode") == 0 for one in task["Containers"]):
                return task
            raise self._failure(task)

        def stop(self) -> None:
            self._client.stop_task(
                cluster=self._task["cluster"],
                task=self._task["tasks"][0],
                reason="The execution was stopped, or the time of its task was over.",
            )

        def _failure(self, task: Any) -> Any:
            name = StatesErrorNameType.StatesTaskFailed
            details = TaskFailedEventDetails(
                resource=self._service._get_sfn_resource(),
                resourceType=self._service._get_sfn_resource_type(),
                error=name.to_name(),
                cause=json.dumps(task),
            )
            return FailureEventException(
                FailureEvent(
                    env=self._env,
                    error_name=StatesErrorName(typ=name),
                    event_type=HistoryEventType.TaskFailed,
                    event_details=cast(Any, {"taskFailedEventDetails": details}),
                )
            )

    def resolver(
        self: Any,
        env: Any,
        resource_runtime_part: Any,
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> Look:
        client = host.role_client(state_credentials.role_arn, "StepFunctions", "ecs")
        return Look(self, env, client, env.stack.pop()["Tasks"][0])

    def sync(self: Any, env: Any, sync_resolver: Look, timeout_seconds: int, **_: Any) -> Any:
        # Nobody calls back: the end of the task is what is waited for.
        result = wait(self, env, sync_resolver, timeout_seconds, None, None)
        if result is None:
            sync_resolver.stop()
            raise Stopped
        return result

    known = service._from_error

    def from_error(self: Any, env: Any, ex: Exception) -> Any:
        """What ECS refuses is a failure by its own name, which a Catch may wait for."""
        if not isinstance(ex, ClientError):
            return known(self, env=env, ex=ex)
        error = f"ECS.{ex.response['Error']['Code']}"
        details = TaskFailedEventDetails(
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
            error=error,
            cause=ex.response["Error"]["Message"],
        )
        return FailureEvent(
            env=env,
            error_name=CustomErrorName(error),
            event_type=HistoryEventType.TaskFailed,
            event_details=cast(Any, {"taskFailedEventDetails": details}),
        )

    replace(stack, service, "_from_error", from_error)
    replace(stack, service, "_eval_service_task", submit)
    replace(stack, service, "_build_sync_resolver", resolver)
    replace(stack, service, "_eval_sync", sync)
