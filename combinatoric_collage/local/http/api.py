"""An HTTP API of the template, served on loopback by the functions of its routes."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from combinatoric_collage.local import same_origin
from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.http import auth, tokens
from combinatoric_collage.local.http.payload import (
    Answer,
    BadAnswer,
    Request,
    answer,
    event,
    message,
)
from combinatoric_collage.local.http.routes import DEFAULT, Route, find
from combinatoric_collage.local.http.server import Server
from combinatoric_collage.local.processes.invocation import Result

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

logger = logging.getLogger("local")

LARGEST_REQUEST = 10 * 2**20
# What a function takes and gives at most, in bytes.
LARGEST_EVENT = 6 * 2**20
# Requests at once; more of them wait, and their time runs.
AT_ONCE = 64
# Answers that never have a body.
EMPTY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Api:
    """One API; a WSGI application."""

    def __init__(
        self,
        id: str,
        region: str,
        routes: Iterable[Route],
        schemes: Mapping[str, Any],
        cors: Mapping[str, Any] | None,
        invoke: Callable[[str, bytes], Result],
        port: int,
    ) -> None:
        """`schemes` are the securitySchemes of the OpenAPI body."""
        self.id = id
        self._region = region
        self._routes = tuple(routes)
        self._schemes = schemes
        self._cors = cors
        self._invoke = invoke
        self._tokens = tokens.Tokens()
        self._server = Server(port)
        self._running = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="laptop-cloud-api")
        self.stages: dict[str, dict[str, str]] = {}
        """The variables of each stage, by its name."""
        self.url = self._server.endpoint

    def start(self) -> None:
        """Answers requests from now on."""
        self._server.start(self)

    def stop(self) -> None:
        """Ends every connection; functions that still run are not waited for here."""
        self._running.shutdown(wait=False, cancel_futures=True)
        self._server.stop()
        self._running.shutdown()

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """The WSGI side of it."""
        try:
            size = int(environ.get("CONTENT_LENGTH") or 0)
            chunked = environ.get("wsgi.input_terminated")
            limit = LARGEST_REQUEST + 1 if chunked else min(size, LARGEST_REQUEST + 1)
            request = _request(environ, environ["wsgi.input"].read(limit))
        except (OSError, ValueError):
            made = message(400, "Bad Request")
        else:
            made = self.answer(request)
        status = f"{made.status} {_phrase(made.status)}"
        if made.status in EMPTY:
            start(status, list(made.headers))
            return []
        start(status, [*made.headers, ("content-length", str(len(made.body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [made.body]

    def answer(self, request: Request) -> Answer:
        """What API Gateway would answer."""
        if not same_origin.is_meant([request.headers.get("host", "")], self._server.port):
            return message(403, "Forbidden")
        # AWS would let the function run, and the browser keep its answer from the page.
        foreign = same_origin.is_foreign(request.headers.get("origin"), self._server.port)
        if foreign and not self._origin(request):
            return message(403, "Forbidden")
        made = self._preflight(request) or self._route(request)
        return self._with_cors(request, made)

    def _route(self, request: Request) -> Answer:
        stage, path = self._stage(request.path)
        route, parameters = find(self._routes, request.method, path)
        if stage is None or route is None:
            return message(404, "Not Found")
        resource = f"arn:aws:execute-api:{self._region}:{ACCOUNT}:{self.id}/{stage}"
        known = self._known(request, route, f"{resource}/{request.method}{path}")
        if isinstance(known, Answer):
            return known
        if len(request.body) > LARGEST_REQUEST:
            return message(413, "Request Entity Too Large")
        made = event(request, route, parameters, self.id, stage, known)
        if self.stages[stage]:
            made["stageVariables"] = self.stages[stage]
        sent = json.dumps(made).encode()
        if len(sent) > LARGEST_EVENT:
            return message(413, "Request Entity Too Large")
        return self._run(route, sent)

    def _known(
        self, request: Request, route: Route, resource: str
    ) -> Mapping[str, Any] | Answer | None:
        """What is known of who asks, or the answer to who may not; None where all may."""
        if not route.authorizers:
            return None
        if self._is_signed(route):
            caller = auth.caller(request, self._region, resource)
            return message(403, "Forbidden") if caller is None else {"iam": caller}
        by = self._issuer(route)
        if by is None:
            return message(401, "Unauthorized")
        try:
            claims = self._tokens.claims(request, by)
        except tokens.Refused as error:
            said = f'Bearer scope="" error="invalid_token" error_description="{error}"'
            refused = message(401, "Unauthorized")
            return replace(refused, headers=(*refused.headers, ("www-authenticate", said)))
        if not tokens.scoped(claims, route.scopes):
            return message(403, "Forbidden")
        return {"jwt": tokens.context(claims, route.scopes)}

    def can_check(self, route: Route) -> bool:
        """Whether this machine can tell who may take the route: by IAM, or by an issuer's keys."""
        return self._is_signed(route) or self._issuer(route) is not None

    def _is_signed(self, route: Route) -> bool:
        types = {
            self._schemes.get(name, {}).get("x-amazon-apigateway-authtype")
            for name in route.authorizers
        }
        return types == {"awsSigv4"}

    def _issuer(self, route: Route) -> tokens.Authorizer | None:
        """The one authorizer of a route that takes tokens; a route can have no other beside it."""
        found = [tokens.authorizer(self._schemes.get(name, {})) for name in route.authorizers]
        return found[0] if len(found) == 1 else None

    def _run(self, route: Route, sent: bytes) -> Answer:
        try:
            result = self._running.submit(self._invoke, route.function, sent).result(route.timeout)
        except (TimeoutError, CancelledError, RuntimeError):
            # The last two: the cloud is being stopped.
            return message(503, "Service Unavailable")
        wrong = result.payload.decode(errors="replace") if result.failed else ""
        if not wrong and len(result.payload) > LARGEST_EVENT:
            wrong = "the result is larger than 6 MB"
        if not wrong:
            try:
                return self._without_cors(answer(result.payload))
            except BadAnswer as error:
                wrong = str(error)
        logger.error("%s answered by %s failed: %s", route.key, route.function, wrong)
        return message(500, "Internal Server Error")

    def _stage(self, path: str) -> tuple[str | None, str]:
        """The stage a path is for, and the rest of it."""
        first, _, rest = path[1:].partition("/")
        if first in self.stages:
            return first, f"/{rest}"
        return (DEFAULT if DEFAULT in self.stages else None), path

    def _preflight(self, request: Request) -> Answer | None:
        """The answer to a browser's question; a route for it with an authorizer comes first."""
        asked = request.headers.get("access-control-request-method")
        if not self._cors or request.method != "OPTIONS" or asked is None:
            return None
        route, _ = find(self._routes, "OPTIONS", self._stage(request.path)[1])
        if route and route.authorizers:
            return None
        headers = [
            (f"access-control-{name}", _joined(self._cors[key]))
            for name, key in (
                ("allow-methods", "allowMethods"),
                ("allow-headers", "allowHeaders"),
                ("max-age", "maxAge"),
            )
            if self._cors.get(key)
        ]
        return Answer(204, tuple(headers) if self._origin(request) else (), b"")

    def _with_cors(self, request: Request, made: Answer) -> Answer:
        """With what a browser is to know of who may read it."""
        origin = self._origin(request)
        if not self._cors or not origin:
            return made
        headers = [("access-control-allow-origin", origin)]
        if origin != "*":
            headers.append(("vary", "origin"))
        if self._cors.get("allowCredentials"):
            headers.append(("access-control-allow-credentials", "true"))
        if self._cors.get("exposeHeaders"):
            exposed = _joined(self._cors["exposeHeaders"])
            headers.append(("access-control-expose-headers", exposed))
        return replace(made, headers=(*made.headers, *headers))

    def _without_cors(self, made: Answer) -> Answer:
        """An API that has rules of its own takes none from a function."""
        if not self._cors:
            return made
        kept = (h for h in made.headers if not h[0].startswith("access-control-"))
        return replace(made, headers=tuple(kept))

    def _origin(self, request: Request) -> str | None:
        """The origin that may read the answer."""
        origin = request.headers.get("origin")
        allowed = (self._cors or {}).get("allowOrigins", [])
        if origin and "*" in allowed:
            return "*"
        # All of a scheme, or one by its name.
        known = {origin, f"{(origin or '').partition('://')[0]}://*"}
        return origin if known.intersection(allowed) else None


def _request(environ: "WSGIEnvironment", body: bytes) -> Request:
    names = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}
    headers = {new: environ[old] for old, new in names.items() if environ.get(old)}
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            headers[name[5:].replace("_", "-").lower()] = value
    target = environ["RAW_URI"]
    if not target.startswith("/"):
        # The form that is meant for proxies.
        target = quote(environ["PATH_INFO"].encode("latin-1")) + "?" + environ["QUERY_STRING"]
    return Request(
        environ["REQUEST_METHOD"],
        target,
        environ["SERVER_PROTOCOL"],
        headers,
        body,
        environ["REMOTE_ADDR"],
    )


def _joined(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
