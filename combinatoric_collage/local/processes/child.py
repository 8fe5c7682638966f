"""A process of this machine that runs code of the stack."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread


class Child:
    """A process in a group of its own; it can tell by its standard input that the host is gone."""

    def __init__(
        self,
        arguments: Sequence[str],
        cwd: Path,
        environment: Mapping[str, str],
        hear: Callable[[str], None],
    ) -> None:
        """Starts Python with `arguments`; `hear` gets every line that it or its children print."""
        self.process = subprocess.Popen(  # noqa: S603 - the stack's own code
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
        self._hear = hear
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.poll() is None

    def kill(self) -> int:
        """Ends it and all that it has started; the exit code, negative for a signal."""
        # The process may be gone; its children may be not.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
        return code

    def join(self) -> None:
        """Waits until the last line was heard of one that has ended."""
        self._reader.join()

    def _read(self) -> None:
        if self.process.stdout:
            with self.process.stdout:
                for line in self.process.stdout:
                    self._hear(line)
