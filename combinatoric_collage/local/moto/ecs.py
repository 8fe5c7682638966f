"""ECS: a task is a process of this machine."""

import datetime
from contextlib import ExitStack
from typing import Any

from combinatoric_collage.local.moto.cloudformation import named
from combinatoric_collage.local.moto.host import Host, after, replace

# What stands for instances: this machine has itself.
CAPACITY = (
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::EC2::LaunchTemplate",
    "AWS::EC2::SecurityGroup",
    "AWS::ECS::CapacityProvider",
    "AWS::ECS::ClusterCapacityProviderAssociations",
)


def patch(host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    _definitions(stack)
    _tasks(host, stack)
    named(stack, CAPACITY)


def _definitions(stack: ExitStack) -> None:
    """A task definition has no role."""
    from moto.ecs.models import TaskDefinition

    def complete(made: Any, _name: str, resource: dict[str, Any], *_: Any) -> None:
        properties = resource["Properties"]
        made.task_role_arn = properties.get("TaskRoleArn")
        made.execution_role_arn = properties.get("ExecutionRoleArn")

    after(stack, TaskDefinition, "create_from_cloudformation_json", complete)


def _tasks(host: Host, stack: ExitStack) -> None:
    """Tasks in moto need an instance, run nothing and advance when they are looked at."""
    from moto.ecs.exceptions import EcsClientException
    from moto.ecs.models import EC2ContainerServiceBackend, Task

    def run(
        self: Any,
        cluster_str: str,
        task_definition_str: str,
        count: int,
        overrides: dict[str, Any] | None,
        started_by: str,
        tags: Any,
        launch_type: str | None,
        _network: Any = None,
        group: str | None = None,
        *_: Any,
    ) -> list[Any]:
        cluster = self._get_cluster(cluster_str)
        definition = self.describe_task_definition(task_definition_str)
        if len(definition.container_definitions) != 1:
            raise EcsClientException("A task of other than one container cannot run here.")
        made = []
        for _number in range(count):
            task: Any = Task(
                cluster,
                definition,
                None,
                None,
                backend=self,
                group=group or f"family:{definition.family}",
                overrides=overrides or {},
                started_by=started_by or "",
                tags=tags or [],
                launch_type=launch_type or "EC2",
            )
            task.last_status, task.containers[0].exitCode = "PENDING", None
            task.created_at = _now()
            self.tasks.setdefault(cluster.name, {})[task.task_arn] = task
            made.append(task)
            _start(host, task, definition)
        return made

    def stop(self: Any, cluster_str: str, task_str: str, reason: str) -> Any:
        tasks = self.tasks.get(self._get_cluster(cluster_str).name, {})
        for arn, task in tasks.items():
            if arn.endswith(task_str.rpartition("/")[2]):
                if task.desired_status != "STOPPED":
                    task.desired_status, task.stop_code = "STOPPED", "UserInitiated"
                    task.stopped_reason = reason
                    host.tasks.stop(arn)
                return task
        raise EcsClientException("The referenced task was not found.")

    replace(stack, EC2ContainerServiceBackend, "run_task", run)
    replace(stack, EC2ContainerServiceBackend, "stop_task", stop)
    replace(stack, Task, "advance", lambda self: None)


def _start(host: Host, task: Any, definition: Any) -> None:
    container, defined = task.containers[0], definition.container_definitions[0]
    changes: dict[str, Any] = next(
        (
            one
            for one in task.overrides.get("containerOverrides", [])
            if one.get("name") == defined["name"]
        ),
        {},
    )

    def changed(code: int | None) -> None:
        if code is None:
            task.last_status = container.last_status = "RUNNING"
            task.started_at = _now()
            return
        container.exitCode, container.last_status = code, "STOPPED"
        if task.desired_status != "STOPPED":
            task.desired_status, task.stop_code = "STOPPED", "EssentialContainerExited"
            task.stopped_reason = "Essential container in task exited"
        task.stopped_at = _now()
        # Who waits for the end looks at this.
        task.last_status = "STOPPED"

    variables = {
        pair["name"]: str(pair.get("value", ""))
        for pair in (*defined["environment"], *changes.get("environment", []))
    }
    begun = host.tasks.start(
        arn=task.task_arn,
        container=defined["name"],
        role=task.overrides.get("taskRoleArn") or definition.task_role_arn,
        arguments=changes.get("command") or defined.get("command") or [],
        variables=variables,
        grace=float(defined.get("stopTimeout", 30)),
        changed=changed,
    )
    if not begun:
        task.desired_status, task.stop_code = "STOPPED", "TaskFailedToStart"
        task.stopped_reason = container.reason = (
            f"CannotPullContainerError: the image {container.image} cannot run on this machine, "
            f"and nothing is named to run in the place of the container {container.name}."
        )
        container.last_status, task.stopped_at = "STOPPED", _now()
        task.last_status = "STOPPED"


def _now() -> datetime.datetime:
    return datetime.datetime.now(tz=datetime.UTC)
