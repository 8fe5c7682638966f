"""Requests of the process that the endpoint is in: they are answered without a connection.

What is asked and answered is the same, signature and rights included. What is left out are a
connection's two ends, the thread of one of them, and the waiting of each for the other.
"""

import io
import logging
from collections.abc import Callable, Iterable
from email.utils import formatdate
from threading import Event, local
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from urllib3 import HTTPHeaderDict, HTTPResponse
from werkzeug.exceptions import InternalServerError

from combinatoric_collage.local.http import environ

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

logger = logging.getLogger("local.server")


class Within:
    """Answers the requests of boto3 clients by a WSGI application, in the thread that asks."""

    def __init__(self, application: "WSGIApplication", over: Event) -> None:
        """Once it is `over` requests take the way of all others, and fail as those do."""
        self._application = application
        self._over = over
        self._asking = local()

    def serve(self, client: Any) -> None:
        """From now on the requests of a client are answered here."""
        client.meta.events.register("before-send", self._answer)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        """None leaves a request to the connection.

        So is one that is made while another is answered in the same thread, since what the first
        has begun is not whole, and one with a name that the server reads in a way of its own.
        """
        asking = getattr(self._asking, "now", False)
        if asking or self._over.is_set() or any("_" in name for name in request.headers):
            return None
        self._asking.now = True
        try:
            return _asked(self._application, request)
        finally:
            self._asking.now = False


def _asked(application: "WSGIApplication", request: AWSPreparedRequest) -> AWSResponse:
    asked, begun = _environ(request), list[Any]()

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        begun[:] = [int(status[:3]), headers]
        return lambda _piece: None

    try:
        body = _whole(application(asked, start))
    except Exception:
        logger.exception("A request could not be answered.")
        body = _whole(InternalServerError()(asked, start))
    status, headers = begun
    named = HTTPHeaderDict({"Date": formatdate(usegmt=True)})
    named.extend(headers)
    raw: Any = HTTPResponse(
        io.BytesIO(body),
        named,
        status,
        preload_content=False,
        decode_content=False,
        request_method=request.method,
    )
    answer = AWSResponse(request.url, status, raw.headers, raw)
    if not request.stream_output:
        # Read by now, as botocore itself does.
        answer.content  # noqa: B018
    return answer


def _whole(pieces: Iterable[bytes]) -> bytes:
    try:
        return b"".join(pieces)
    finally:
        if close := getattr(pieces, "close", None):
            close()


def _environ(request: AWSPreparedRequest) -> "WSGIEnvironment":
    """The request as the server would hand it to an application."""
    url = urlsplit(request.url)
    body = _body(request.body)
    target = f"{url.path}?{url.query}" if url.query else url.path
    headers = [("Host", url.netloc)] + [
        (name, value.decode("latin-1") if isinstance(value, bytes) else value)
        for name, value in request.headers.items()
    ]
    made = environ.made(request.method, target, headers, io.BytesIO(body), url.port or 80)
    # The connection would have seen to both.
    made["CONTENT_LENGTH"] = str(len(body))
    made.pop("HTTP_EXPECT", None)
    return made


def _body(given: Any) -> bytes:
    if given is None:
        return b""
    if isinstance(given, str):
        return given.encode()
    return bytes(given.read() if hasattr(given, "read") else given)
