"""The Runtime API that AWS's runtime client talks to: one server for each process."""

import hmac
import re
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from combinatoric_collage.local import same_origin
from combinatoric_collage.local.aws import LOOPBACK
from combinatoric_collage.local.connections import Connections
from combinatoric_collage.local.heads import Heads
from combinatoric_collage.local.processes.invocation import Invocation, Result

API = re.compile(r"2018-06-01/runtime/(?:invocation/(?P<id>[^/]+)/)?(?P<call>[\w/]+)")


class Served(Protocol):
    """Who hands out events and takes what came of them."""

    secret: str
    """The first part of every path, which the process alone is told."""
    connections: Connections

    def next(self) -> Invocation | None:
        """Waits for an event; None when there will be no more."""

    def answer(self, request_id: str, result: Result) -> None:
        """Takes what came of an event; an empty id is an error of the import."""

    def hung_up(self) -> None:
        """Hears that a connection has ended."""


class RuntimeApi(ThreadingHTTPServer):
    """A server on a port of its own: the client has no other way to say which process it is."""

    daemon_threads = False

    def __init__(self, worker: Served) -> None:
        self.worker = worker
        super().__init__((LOOPBACK, 0), _Handler)


class _Handler(Heads, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: RuntimeApi

    def setup(self) -> None:
        self.server.worker.connections.add(self.request)
        super().setup()

    def finish(self) -> None:
        self.server.worker.connections.discard(self.request)
        # What is left in the buffer of a connection that was ended has nowhere to go.
        with suppress(OSError):
            super().finish()
        self.server.worker.hung_up()

    def handle(self) -> None:
        # A process that is ended resets its connection; that is no news.
        with suppress(ConnectionError):
            super().handle()

    def _call(self) -> re.Match[str] | None:
        """The call, of who knows the secret and came by no page and no foreign name."""
        _, secret, path = self.path.split("/", 2) if self.path.count("/") > 1 else ("", "", "")
        known = hmac.compare_digest(secret.encode(), self.server.worker.secret.encode())
        meant = same_origin.is_meant(self.headers.get_all("Host", []), self.server.server_port)
        return API.fullmatch(path) if known and meant and "Origin" not in self.headers else None

    def do_GET(self) -> None:
        match = self._call()
        if match is None or match["call"] != "invocation/next":
            self._reply(404)
            return
        invocation = self.server.worker.next()
        if invocation is None:
            self.close_connection = True
            return
        self._reply(200, invocation.event, invocation.start())

    def do_POST(self) -> None:
        match = self._call()
        if match is None:
            self.close_connection = True
            self._reply(404)
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.worker.answer(
            match["id"] or "", Result(body, failed=match["call"].endswith("error"))
        )
        self._reply(202)

    def _reply(
        self, status: int, body: bytes = b"{}", headers: Mapping[str, str] | None = None
    ) -> None:
        told = {"Content-Type": "application/json", "Content-Length": len(body), **(headers or {})}
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n"
        # At once: a second part would have a packet of its own.
        self.wfile.write(head.encode("latin-1") + body)

    def log_message(self, format: str, *args: object) -> None:
        """A laptop's terminal is not the place."""
