"""Requests of a WSGI server, one after another on connections that stay open between them.

werkzeug's own handler ends every connection, as it does not know where a body that nobody read
ends. Here a body is read before its request is answered: moto would hold it as a whole anyway.
"""

import io
import logging
import time
from collections.abc import Callable, Iterable
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.exceptions import InternalServerError

from combinatoric_collage.local.connections import Connections
from combinatoric_collage.local.heads import Heads
from combinatoric_collage.local.http import environ

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

logger = logging.getLogger("local.server")

WITHOUT_BODY = (204, 304)


def handler(connections: Connections) -> type[MotoRequestHandler]:
    """The handler of a server whose connections are these."""

    class Handler(Heads, MotoRequestHandler):
        protocol_version = "HTTP/1.1"
        # A body follows its head: without this it would wait for a delayed ACK.
        disable_nagle_algorithm = True

        def setup(self) -> None:
            connections.add(self.request)
            super().setup()

        def finish(self) -> None:
            connections.discard(self.request)
            super().finish()

        def run_wsgi(self) -> None:
            self.environ = made = self.make_environ()
            try:
                made["wsgi.input"] = io.BytesIO(_body(made))
            except (OSError, ValueError):
                # Where the next request would begin is not known.
                self.close_connection = True
                self.send_error(400)
                return
            _Answer(self, made).give(self.server.app)

        def make_environ(self) -> dict[str, Any]:
            if not self.is_plain:
                return super().make_environ()
            headers = self.headers.raw_items()
            port = self.server.server_address[1]
            made = environ.made(self.command, self.path, headers, self.rfile, port)
            # Who answers may end the connection.
            made["werkzeug.socket"] = self.connection
            return made

        def date_time_string(self, timestamp: float | None = None) -> str:
            return _date(int(time.time() if timestamp is None else timestamp))

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Requests are no news."""

        def log(self, type: str, message: str, *args: Any) -> None:
            logger.log(logging.ERROR if type == "error" else logging.DEBUG, message, *args)

    return Handler


@lru_cache(1)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def _body(environ: "WSGIEnvironment") -> bytes:
    """The body of a request.

    Raises:
        ValueError, OSError: when there is less of it than was said, or it is not well formed.
    """
    stream: Any = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return bytes(stream.read())
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = stream.read(length) if length > 0 else b""
    if len(body) != length:
        raise ValueError("the body is not as long as was said")
    return body


class _Answer:
    """What an application answers to one request."""

    def __init__(self, handler: MotoRequestHandler, environ: "WSGIEnvironment") -> None:
        self._handler = handler
        self._environ = environ
        self._begun: tuple[str, list[tuple[str, str]]] | None = None
        self._sent = self._in_pieces = False
        self._left: int | None = None
        """Of the bytes of the body that were said to come; none where no number was said."""

    def give(self, application: "WSGIApplication") -> None:
        """Has it answer; where it fails the client is told if it has heard nothing so far."""
        handler = self._handler
        try:
            self._run(application)
        except ConnectionError as error:
            handler.close_connection = True
            handler.connection_dropped(error, self._environ)
        except Exception:
            logger.exception("A request could not be answered.")
            handler.close_connection = True
            if not self._sent:
                self._run(InternalServerError())

    def _run(self, application: "WSGIApplication") -> None:
        answer: Iterable[bytes] = application(self._environ, self._start)
        try:
            for piece in answer:
                self._write(piece)
            if not self._sent:
                self._write(b"")
            if self._in_pieces:
                self._handler.wfile.write(b"0\r\n\r\n")
            if self._left:
                # Whoever waits for the rest hears that there is none.
                self._handler.close_connection = True
        finally:
            if close := getattr(answer, "close", None):
                close()

    def _start(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        if exc_info and self._sent:
            raise exc_info[1].with_traceback(exc_info[2])
        self._begun = status, headers
        return self._write

    def _write(self, piece: bytes) -> None:
        head = b"" if self._sent else self._head()
        if self._left is not None:
            self._left -= len(piece)
        if piece and self._in_pieces:
            piece = b"%x\r\n%b\r\n" % (len(piece), piece)
        if head or piece:
            self._handler.wfile.write(head + piece)

    def _head(self) -> bytes:
        """The lines before the body, by which the client knows where that ends."""
        if self._begun is None:
            raise RuntimeError("There is no status before the body.")
        status, headers = self._begun
        self._sent = True
        handler = self._handler
        names = {name.lower(): value for name, value in headers}
        has_body = int(status[:3]) not in WITHOUT_BODY and handler.command != "HEAD"
        if has_body and "content-length" in names:
            self._left = int(names["content-length"])
        elif has_body:
            self._in_pieces = handler.request_version >= "HTTP/1.1"
            if self._in_pieces:
                headers = [*headers, ("Transfer-Encoding", "chunked")]
            else:
                handler.close_connection = True
        if handler.close_connection:
            headers = [*headers, ("Connection", "close")]
        if "date" not in names:
            headers = [("Date", handler.date_time_string()), *headers]
        if "server" not in names:
            headers = [("Server", handler.version_string()), *headers]
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers), "", ""]
        return "\r\n".join(lines).encode("latin-1")
