"""What a cloud may leave behind in its host."""

import os
import tempfile
import threading
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
    return [now - was for now, was in zip(left_behind(), before, strict=True)]
