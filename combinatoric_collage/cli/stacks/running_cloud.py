"""How the command finds a laptop cloud that another process runs: a file in its state directory.

It says how to reach the cloud, keys included, and is for its owner's eyes only. It goes when the
cloud stops; one that a killed process has left is not believed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from pydantic import BaseModel, ValidationError

from combinatoric_collage.cli.stacks.ahead import RUNNING as FILE
from combinatoric_collage.local import StateError

CLOCK_SECONDS = 5.0
"""By how much the birth of a process may seem to move when the machine's clock is set."""


class Running(BaseModel):
    """A cloud that runs."""

    pid: int
    born: float
    """When its process began, in seconds since 1970: another one may come to have its id."""
    stays: bool
    """Whether it runs until it is told to stop, and not only for a collage of its own."""
    environment: dict[str, str]
    """The variables with which an AWS client reaches it."""


@contextmanager
def left(state: Path, environment: Mapping[str, str], *, stays: bool) -> Iterator[None]:
    """Leave the file for the time of the context, which is the cloud's.

    Raises:
        StateError: when it cannot be written.
    """
    me = psutil.Process()
    running = Running(pid=me.pid, born=me.create_time(), stays=stays, environment=dict(environment))
    try:
        _write(state, running.model_dump_json())
    except OSError as error:
        raise StateError(f"{state} cannot be written: {error.strerror}.") from error
    try:
        yield
    finally:
        # One that stays is not believed without its process.
        with suppress(OSError):
            (state / FILE).unlink(missing_ok=True)


def _write(state: Path, text: str) -> None:
    unfinished = state / f"{FILE}.new"
    unfinished.unlink(missing_ok=True)
    made = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(made, "w") as file:
        file.write(text)
    unfinished.replace(state / FILE)


def find(state: Path) -> Running | None:
    """The cloud that uses a state directory now, if one does and can be reached."""
    with suppress(OSError, ValidationError, psutil.Error):
        running = Running.model_validate_json((state / FILE).read_bytes())
        process = psutil.Process(running.pid)
        same = abs(process.create_time() - running.born) < CLOCK_SECONDS
        return running if same and process.status() != psutil.STATUS_ZOMBIE else None
    return None
