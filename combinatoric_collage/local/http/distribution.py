"""A distribution of CloudFront, served on loopback: who may see which object of a bucket.

Nothing is cached here, and nothing compressed: what an object is at the origin is what it is here.
"""

import logging
import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from combinatoric_collage.local import same_origin
from combinatoric_collage.local.http.server import Server
from combinatoric_collage.local.http.signed_urls import Refused, check, matches

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

logger = logging.getLogger("local")

METHODS = ("GET", "HEAD")
DENIED = Refused("AccessDenied", "Access Denied")
"""What S3 says of what may not be read, and, to who may not list, of what is not there."""


@dataclass(frozen=True)
class Object:
    """What lies in a bucket."""

    data: bytes
    type: str
    etag: str


@dataclass(frozen=True)
class Behaviour:
    """What holds for the paths of a pattern."""

    pattern: str
    bucket: str
    prefix: str
    """The origin's path, before every key."""
    keys: "Mapping[str, RSAPublicKey] | None"
    """Those that may have signed an address, by their ids; None where none has to."""
    headers: tuple[tuple[str, str], ...]


class Distribution:
    """One distribution; a WSGI application."""

    def __init__(
        self,
        behaviours: Iterable[Behaviour],
        read: Callable[[str, str], Object | None],
        now: Callable[[], float],
    ) -> None:
        """Of `behaviours` the first whose pattern fits counts; the last one fits every path.

        `read` is what the distribution may see of a bucket under a key; `now` are seconds since
        1970.
        """
        self._behaviours = tuple(behaviours)
        self._read = read
        self._now = now
        self._server = Server(0)
        self.url = self._server.endpoint

    def start(self) -> None:
        """Answers requests from now on."""
        self._server.start(self)

    def stop(self) -> None:
        """Ends every connection."""
        self._server.stop()

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """The WSGI side of it."""
        target = environ["RAW_URI"]
        if not same_origin.is_meant([environ.get("HTTP_HOST", "")], self._server.port):
            return _refuse(start, 421, "This is served to this machine only.")
        if environ["REQUEST_METHOD"] not in METHODS:
            return _refuse(start, 403, "This distribution allows reading only.")
        path, _, query = target.partition("?")
        found = next(b for b in self._behaviours if matches(b.pattern, _normal(path)))
        try:
            if found.keys is not None:
                check(f"http://{environ['HTTP_HOST']}{path}", query, found.keys, self._now())
            there = self._read(found.bucket, found.prefix + unquote(path)[1:])
            if there is None:
                raise DENIED
        except Refused as error:
            return _refuse(start, 403, str(error), error.code, found.headers)
        headers = [*found.headers, ("ETag", there.etag), ("X-Cache", "Miss from cloudfront")]
        if environ.get("HTTP_IF_NONE_MATCH") == there.etag:
            start("304 Not Modified", headers)
            return []
        size = str(len(there.data))
        start("200 OK", [*headers, ("Content-Type", there.type), ("Content-Length", size)])
        return [there.data] if environ["REQUEST_METHOD"] == "GET" else []


def headers_of(policy: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The headers that a policy for them adds, as a template has it."""
    security = policy.get("SecurityHeadersConfig", {})
    found: list[tuple[str, str]] = []
    for kind, name, field in (
        ("ContentSecurityPolicy", "Content-Security-Policy", "ContentSecurityPolicy"),
        ("FrameOptions", "X-Frame-Options", "FrameOption"),
        ("ReferrerPolicy", "Referrer-Policy", "ReferrerPolicy"),
    ):
        if kind in security:
            found.append((name, str(security[kind][field])))
    if "ContentTypeOptions" in security:
        found.append(("X-Content-Type-Options", "nosniff"))
    if "StrictTransportSecurity" in security:
        age = security["StrictTransportSecurity"]["AccessControlMaxAgeSec"]
        found.append(("Strict-Transport-Security", f"max-age={age}"))
    own = policy.get("CustomHeadersConfig", {}).get("Items", [])
    return (*found, *((one["Header"], str(one["Value"])) for one in own))


def _normal(path: str) -> str:
    """A path as behaviours are looked up by it; the origin gets it as it came."""
    return posixpath.normpath("/" + unquote(path).lstrip("/"))


def _refuse(
    start: "StartResponse",
    status: int,
    message: str,
    code: str = "AccessDenied",
    headers: tuple[tuple[str, str], ...] = (),
) -> list[bytes]:
    text = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()
    phrase = "Forbidden" if status == 403 else "Misdirected Request"
    own = [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))]
    start(f"{status} {phrase}", [*headers, *own])
    return [body]
