"""Containers of ECS tasks, run as processes of this machine."""

import os
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Semaphore, Thread

from combinatoric_collage.local.aws import no_proxies
from combinatoric_collage.local.processes.child import Child
from combinatoric_collage.local.processes.functions import FROM_THE_MACHINE

GUARD = Path(__file__).with_name("guard.py")
# As many as a cluster of one instance takes that fills it; others wait.
AT_ONCE = 1
PULSE_SECONDS = 0.05
KILLED = 128 + signal.SIGKILL


@dataclass(frozen=True)
class Container:
    """What runs here in the place of a container's image."""

    command: Sequence[str]
    """In the place of the image's entry point; the task's command follows as its arguments."""
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the image would set; the task's own comes after it."""


class Task:
    """One task, from its start to its end, in a thread of its own."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        cwd: Path,
        environment: Mapping[str, str],
        tmp: Path,
        grace: float,
        log: Callable[[str], None],
        changed: Callable[[int | None], None],
        places: Semaphore,
    ) -> None:
        """`changed` hears None when the process begins, and its exit code when it has ended.

        `grace` is the time between SIGTERM and SIGKILL, in seconds.
        """
        self._name = name
        self._command = command
        self._cwd = cwd
        self._environment = environment
        self._tmp = tmp
        self._grace = grace
        self._log = log
        self._changed = changed
        self._places = places
        self._stop = Event()
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def stop(self, grace: float | None = None) -> None:
        """Asks the process to end; `grace` instead of the task's own."""
        self._grace = self._grace if grace is None else min(grace, self._grace)
        self._stop.set()

    def join(self) -> None:
        """Waits for the end."""
        self._thread.join()

    def _work(self) -> None:
        code = KILLED
        while not self._places.acquire(timeout=PULSE_SECONDS):
            if self._stop.is_set():
                self._changed(code)
                return
        try:
            if not self._stop.is_set():
                self._changed(None)
                code = self._run()
        finally:
            self._places.release()
            self._changed(code)

    def _run(self) -> int:
        self._tmp.mkdir()
        child = Child.python(
            ["-P", str(GUARD), *self._command], self._cwd, self._environment, self._hear
        )
        try:
            while child.runs and not self._stop.wait(PULSE_SECONDS):
                pass
            if child.runs:
                child.terminate(self._grace)
        finally:
            killed = child.runs
            code = child.kill()
            child.join()
            shutil.rmtree(self._tmp, ignore_errors=True)
        return KILLED if killed else code if code >= 0 else 128 - code

    def _hear(self, line: str) -> None:
        self._log(f"{self._name}: {line.rstrip()}")


class Tasks:
    """The tasks of a cloud."""

    def __init__(
        self,
        containers: Mapping[str, Container],
        environment: Callable[[str | None, Path], Mapping[str, str]],
        folder: Path,
        log: Callable[[str], None],
    ) -> None:
        """`environment` is what a process of a role, with a folder of its own, has of the cloud."""
        self._containers = containers
        self._environment = environment
        self._folder = folder
        self._log = log
        self._tasks: dict[str, Task] = {}
        self._places = Semaphore(AT_ONCE)

    def start(
        self,
        arn: str,
        container: str,
        role: str | None,
        arguments: Sequence[str],
        variables: Mapping[str, str],
        grace: float,
        changed: Callable[[int | None], None],
    ) -> bool:
        """Starts a task; False when nothing is known to run in the place of its container."""
        found = self._containers.get(container)
        if found is None:
            return False
        id = arn.rpartition("/")[2]
        tmp = self._folder / f"task-{id}"
        self._tasks[arn] = Task(
            name=f"{container} {id[:8]}",
            command=[*found.command, *arguments],
            cwd=found.cwd,
            environment={**found.environment, **variables, **self._environment(role, tmp)},
            tmp=tmp,
            grace=grace,
            log=self._log,
            changed=changed,
            places=self._places,
        )
        return True

    def stop(self, arn: str) -> None:
        """Asks a task's process to end."""
        if arn in self._tasks:
            self._tasks[arn].stop()

    def end(self, grace: float) -> None:
        """Ends all of them, after `grace` seconds at most, and waits for that."""
        for task in self._tasks.values():
            task.stop(grace)
        for task in self._tasks.values():
            task.join()


def environment(endpoint: str, tmp: Path, credentials: Mapping[str, str]) -> dict[str, str]:
    """What a task's process has besides the variables of its container.

    No Region: on an instance ECS names none either.
    """
    return {
        **{name: os.environ[name] for name in FROM_THE_MACHINE if name in os.environ},
        "AWS_ENDPOINT_URL": endpoint,
        # A home of its own, so that no AWS profile is found; also its /tmp.
        "HOME": str(tmp),
        "TMPDIR": str(tmp),
        **no_proxies(),
        **credentials,
    }
