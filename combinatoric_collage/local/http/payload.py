"""An HTTP request as payload format 2.0 has it, and the function's answer as HTTP."""

import base64
import binascii
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.http.routes import Route

# A body of any other type is binary, a form and no type at all included.
TEXT = ("application/json", "application/javascript", "application/xml")


@dataclass(frozen=True)
class Request:
    """What came in."""

    method: str
    target: str
    """Path and query, as they were sent."""
    protocol: str
    headers: Mapping[str, str]
    """By lower-case name; those that came more than once are joined by commas."""
    body: bytes
    address: str

    @property
    def path(self) -> str:
        """Without the query, and without escapes."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> str:
        """As it was sent."""
        return self.target.partition("?")[2]


@dataclass(frozen=True)
class Answer:
    """What goes out."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class BadAnswer(Exception):
    """A function's result is no response."""


def message(status: int, text: str) -> Answer:
    """An answer of the API itself."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    return Answer(status, (("content-type", "application/json"),), body)


def event(
    request: Request,
    route: Route,
    parameters: Mapping[str, str],
    api: str,
    stage: str,
    authorizer: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The event for the route's function; `authorizer` is what is known of who asks, if it is."""
    now = time.time()
    headers = dict(request.headers)
    cookies = headers.pop("cookie", "")
    host = headers.get("host", "")
    context: dict[str, Any] = {
        "accountId": ACCOUNT,
        "apiId": api,
        "domainName": host.partition(":")[0],
        "domainPrefix": host.partition(":")[0].partition(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.protocol,
            "sourceIp": request.address,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": str(uuid.uuid4()),
        "routeKey": route.key,
        "stage": stage,
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "timeEpoch": int(now * 1000),
    }
    if authorizer:
        context["authorizer"] = dict(authorizer)
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": context,
    }
    if cookies:
        made["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    query: dict[str, str] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    if query:
        made["queryStringParameters"] = query
    if parameters:
        made["pathParameters"] = dict(parameters)
    return made | _body(request)


def _body(request: Request) -> dict[str, Any]:
    if not request.body:
        return {"isBase64Encoded": False}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind in TEXT:
        try:
            return {"body": request.body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def answer(payload: bytes) -> Answer:
    """A function's result as HTTP; one without a status is the body of a 200.

    Raises:
        BadAnswer: when it is a response that cannot be sent.
    """
    try:
        result = json.loads(payload)
    except ValueError as error:
        raise BadAnswer("the result is not JSON") from error
    if not isinstance(result, dict) or "statusCode" not in result:
        text = result if isinstance(result, str) else json.dumps(result, separators=(",", ":"))
        return Answer(200, (("content-type", "application/json"),), text.encode())
    status, body = str(result["statusCode"]), result.get("body")
    if not (status.isdigit() and 200 <= int(status) <= 599):
        raise BadAnswer(f"statusCode {status} is none")
    if not isinstance(body, str | None):
        raise BadAnswer("body is not a string")
    data = (body or "").encode()
    if result.get("isBase64Encoded"):
        try:
            data = base64.b64decode(data, validate=True)
        except binascii.Error as error:
            raise BadAnswer("body is not base64") from error
    return Answer(int(status), tuple(_headers(result)), data)


def _headers(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    given, cookies = result.get("headers") or {}, result.get("cookies") or []
    if not isinstance(given, dict) or not isinstance(cookies, list):
        raise BadAnswer("headers are no object, or cookies no list")
    headers = {str(name).lower(): _text(value) for name, value in given.items()}
    headers.setdefault("content-type", "text/plain;charset=UTF-8")
    # It is measured when the answer is sent.
    headers.pop("content-length", None)
    made = [*headers.items(), *(("set-cookie", str(cookie)) for cookie in cookies)]
    if any(sign in value for _, value in made for sign in "\r\n"):
        raise BadAnswer("a header has more than one line")
    return made


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
