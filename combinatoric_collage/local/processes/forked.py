"""Processes of functions that are forked off one which has imported what they begin with.

An import takes a tenth of a second to half a one of a processor, as long as a small picture, and
functions of a stack have most of theirs in common. AWS starts functions in a like way where that
is asked for ("SnapStart" in Lambda's developer guide): what was imported before is not imported
again, and a process differs from others of its function in what it has done since.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import IO, Any

from combinatoric_collage.local.processes.child import Child
from combinatoric_collage.local.processes.functions import OWN, Function

HERE = Path(__file__).parent
BOOTSTRAP, ZYGOTE = HERE / "bootstrap.py", HERE / "zygote.py"
# What they are like is read by other than Python, or before it is asked to import anything.
UNSEEN = ("PYTHON", "LD_", "DYLD_", "GLIBC_", "OMP_", "OPENBLAS_", "OPENCV_", "NPY_")
# Each process has an empty folder of its own, wherever it lies.
ALIKE = {"HOME"}
# Memory of pictures in pages of 2 MB, where glibc (from 2.35) and the kernel have such: a painted
# tile takes a twelfth less. It is read as a process starts, so all that are forked off have it.
# Functions that have tunables of their own, all the same, keep to them.
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
LARGEST_PACKET = 2**20
# More than any of the lines that tell of a process.
PIECE = 64


Functions = Sequence[tuple[Function, Mapping[str, str]]]
"""Functions with their environments."""


class Zygote:
    """A process that others are forked off; it has what all of some functions have."""

    def __init__(
        self,
        functions: Functions,
        modules: Sequence[str],
        home: Path,
        hear: Callable[[str], None],
        grown: "Zygote | None" = None,
    ) -> None:
        """Starts it for functions, or forks it off the one that it is `grown` from.

        `modules` are imported there, those that are found in the layers of all of the functions;
        of one with the name of a function after a colon that is called, with no argument. It has an
        empty folder `home`, and `hear` gets what it prints.

        Raises:
            OSError: when it does not begin.
        """
        first, *others = (function.folders for function, _ in functions)
        self._folders = tuple(f for f in first if all(f in folders for folders in others))
        self._environment = _common([environment for _, environment in functions])
        self._grown = grown
        self._heard = False
        self._known: dict[str, Any] | None = None
        home.mkdir()
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket, self._lock = ours, Lock()
        path = os.pathsep.join(map(str, self._folders))
        environment = {**self._environment, "HOME": str(home), "PYTHONPATH": path}
        with its:
            self._process = (
                grown._fork(
                    {"modules": list(modules), "arguments": []},
                    home,
                    environment,
                    os.dup(its.fileno()),
                )
                if grown
                else _started(modules, home, environment, its)
            )
        self._reader = Thread(target=self._hear, args=(hear,), daemon=True)
        self._reader.start()
        self._saying = Lock()

    def fits(self, function: Function, environment: Mapping[str, str]) -> bool:
        """Whether what was imported is what the function would import, in its environment."""
        if tuple(f for f in function.folders if f in self._folders) != self._folders:
            return False
        known = self._said()
        if known is None or self._process.poll() is not None:
            return False
        own = [folder for folder in function.folders if folder not in self._folders]
        names = set(known["names"])
        return (
            (self._grown is None or self._grown.fits(function, environment))
            and not any(_holds(folder, names) for folder in own)
            and not any(_matters(name, known["read"]) for name in self._differing(environment))
        )

    def fork(
        self,
        arguments: Sequence[str],
        cwd: Path,
        environment: Mapping[str, str],
        hear: Callable[[str], None],
    ) -> Child:
        """A process as `Child.python` starts one with the bootstrap and `arguments`.

        Raises:
            OSError: when there is no zygote any more.
        """
        entrance, stdin = os.pipe()
        try:
            forked = self._fork({"arguments": list(arguments)}, cwd, environment, entrance)
        except OSError:
            os.close(stdin)
            raise
        forked.stdin = open(stdin, "w", encoding="utf-8")  # noqa: SIM115
        return Child(forked, hear)

    def _fork(
        self, what: Mapping[str, Any], cwd: Path, environment: Mapping[str, str], entrance: int
    ) -> "Forked":
        """A process that is to do something, with a standard input that is its own from now on."""
        job = {**what, "cwd": str(cwd), "environment": dict(environment)}
        stdout, out = os.pipe()
        told, tell = os.pipe()
        try:
            with self._lock:
                socket.send_fds(self._socket, [json.dumps(job).encode()], [entrance, out, tell])
        except OSError:
            for end in (stdout, told):
                os.close(end)
            raise
        finally:
            for end in (entrance, out, tell):
                os.close(end)
        return Forked(stdout, told)

    def give_up(self) -> None:
        """Ends it at once if it has nothing yet that could be forked off it."""
        has_said = self._heard or _readable(self._socket.fileno(), 0)
        if not has_said and self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Ends it, when all that were forked off it have ended."""
        self.give_up()
        self._socket.close()
        self._process.wait()
        self._reader.join()

    def _differing(self, environment: Mapping[str, str]) -> set[str]:
        names = (environment.keys() | self._environment.keys()) - ALIKE - {"PYTHONPATH"}
        return {name for name in names if environment.get(name) != self._environment.get(name)}

    def _said(self) -> dict[str, Any] | None:
        """What it says of its imports, once it has them; None of one that does not get there."""
        with self._saying:
            if not self._heard:
                with suppress(OSError):
                    self._known = json.loads(self._socket.recv(LARGEST_PACKET) or b"null")
                self._heard = True
            return self._known

    def _hear(self, hear: Callable[[str], None]) -> None:
        if self._process.stdout:
            with self._process.stdout:
                for line in self._process.stdout:
                    hear(f"functions: {line.rstrip()}")


