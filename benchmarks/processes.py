"""Processor time of this process and of those that it has started."""

from collections.abc import Mapping

import psutil


def spent(*but: int) -> dict[int, float]:
    """Processor seconds, user and system, by process id; of those that run, ``but`` not of some."""
    this = psutil.Process()
    found = {}
    for one in (this, *this.children(recursive=True)):
        if one.pid not in but:
            times = one.cpu_times()
            found[one.pid] = times.user + times.system
    return found


def since(before: Mapping[int, float], *but: int) -> float:
    """Processor seconds since `spent` was asked; what has ended meanwhile is not counted."""
    return sum(now - before.get(one, 0.0) for one, now in spent(*but).items())
