"""moto's answers without the web framework that moto's server puts around them.

What Flask does for a request of AWS is to find whom its path is for, and to make a response of
status, headers and body. Here the first is remembered, and the second done where nothing is out of
the way; for the rest moto's own server is asked. A quarter of an answer's time was Flask's.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from flask import Response
from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    EnvironHeaders,
    Request,
    environ_key_for_header,
)
from moto.moto_server import werkzeug_app
from werkzeug.datastructures import EnvironHeaders as Plain
from werkzeug.exceptions import BadRequestKeyError, HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.routing import RoutingException

from combinatoric_collage.local.http import plain_objects, plain_updates

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

NAMES, PATHS = 256, 256
"""Of headers, and of what handlers are remembered for; paths of objects count as one."""
OBJECT = re.compile(r"/[^/\n]+(/[^/\n]+)+/?")
"""Paths of objects in buckets; a key with empty parts is left to moto's server."""
AN_OBJECT = "/bucket/key"
PLAIN = re.compile(r"http://[\w.:]+/(?!/)[\w.~/-]*", re.ASCII)
"""Addresses in which nothing is quoted, and nothing needs to be."""
BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
WITH_ADDRESSES = ("location", "content-location")
"""Headers that werkzeug writes anew."""
PLAIN_TYPE = "text/html; charset=utf-8"
"""What Flask says of a body of which nothing is said."""

AT_ONCE = [plain_objects.answer, plain_updates.answer]
"""Who answers what needs no service to be looked for."""

Handler = Callable[[Any, str, dict[str, str]], Any]


class Services(werkzeug_app.DomainDispatcherApplication):
    """The services of moto, by what a request says that it is for; a WSGI application."""

    def __init__(self, create: Callable[[Any], "WSGIApplication"]) -> None:
        """`create` makes the application of a service, by moto's name for it."""
        super().__init__(create)  # type: ignore[arg-type]
        self._of_host = lru_cache(PATHS)(super().get_backend_for_host)

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """The WSGI side of it."""
        for plain in AT_ONCE:
            if answered := plain(environ):
                return _answer(environ, start, *answered)
        found: Iterable[bytes] = super().__call__(environ, start)
        return found

    def get_backend_for_host(self, host: str | None) -> Any:
        """A host's service: moto tries the patterns of two hundred services, one after another."""
        return self._of_host(host)


class Service:
    """One service of moto; a WSGI application."""

    def __init__(self, service: Any) -> None:
        self._framed = werkzeug_app.create_backend_app(service)
        self._rules = self._framed.url_map.bind("")
        self._is_s3 = service == "s3"
        self._handler = lru_cache(PATHS)(self._found)

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """The WSGI side of it."""
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if self._is_s3 and OBJECT.fullmatch(path):
            path = AN_OBJECT
        # Any other is decoded first.
        handler = self._handler(path, method) if path.isascii() else None
        if handler is None:
            return self._framed(environ, start)
        request = _Request(environ)
        try:
            result = handler(request, request.raw_url, dict(iter(request.headers)))
        except ClientError as error:
            result = 400, {}, error.response["Error"]["Message"]
        except BadRequestKeyError:
            raise
        except HTTPException as error:
            return error(environ, start)
        status, headers, content = result if len(result) == 3 else (200, {}, result)
        return _answer(environ, start, status, headers, content)

    def _found(self, path: str, method: str) -> Handler | None:
        """Whom moto's server would ask; none where it answers itself."""
        try:
            endpoint, _ = self._rules.match(path, method)
        except (HTTPException, RoutingException):
            return None
        view: Any = self._framed.view_functions[endpoint]
        handler: Handler = view.callback
        return handler


class _Headers(EnvironHeaders):
    """Headers that are listed several times for a request, and put together once."""

    def __init__(self, environ: Any) -> None:
        super().__init__(environ)
        self._pairs: list[tuple[str, str]] | None = None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        if self._pairs is None:
            # moto looks for a name of its own for each.
            has_own = self.environ.get(PRESERVED_HEADER_NAMES_ENVIRON_KEY)
            self._pairs = list(super().__iter__() if has_own else Plain.__iter__(self))
        return iter(self._pairs)

    def _get_key(self, key: str) -> str:
        found: str = self.environ[_variable(key)]
        return found

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]
        found = self.environ.get(_variable(key), default)
        return super().get(key, default, type) if type else found


_variable = lru_cache(NAMES)(environ_key_for_header)


class _Request(Request):
    """A request as moto's server hands it over."""

    from_wsgi_server = True

    def __init__(self, environ: "WSGIEnvironment") -> None:
        # The whole body is there, and need not be read by the kilobyte.
        environ["wsgi.input_terminated"] = True
        super().__init__(environ)
        self.headers = _Headers(environ)

    @property
    def want_form_data_parsed(self) -> bool:
        """Whether there may be a form in the body."""
        return "form" in self.environ.get("CONTENT_TYPE", "").lower()

    @cached_property
    def raw_path(self) -> str:
        return super().raw_path

    @cached_property
    def raw_url(self) -> str:
        host, target = self.environ.get("HTTP_HOST"), self.environ.get("RAW_URI", "")
        plain = target.isascii() and target[:1] == "/" and target[-1:] != "?"
        return _origin(host) + target if host and plain else super().raw_url

    @cached_property
    def url(self) -> str:
        # What could be unquoted is, and of this there is nothing.
        return self.raw_url if PLAIN.fullmatch(self.raw_url) else super().url


@lru_cache(PATHS)
def _origin(host: str) -> str:
    """How the addresses of a host begin, which werkzeug looks at sign by sign."""
    return Request({"wsgi.url_scheme": "http", "HTTP_HOST": host}).root_url.rstrip("/")


def _answer(
    environ: "WSGIEnvironment",
    start: "StartResponse",
    status: Any,
    headers: Mapping[str, Any],
    content: Any,
) -> Iterable[bytes]:
    """What Flask makes of it, made here where nothing is out of the way."""
    body = content.encode() if isinstance(content, str) else content
    told, is_head = dict(headers), environ["REQUEST_METHOD"] == "HEAD"
    # A body's own length counts; where none is to follow moto says what it would be.
    length = headers.get("content-length") if is_head else None
    if not _is_plain(status, headers, body):
        made = Response(content, status, told)
        if length is not None:
            made.headers["Content-Length"] = length
        return made(environ, start)
    names = {name.lower(): name for name in headers}
    told.pop(names.get("content-length", ""), None)
    told["Content-Length"] = str(len(body)) if length is None else length
    if "content-type" not in names:
        told["Content-Type"] = PLAIN_TYPE
    start(f"{status} {HTTP_STATUS_CODES[status].upper()}", list(told.items()))
    return [] if is_head else [body]


def _is_plain(status: Any, headers: Mapping[str, Any], body: Any) -> bool:
    return (
        isinstance(body, bytes)
        and isinstance(status, int)
        and status >= HTTPStatus.OK
        and status not in BODILESS
        and status in HTTP_STATUS_CODES
        and all(
            type(value) is str
            and "\n" not in value
            and "\r" not in value
            and name.lower() not in WITH_ADDRESSES
            for name, value in headers.items()
        )
    )
