"""A control group of Linux, which holds a process to what a function of Lambda has."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
NAME = f"benchmark-{os.getpid()}"
PERIOD_US = 100_000
"""The period of the scheduler's quota, Linux' default."""


@contextmanager
def of_size(processors: float, megabytes: int) -> Iterator[Callable[[], None] | None]:
    """What a new process calls to be held to so much; None where nobody may set that up.

    A process that wants more memory is ended by the kernel, one that wants more time waits.
    """
    version2 = (ROOT / "cgroup.controllers").exists()
    quota = round(processors * PERIOD_US)
    limit = megabytes * 2**20
    rules = (
        {"": {"cpu.max": f"{quota} {PERIOD_US}", "memory.max": limit, "memory.swap.max": 0}}
        if version2
        else {
            "cpu": {"cpu.cfs_period_us": PERIOD_US, "cpu.cfs_quota_us": quota},
            "memory": {"memory.limit_in_bytes": limit},
        }
    )
    with ExitStack() as made:
        try:
            groups = [_group(made, controller, rule) for controller, rule in rules.items()]
        except OSError:
            yield None
        else:
            yield lambda: _join(groups)


def _group(made: ExitStack, controller: str, rules: Mapping[str, object]) -> Path:
    group = ROOT / controller / NAME
    group.mkdir()
    made.callback(group.rmdir)
    for file, value in rules.items():
        (group / file).write_text(str(value), encoding="ascii")
    return group


def _join(groups: list[Path]) -> None:
    for group in groups:
        (group / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")
