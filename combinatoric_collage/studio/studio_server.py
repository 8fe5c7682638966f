"""The studio's server: loopback only, for one person's browser."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from threading import Thread
from urllib.parse import unquote

from botocore.exceptions import BotoCoreError, ClientError

from collage.errors import CollageError, TransientError
from combinatoric_collage.cli.stacks.stack import RunFailed
from combinatoric_collage.local.aws import LOOPBACK
from combinatoric_collage.studio import forwarding, pages, uploading
from combinatoric_collage.studio.door import READING, Door
from combinatoric_collage.studio.reach import Reach
from combinatoric_collage.studio.responses import JSON, Answer, Request, problem

logger = logging.getLogger("local.studio")

LARGEST_BODY = 10 * 2**20
"""In bytes: what API Gateway takes. A picture has the stack's own bound."""

IDLE_SECONDS = 60
"""How long a connection may say nothing."""

WITH_BODY = ("POST", "PUT", "PATCH")
COLLAGE = re.compile("collages/[0-9a-f]{20}")
"""A collage's folder, to which the names on its page are relative: it wants a slash behind it."""

NOTHING = problem(404, "NoSuchPage", "There is nothing here.")
LENGTH = problem(411, "LengthRequired", "Say in Content-Length how long the body is.")


class Server(ThreadingHTTPServer):
    """Listens from construction."""

    daemon_threads = True

    def __init__(self, reach: Reach, name: str, port: int) -> None:
        """``reach`` finds the stack, and ``name`` is what the page calls it. Raises OSError."""
        super().__init__((LOOPBACK, port), partial(_Handler, self))
        self.reach, self.name = reach, name
        self.door = Door(self.server_port)

    @property
    def address(self) -> str:
        """Where the browser begins, with the token."""
        return f"http://{LOOPBACK}:{self.server_port}/?token={self.door.token}"


@contextmanager
def serving(reach: Reach, name: str, port: int = 0) -> Iterator[Server]:
    """A server for the time of the context. Port 0 is one that is free.

    Raises:
        OSError: when the port is taken.
    """
    with Server(reach, name, port) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS

    def __init__(self, studio: Server, *rest: object) -> None:
        self.studio = studio
        super().__init__(*rest)  # type: ignore[arg-type]

    def _serve(self) -> None:
        self._unread = True
        try:
            answer = self._refused() or self._answer()
        except (CollageError, BotoCoreError, ClientError) as error:
            answer = _failed(error)
        except ConnectionError:
            raise
        except Exception:
            logger.exception("%s %s could not be answered", self.command, self.path)
            answer = problem(500, "Unexpected", "Something went wrong in the studio's server.")
        self._send(answer)

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _refused(self) -> Answer | None:
        """The answer to who is not let in, or comes in by another way than the studio's pages."""
        door = self.studio.door
        if foreign := door.foreign(self.command, self.headers):
            return foreign
        path, _, query = self.path.partition("?")
        if path == "/" and self.command == "GET" and (entered := door.entered(query)):
            return entered
        if not door.knows(self.headers):
            return door.refusal(as_page=self.headers.get("Sec-Fetch-Dest") == "document")
        return None

    def _answer(self) -> Answer:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers)
        if request.path == uploading.PATH:
            return self._upload(request)
        if request.path.startswith(f"{forwarding.PREFIX}/"):
            return self._pass_on(request)
        if self.command not in READING:
            return problem(405, "MethodNotAllowed", "Pages and their files are only read.")
        return self._page(request) or NOTHING

    def _upload(self, request: Request) -> Answer:
        if request.method != "POST":
            return problem(405, "MethodNotAllowed", f"{uploading.PATH} takes POST.")
        if (size := self._size()) is None:
            return LENGTH
        return uploading.upload(self.studio.reach(), request, size, self._read)

    def _pass_on(self, request: Request) -> Answer:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.method in WITH_BODY and kind != JSON:
            return problem(415, "UnsupportedMediaType", f"A body is taken as {JSON} only.")
        if (size := self._size()) is None:
            return LENGTH
        if size > LARGEST_BODY:
            return problem(413, "BodyTooLarge", f"A body has at most {LARGEST_BODY:,} bytes.")
        return forwarding.forward(self.studio.reach(), replace(request, body=self._read(size)))

    def _page(self, request: Request) -> Answer | None:
        path = PurePosixPath(unquote(request.path).lstrip("/"))
        parts = path.parts
        if ".." in parts or any("\0" in part or "\\" in part for part in parts):
            return None
        name = str(path) if parts else "studio.html"
        if name in pages.OWN:
            return pages.own(name, self.studio.name)
        if request.path.endswith("/"):
            path /= "index.html"
        elif found := COLLAGE.fullmatch(str(path)):
            return Answer(308, b"", "text/plain", {"location": f"/{found[0]}/"})
        stack = self.studio.reach()
        return pages.of_upload(stack, path) or pages.of_collage(stack, path)

    def _size(self) -> int | None:
        """Bytes of the body; None where it has no length."""
        given = self.headers.get("Content-Length", "0")
        if not (given.isascii() and given.isdecimal()) or "Transfer-Encoding" in self.headers:
            return None
        return int(given)

    def _read(self, size: int) -> bytes:
        self._unread = False
        return self.rfile.read(size)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in {**_ALWAYS, **answer.headers}.items():
            self.send_header(name, value)
        # What was not read would be taken for the next request.
        if self._unread and self._size() != 0:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def handle(self) -> None:
        # A browser that goes away is no news.
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing: a page is a hundred requests, and one of them has the token."""


_ALWAYS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def _failed(error: CollageError | BotoCoreError | ClientError) -> Answer:
    """What cannot be asked of the stack, by its name and in a sentence."""
    # What talks to AWS alone is not imported for the laptop.
    from combinatoric_collage.cli.stacks.deployed import named

    known = error if isinstance(error, CollageError) else named(error)
    passing = isinstance(known, TransientError | RunFailed)
    status = HTTPStatus.SERVICE_UNAVAILABLE if passing else HTTPStatus.BAD_GATEWAY
    return problem(status, known.name, str(known))
