"""The sockets of the server: a thread for each connection, and the faults on the way out."""

from __future__ import annotations

import contextlib
import http.server
import select
import socket
import socketserver
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Self

from tests.fake_openai.record import Answer

POLL_SECONDS = 0.02
"""How soon a server notices that it is to stop."""
HANGS_SECONDS = 600
"""What nothing takes on a machine however busy: who waits so long waits for what never comes."""


class Listening(ABC):
    """A fake that listens on loopback, from `start` to `stop` or in a ``with`` block."""

    def __init__(self, port: int, hang: float) -> None:
        self.hang = hang
        self.stopping = threading.Event()
        self.holding = threading.Semaphore(0)
        self._port = port
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @abstractmethod
    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request."""

    def start(self) -> Self:
        """Listen, and answer from now on."""
        self.stopping.clear()
        self._server = Server(self._port, self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Hang up on everyone and be gone; what was recorded stays."""
        if self._server is None or self._thread is None:
            return
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.hang_up()
        self._server = None

    def holds(self) -> None:
        """Wait until one more client is held: its request is recorded then, and has its fault.

        A client may give up before the server has had a processor for it.
        """
        assert self.holding.acquire(timeout=HANGS_SECONDS)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def origin(self) -> str:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("The server is not started")
        return f"http://127.0.0.1:{self._server.server_address[1]}"


class Server(socketserver.ThreadingTCPServer):
    """A thread for each connection, and a way to end them all."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int, fake: Listening) -> None:
        self.fake = fake
        self.lines: dict[socket.socket, threading.Thread] = {}
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def hang_up(self) -> None:
        """Close every connection and wait for its thread."""
        with self.lock:
            lines = dict(self.lines)
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in lines.values():
            thread.join(timeout=5)


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection, kept open between requests as clients like it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        """Be known to the server, which may end this connection."""
        super().setup()
        with self.server.lock:
            self.server.lines[self.connection] = threading.current_thread()

    def finish(self) -> None:
        """Be forgotten."""
        with self.server.lock:
            self.server.lines.pop(self.connection, None)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        """Answer until the client, or a fault, ends the connection."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing: the records tell it all."""

    def do_POST(self) -> None:
        """Read the request whole, then answer."""
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.fake.answer(self.command, self.path, headers, body))

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815

    def _send(self, answer: Answer) -> None:
        if answer.fault is not None:
            self.close_connection = True
        if answer.fault == "timeout":
            self._hold()
        if answer.fault in {"timeout", "drop", "drop_after"}:
            return
        self.send_response(answer.status)
        self.send_header("content-type", answer.content_type)
        self.send_header("content-length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        cut = len(answer.body) // 2 if answer.fault == "truncate" else len(answer.body)
        self.wfile.write(answer.body[:cut])

    def _hold(self) -> None:
        """Wait until the client hangs up, the server stops or patience ends."""
        fake = self.server.fake
        fake.holding.release()
        until = time.monotonic() + fake.hang
        line = select.poll()
        line.register(self.connection, select.POLLIN)
        while (left := until - time.monotonic()) > 0 and not fake.stopping.is_set():
            if line.poll(min(left, 0.5) * 1000):
                return
