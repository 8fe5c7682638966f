"""The heartbeat: how far the shard is, in the log and in S3, and whether to go on."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from time import monotonic
from typing import Any

from collage.engines.diffusion.shards import ShardProgress
from collage.errors import StoreUnavailable
from tasks.diffusion.ends import Interrupted

Write = Callable[[ShardProgress], None]


class Heartbeat:
    """Told of every step; writes now and then, and raises when the machine is taken away."""

    def __init__(
        self, progress: ShardProgress, write: Write, interrupted: Event, every: float
    ) -> None:
        """``write`` puts the progress where others see it; ``every`` is in seconds."""
        self.progress = progress
        self._write = write
        self._interrupted = interrupted
        self._every = every
        self._last = 0.0

    def check(self) -> None:
        """Go on, or not.

        Raises:
            Interrupted: when the task was told to stop.
        """
        if self._interrupted.is_set():
            raise Interrupted("The task was told to stop; the batch under way is dropped.")

    def step(self, step: int, steps: int) -> None:
        """A step of the batch under way is made.

        Raises:
            Interrupted: as `check`.
        """
        self.check()
        self.progress = self.progress.model_copy(update={"step": step, "steps": steps})
        if monotonic() - self._last >= self._every:
            self._beat()

    def at(self, **changes: Any) -> None:
        """Something other than a step changed; it is written at once."""
        self.progress = self.progress.model_copy(update=changes)
        self._beat()

    def _beat(self) -> None:
        self._last = monotonic()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.progress = self.progress.model_copy(update={"updated": now})
        facts = self.progress.model_dump(mode="json", exclude_defaults=True)
        reason = facts.pop("message", None)
        log("progress", **facts, **({"reason": reason} if reason else {}))
        try:
            self._write(self.progress)
        except StoreUnavailable as error:
            log("progress could not be written", "WARNING", error=str(error))


def log(message: str, level: str = "INFO", **facts: Any) -> None:
    """One line of the task's log, a JSON object as the functions write them.

    A task is of one collage, and its environment says which.
    """
    line = {
        "level": level,
        "message": message,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "service": "diffusion",
        "collage_id": os.environ.get("COLLAGE_ID"),
        **facts,
    }
    sys.stderr.write(json.dumps(line, default=str) + "\n")
    sys.stderr.flush()
