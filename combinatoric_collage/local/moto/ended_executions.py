"""Executions that have ended keep what their clients may still ask for, and no more.

moto keeps all that the interpreter had of each, and each of its threads: about 1 MB of a small
run. What became of an execution and the counts of its Maps stay for as long as the cloud; its
history stays until some others have ended after it. AWS forgets both, after 90 days.
"""

import ctypes
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

from combinatoric_collage.local.moto.host import Host, replace

# Executions whose histories are kept; of one that is looked at, it is asked at once.
HISTORIES = 20


def patch(_host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
    from moto.stepfunctions.parser.utils import TMP_THREADS

    terminated = BaseExecutionWorkerCommunication.terminated
    newest: deque[_Ended] = deque()
    trim = _trim()

    def ended(self: Any) -> None:
        terminated(self)
        kept = _Ended(self.execution.exec_worker.env)
        self.execution.exec_worker = kept
        newest.append(kept)
        while len(newest) > HISTORIES:
            newest.popleft().forget()
        for thread in list(TMP_THREADS):
            # One that has no id yet is about to start.
            if thread.ident and not thread.is_alive():
                with suppress(ValueError):
                    TMP_THREADS.remove(thread)
        trim(0)

    replace(stack, BaseExecutionWorkerCommunication, "terminated", ended)


def _trim() -> Callable[[int], object]:
    """What has glibc give back to the system what was freed, where that is the C library.

    Bodies of objects pass through many threads, and each leaves holes that it would keep.
    """
    try:
        found: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda _left: None
    return found


@dataclass
class _Environment:
    """Stands in for the interpreter's environment of an execution."""

    event_manager: Any
    map_run_record_pool_manager: Any
    state: Any

    def program_state(self) -> Any:
        return self.state


class _Ended:
    """Stands in for the worker of an execution."""

    def __init__(self, env: Any) -> None:
        # The very manager: what is under way in a stopped execution may still tell of its end.
        self.env = _Environment(
            env.event_manager, env.map_run_record_pool_manager, env.program_state()
        )

    def stop(self, **_why: Any) -> None:
        """There is nothing to stop."""

    def forget(self) -> None:
        """Lets go of the history."""
        from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager

        self.env.event_manager = EventManager()