class Forked:
    """A process that is not this one's child, as subprocess has its own."""

    def __init__(self, stdout: int, told: int) -> None:
        """Waits for its id, the first line that is written into the pipe `told`.

        Raises:
            OSError: when it did not begin.
        """
        self.stdin: IO[str] | None = None
        self.stdout: IO[str] | None = open(  # noqa: SIM115
            stdout, encoding="utf-8", errors="replace"
        )
        self._told = told
        self._said = b""
        self._lock = Lock()
        self._code: int | None = None
        while b"\n" not in self._said and (more := os.read(told, PIECE)):
            self._said += more
        first, _, self._said = self._said.partition(b"\n")
        if not first:
            self.stdout.close()
            os.close(told)
            raise ChildProcessError("A function's process could not be forked.")
        self.pid = int(first)

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended; `timeout` is in seconds.

        Raises:
            TimeoutExpired: when it has not in that time.
        """
        code = self._look(None if timeout is None else timeout * 1000)
        if code is None:
            raise subprocess.TimeoutExpired("fork", timeout or 0)
        return code

    def _look(self, milliseconds: float | None) -> int | None:
        with self._lock:
            if self._code is None and (self._said or _readable(self._told, milliseconds)):
                said = self._said or os.read(self._told, PIECE)
                # Who does not say has no parent any more that could.
                self._code = int(said) if said else -signal.SIGKILL
                os.close(self._told)
        return self._code


def _started(
    modules: Sequence[str], home: Path, environment: Mapping[str, str], host: socket.socket
) -> subprocess.Popen[str]:
    """A zygote that is no other's child."""
    return subprocess.Popen(  # noqa: S603 - the stack's own code
        [sys.executable, "-P", "-S", str(ZYGOTE), str(BOOTSTRAP), *modules],
        cwd=home,
        env={**LARGE_PAGES, **environment},
        stdin=host.fileno(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def _readable(pipe: int, milliseconds: float | None) -> bool:
    """Whether something can be read from a pipe, also its end."""
    ready = select.poll()
    ready.register(pipe, select.POLLIN)
    return bool(ready.poll(milliseconds))


def _matters(name: str, read: Sequence[str]) -> bool:
    """Whether a variable is among those that were looked at, or looked at otherwise."""
    return name in read or "*" in read or name.startswith(UNSEEN)


def _common(environments: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The variables that are the same in all of them, without those of each process."""
    first, *others = environments
    return {
        name: value
        for name, value in first.items()
        if name not in OWN and all(other.get(name) == value for other in others)
    }


def _holds(folder: Path, names: set[str]) -> bool:
    """Whether a folder has a module of one of the names."""
    return any(entry.name.partition(".")[0] in names for entry in os.scandir(folder))
