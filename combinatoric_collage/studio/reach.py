"""Which stack the studio works on at this moment: laptop clouds come and go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from combinatoric_collage.cli.stacks import laptop, running_cloud
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack

Reach = Callable[[], Stack]
"""The stack; raises RunFailed StackGone when there is none now."""


def always(stack: Stack) -> Reach:
    """A stack that stays: one that is deployed, or the studio's own."""
    return lambda: stack


class Found:
    """The laptop cloud that another process runs, and whichever follows it there."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._lock = Lock()
        self._known: running_cloud.Running | None = None
        self._stack: Stack | None = None

    def __call__(self) -> Stack:
        """The stack of the cloud that runs now.

        Raises:
            RunFailed: StackGone, when none does.
        """
        found = running_cloud.find(self._state)
        # One that another command has started for itself ends with that command.
        if found is None or not found.stays:
            raise RunFailed(
                "StackGone", "The laptop cloud has stopped. Start it again with `collage up`."
            )
        with self._lock:
            if self._stack is None or found != self._known:
                self._known, self._stack = found, laptop.handed_over(found)
            return self._stack
