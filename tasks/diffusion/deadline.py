"""The task's own end: before the workflow gives it up, so that none goes on unseen and paid."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from threading import Event, Timer

from tasks.diffusion.ends import End
from tasks.diffusion.heartbeat import log
from tasks.diffusion.shard import Shard

TOLD_SECONDS, ENDED_SECONDS = 300.0, 60.0
"""How long before its limit the task is told to stop, and ended where it does not."""


def keep(shard: Shard, interrupted: Event) -> list[Timer]:
    """Have the process end in time, as an interrupted one does; the timers that see to that.

    One that hangs in a step does not come to where it looks whether it is interrupted: it is
    ended all the same.
    """
    if shard.asked_at is None or shard.limit_seconds is None:
        return []
    left = shard.limit_seconds - (datetime.now(UTC) - shard.asked_at).total_seconds()

    def end() -> None:
        why = "The time of the task is over, and it does not stop."
        log("ended", "ERROR", error="TimedOut", reason=why)
        os._exit(End.INTERRUPTED)

    timers = [
        Timer(max(0.0, left - TOLD_SECONDS), interrupted.set),
        Timer(max(0.0, left - ENDED_SECONDS), end),
    ]
    for timer in timers:
        timer.daemon = True
        timer.start()
    return timers
