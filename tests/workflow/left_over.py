"""What a cloud may leave behind in its host."""

import os
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil


def left_behind() -> tuple[Any, ...]:
    """Children, threads and temporary folders of this process."""
    folders = Path(tempfile.gettempdir()).glob(f"laptop-cloud-{os.getpid()}-*")
    return (
        {child.pid for child in psutil.Process().children(recursive=True)},
        set(threading.enumerate()),
        set(folders),
    )


def left_over(before: tuple[Any, ...]) -> list[set[Any]]:
    """What is there now and was not before; a thread of an earlier test may have ended since."""
    now = left_behind()
    processes, *rest = (there - was for there, was in zip(now, before, strict=True))
    return [{pid for pid in processes if not _begun_by(pid, before[0])}, *rest]


def _begun_by(pid: int, earlier: set[int]) -> bool:
    """Whether a process is of one that was there before: a browser starts some when it likes."""
    with suppress(psutil.NoSuchProcess):
        return any(parent.pid in earlier for parent in psutil.Process(pid).parents())
    return False
