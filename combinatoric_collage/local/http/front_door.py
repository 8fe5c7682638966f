"""The AWS endpoint as the outside sees it: AWS's services, and nothing that is moto's own.

moto's control routes switch off IAM and read out what it holds, and it lets pages of every origin
read its answers. Here a page of another origin gets what the CORS rules of a bucket say.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from combinatoric_collage.local import same_origin
from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.errors import StateError
from combinatoric_collage.local.http import s3_cors

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger("local")

# What moto serves that no AWS endpoint does.
NOT_OF_AWS = ("moto_api", "instance_metadata")
NOT_FOUND, FORBIDDEN = "404 Not Found", "403 Forbidden"
# WebDAV's name for a full disk; SDKs do not try again, as they would at 500.
FULL = "507 Insufficient Storage"


def services() -> "WSGIApplication":
    """The services of moto, by what a request says that it is for."""
    from combinatoric_collage.local.http.unframed import Service, Services

    def create(service: Any) -> Any:
        return _nothing if service in NOT_OF_AWS else Service(service)

    return Services(create)


def bucket_rules(name: str) -> list[s3_cors.Rule]:
    """The CORS rules of a bucket; none where there is no such bucket."""
    from moto.s3.models import s3_backends

    bucket: Any = s3_backends[ACCOUNT]["aws"].buckets.get(name)
    return [
        s3_cors.Rule(
            origins=tuple(rule.allowed_origins),
            methods=tuple(rule.allowed_methods),
            headers=tuple(rule.allowed_headers or ()),
            exposed=tuple(rule.exposed_headers or ()),
            max_age=rule.max_age_seconds,
        )
        for rule in (bucket.cors if bucket else ())
    ]


class FrontDoor:
    """Holds requests to who may ask; a WSGI application around another."""

    def __init__(
        self,
        application: "WSGIApplication",
        port: int,
        rules: Callable[[str], list[s3_cors.Rule]],
        lost: Callable[[StateError], None],
    ) -> None:
        """`rules` are those of a bucket; `lost` hears that something could not be kept."""
        self._application = application
        self._port = port
        self._rules = rules
        self._lost = lost

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """The WSGI side of it."""
        if not same_origin.is_meant([environ.get("HTTP_HOST", "")], self._port):
            return _refuse(start, "AccessDenied", "This is served to this machine only.")
        origin = environ.get("HTTP_ORIGIN")
        if same_origin.is_foreign(origin, self._port):
            return self._foreign(environ, start, str(origin))
        return self._serve(environ, _adding(start, []))

    def _foreign(
        self, environ: "WSGIEnvironment", start: "StartResponse", origin: str
    ) -> Iterable[bytes]:
        path = unquote(str(environ.get("PATH_INFO", "")))
        rules = self._rules(path.lstrip("/").partition("/")[0])
        method = environ["REQUEST_METHOD"]
        wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
        if method == "OPTIONS" and wanted:
            names = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "").split(",")
            asked = [name.strip() for name in names if name.strip()]
            if rule := s3_cors.find(rules, origin, wanted, asked):
                start("200 OK", [*rule.answer(origin, asked), ("Content-Length", "0")])
                return []
        elif rule := s3_cors.find(rules, origin, method):
            headers = rule.answer(origin)
            return self._serve(environ, _adding(start, headers))
        return _refuse(start, "AccessForbidden", "CORSResponse: This CORS request is not allowed.")

    def _serve(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        try:
            return self._application(environ, start)
        except StateError as error:
            self._lost(error)
            return _refuse(start, "InsufficientStorage", str(error), FULL)


def _adding(start: "StartResponse", more: list[tuple[str, str]]) -> "StartResponse":
    """With headers of ours; moto has some of its own for everybody."""

    def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        kept = [h for h in headers if not h[0].lower().startswith("access-control-")]
        return start(status, [*kept, *more], *rest)

    return started


def _nothing(_environ: Mapping[str, Any], start: "StartResponse") -> Iterable[bytes]:
    return _refuse(start, "NotFound", "There is nothing here.", NOT_FOUND)


def _refuse(
    start: "StartResponse", code: str, message: str, status: str = FORBIDDEN
) -> Iterable[bytes]:
    """As S3 says it, which other services' clients understand as well as they need."""
    text = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
    start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
    return [body]
