"""A process of this machine that runs code of the stack."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, Protocol


class Process(Protocol):
    """What is needed of a process, as subprocess has it."""

    @property
    def pid(self) -> int:
        """Its id, which is also that of its group."""

    @property
    def stdin(self) -> IO[str] | None:
        """The end of a pipe that the process reads."""

    @property
    def stdout(self) -> IO[str] | None:
        """The end of a pipe with what it and its children print."""

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended."""


class Child:
    """A process in a group of its own; it can tell by its standard input that the host is gone."""

    def __init__(self, process: Process, hear: Callable[[str], None]) -> None:
        """`hear` gets every line that the process or its children print."""
        self._process = process
        self._hear = hear
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    @classmethod
    def python(
        cls,
        arguments: Sequence[str],
        cwd: Path,
        environment: Mapping[str, str],
        hear: Callable[[str], None],
    ) -> "Child":
        """Starts Python with `arguments`."""
        process = subprocess.Popen(  # noqa: S603 - the stack's own code
            [sys.executable, *arguments],
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Ctrl-C is for the host alone, and a kill reaches the children too.
            start_new_session=True,
        )
        return cls(process, hear)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def terminate(self, grace: float) -> None:
        """Asks the process alone to end, and waits `grace` seconds at most for that."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(grace)

    def kill(self) -> int:
        """Ends it and all that it has started; the exit code, negative for a signal."""
        # The process may be gone; its children may be not.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        return code

    def join(self) -> None:
        """Waits until the last line was heard of one that has ended."""
        self._reader.join()

    def _read(self) -> None:
        if self._process.stdout:
            with self._process.stdout:
                for line in self._process.stdout:
                    self._hear(line)
