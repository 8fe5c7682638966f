"""One process of one function."""

import re
import secrets
import shutil
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread

import psutil

from combinatoric_collage.local.aws import LOOPBACK
from combinatoric_collage.local.connections import Connections
from combinatoric_collage.local.processes import layers
from combinatoric_collage.local.processes.functions import Function
from combinatoric_collage.local.processes.invocation import INIT_SECONDS, Invocation, Result
from combinatoric_collage.local.processes.launcher import Launcher
from combinatoric_collage.local.processes.runtime_api import RuntimeApi

# How often a busy process is looked at; an answer never waits for it. One that has a connection is
# known to have ended when that does, and is looked at for what memory it takes.
OFTEN_SECONDS, SELDOM_SECONDS = 0.05, 0.25
LOG_TAIL_BYTES = 4096
PEAK = re.compile(rb"^VmHWM:\s*(\d+) kB$", re.MULTILINE)
OUT_OF_MEMORY = "Runtime.ExitError", "Runtime exited with error: signal: killed"
NOTHING = "-", Result(b"")
"""Of no invocation: whoever waits for a result looks at the process."""


class Worker:
    """A started process; serves one invocation after another."""

    def __init__(
        self,
        function: Function,
        environment: Callable[[str, Path], Mapping[str, str]],
        tmp: Path,
        log: Callable[[str], None],
        launcher: Launcher,
    ) -> None:
        self.function = function
        self._log = log
        self._tmp = tmp
        self._tail: deque[str] = deque(maxlen=200)
        self._inbox: SimpleQueue[Invocation | None] = SimpleQueue()
        self._outbox: SimpleQueue[tuple[str, Result]] = SimpleQueue()
        self._stopped = False
        self._stopping = Lock()
        self._broken = False
        self.connections = Connections()
        self.secret = secrets.token_urlsafe(24)
        """The first part of every path of the Runtime API, which the process alone is told."""
        tmp.mkdir()
        self._api = RuntimeApi(self)
        address = f"{LOOPBACK}:{self._api.server_port}/{self.secret}"
        self._child = launcher.start(function, environment(address, tmp), self._hear)
        self._server = Thread(target=self._serve, daemon=True)
        self._server.start()

    @property
    def alive(self) -> bool:
        """Whether it can take another invocation."""
        return not self._stopped and not self._broken and self._child.runs

    def invoke(self, request_id: str, event: bytes) -> Result:
        """Runs the handler; ends the process when it takes too long or too much memory."""
        self._tail.clear()
        function = self.function
        invocation = Invocation(request_id, event, function.arn, function.timeout)
        self._inbox.put(invocation)
        while True:
            dead = not self._child.runs
            try:
                answered, result = self._outbox.get(timeout=0 if dead else self._pause(invocation))
            except Empty:
                verdict = None if dead else self._judge(invocation)
                if verdict is None and not dead:
                    continue
                code = self._child.kill()
                result = self._lost(request_id, verdict or _ended(code))
            else:
                if answered not in ("", request_id):
                    continue
                if self._took_too_much():
                    self._child.kill()
                    result = self._lost(request_id, OUT_OF_MEMORY)
            payload = result.payload
            if result.failed:
                payload = layers.say_where(payload, function.name, function.layers)
            return Result(payload, result.failed, self._tail_bytes())

    def stop(self) -> None:
        """Ends the process and everything around it."""
        with self._stopping:
            if self._stopped:
                return
            self._stopped = True
            self._child.kill()
            self._inbox.put(None)
            # Wakes the accept call, which nothing else does on every system.
            socket.create_connection((LOOPBACK, self._api.server_port)).close()
            self._server.join()
            self._child.join()
            self.connections.hang_up()
            self._api.server_close()
            shutil.rmtree(self._tmp, ignore_errors=True)

    def next(self) -> Invocation | None:
        """For the Runtime API: waits for an event; None when there will be no more."""
        invocation = self._inbox.get()
        if self._stopped:
            # For the next who waits; there may be any number.
            self._inbox.put(None)
            return None
        return invocation

    def answer(self, request_id: str, result: Result) -> None:
        """For the Runtime API: an empty id is an error of the import, for whoever waits."""
        self._broken = self._broken or not request_id
        self._outbox.put((request_id, result))

    def hung_up(self) -> None:
        """For the Runtime API: the process has ended, or is about to, or has no use for it now."""
        self._outbox.put(NOTHING)

    def _pause(self, invocation: Invocation) -> float:
        """Seconds until a busy process is looked at."""
        most = SELDOM_SECONDS if self.connections.are_there else OFTEN_SECONDS
        return max(0.0, min(most, invocation.given_up - time.monotonic()))

    def _judge(self, invocation: Invocation) -> tuple[str, str] | None:
        # Memory first: what took too much of it is often late as well.
        if self._took_too_much():
            return OUT_OF_MEMORY
        if time.monotonic() > invocation.given_up:
            seconds = invocation.timeout if invocation.started else INIT_SECONDS
            return "Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds"
        return None

    def _took_too_much(self) -> bool:
        """Whether it has had more memory than its function may at any time since it began."""
        try:
            return _peak(self._child.pid) > self.function.memory * 2**20
        except psutil.Error:
            return False

    def _lost(self, request_id: str, verdict: tuple[str, str]) -> Result:
        kind, what = verdict
        why = f"RequestId: {request_id} Error: {what}"
        self._log(f"{self.function.name}: {why} {kind}")
        return Result.error(kind, why)

    def _tail_bytes(self) -> bytes:
        return "".join(list(self._tail)).encode()[-LOG_TAIL_BYTES:]

    def _serve(self) -> None:
        while not self._stopped:
            self._api.handle_request()

    def _hear(self, line: str) -> None:
        self._tail.append(line)
        self._log(f"{self.function.name}: {line.rstrip()}")


def _peak(process: int) -> int:
    """The most bytes of memory that a process has had, or has, where the system keeps no peak.

    Raises:
        psutil.Error: when there is no such process.
    """
    with suppress(OSError), open(f"/proc/{process}/status", "rb", buffering=0) as file:
        if found := PEAK.search(file.read()):
            return int(found[1]) * 1024
    return int(psutil.Process(process).memory_info().rss)


def _ended(code: int) -> tuple[str, str]:
    """What Lambda says of a process that has ended by itself."""
    how = f"exit status {code}" if code >= 0 else f"signal: {signal.strsignal(-code)}".lower()
    return "Runtime.ExitError", f"Runtime exited with error: {how}"
