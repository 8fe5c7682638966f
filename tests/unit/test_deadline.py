"""The GPU task's own end: it does not outlive the time that the workflow gives it."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from tasks.diffusion import deadline
from tasks.diffusion.ends import End
from tasks.diffusion.shard import Shard
from tests.infrastructure.shipped import ROOT

HANGING = """
import time
from threading import Event
from tests.unit.test_deadline import shard
from tasks.diffusion import deadline

deadline.keep(shard(limit_seconds=1.0), Event())
time.sleep(60)
"""


def shard(**changes: Any) -> Shard:
    told: dict[str, Any] = {"asked_at": datetime.now(UTC), "limit_seconds": 3600.0}
    return Shard(collages_bucket="b", collage_id="c", models="/m", **told | changes)


def test_a_task_is_told_to_stop_before_its_time_is_over() -> None:
    interrupted = Event()
    almost = datetime.now(UTC) - timedelta(seconds=3600 - deadline.TOLD_SECONDS)

    told, ended = deadline.keep(shard(asked_at=almost), interrupted)

    told.join()
    ended.cancel()
    assert interrupted.is_set()


def test_a_task_with_time_is_left_alone() -> None:
    interrupted = Event()

    timers = deadline.keep(shard(), interrupted)

    for timer in timers:
        timer.cancel()
    assert len(timers) == 2
    assert not interrupted.is_set()
    assert deadline.keep(shard(asked_at=None), interrupted) == []
    assert deadline.keep(shard(limit_seconds=None), interrupted) == []


def test_a_task_that_hangs_is_ended_as_an_interrupted_one() -> None:
    process = subprocess.run([sys.executable, "-c", HANGING], cwd=ROOT, check=False)

    assert process.returncode == End.INTERRUPTED
