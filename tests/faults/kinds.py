"""What can become of a request to AWS: answered with an error, cut, lost, or its process killed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)
from moto.core.botocore_stubber import MockRawResponse

Carry = Callable[[], AWSResponse]
"""Has the request carried out, and brings its answer."""


class Killed(BaseException):
    """The process ends here, as by SIGKILL: nobody catches it, and nothing more is sent."""


@dataclass(frozen=True)
class Kind:
    """One thing that can become of a request."""

    name: str
    happen: Callable[[AWSRequest, Carry], AWSResponse]
    services: tuple[str, ...] = ("s3", "dynamodb", "stepfunctions", "secretsmanager")


def _error(status: int, code: str) -> Callable[[AWSRequest, Carry], AWSResponse]:
    """Refused with an error of the service's own form; nothing is carried out."""

    def happen(request: AWSRequest, _carry: Carry) -> AWSResponse:
        if "x-amz-target" in {name.lower() for name in request.headers}:
            body = json.dumps({"__type": code, "message": "injected"}).encode()
            return answer(request, status, body, "application/x-amz-json-1.0")
        body = f"<Error><Code>{code}</Code><Message>injected</Message></Error>".encode()
        return answer(request, status, body, "application/xml")

    return happen


def _bare(status: int, body: bytes = b"") -> Callable[[AWSRequest, Carry], AWSResponse]:
    """Answered by something in between that is not the service."""
    return lambda request, _carry: answer(request, status, body, "text/html")


def _told(body: dict[str, str]) -> Callable[[AWSRequest, Carry], AWSResponse]:
    """Answered in the service's own form, with something else than what is there."""
    data = json.dumps(body).encode()
    return lambda request, _carry: answer(request, 200, data, "application/x-amz-json-1.1")


def _never(kind: type[Exception]) -> Callable[[AWSRequest, Carry], AWSResponse]:
    """No connection comes about."""

    def happen(request: AWSRequest, _carry: Carry) -> AWSResponse:
        raise kind(endpoint_url=request.url, error="injected")

    return happen


def _lost(kind: type[Exception]) -> Callable[[AWSRequest, Carry], AWSResponse]:
    """Carried out, and the answer is lost."""

    def happen(request: AWSRequest, carry: Carry) -> AWSResponse:
        carry()
        raise kind(endpoint_url=request.url, error="injected")

    return happen


def _cut(request: AWSRequest, carry: Carry) -> AWSResponse:
    """Half of the answer comes. A body that is not streamed is read, and missed, at once."""
    whole = carry()
    if request.method != "GET" or whole.status_code != 200 or "list-type" in request.url:
        raise ConnectionClosedError(endpoint_url=request.url, error="injected")
    data = whole.content
    headers = {**whole.headers, "Content-Length": str(len(data))}
    half = MockRawResponse(data[: len(data) // 2])
    return AWSResponse(request.url, 200, headers, half)


def _killed_before(_request: AWSRequest, _carry: Carry) -> AWSResponse:
    raise Killed


def _killed_after(_request: AWSRequest, carry: Carry) -> AWSResponse:
    carry()
    raise Killed


def answer(request: AWSRequest, status: int, body: bytes, kind: str) -> AWSResponse:
    """An answer as the network brings it."""
    headers = {"Content-Type": kind, "Content-Length": str(len(body))}
    return AWSResponse(request.url, status, headers, MockRawResponse(body))


HTML = b"<html><body>Bad <b>gateway</body>"
BUSY_S3 = (
    (503, "SlowDown"),
    (503, "ServiceUnavailable"),
    (500, "InternalError"),
    (400, "RequestTimeout"),
    (409, "OperationAborted"),
)
THROTTLED = ((400, "ThrottlingException"), (500, "InternalServerError"))
REFUSED = ((403, "AccessDenied"), (400, "ExpiredToken"))
NO_SECRET = ("ResourceNotFoundException", "DecryptionFailure", "InvalidRequestException")
SECRETS = {
    "a secret without text": {},
    "a secret of two words": {"SecretString": "two words"},
    "a secret in JSON without a key": {"SecretString": '{"user": "a", "password": "b"}'},
    "another key": {"SecretString": "sk-another"},
}
"""Secrets that are of no use, by what is wrong with them."""
# The kinds of DynamoDB, Step Functions and Secrets Manager, which speak JSON.
JSON = ("dynamodb", "stepfunctions", "secretsmanager")

KINDS: tuple[Kind, ...] = (
    *(Kind(f"{code} {name}", _error(code, name), ("s3",)) for code, name in BUSY_S3),
    *(Kind(f"{code} {name}", _error(code, name), JSON) for code, name in THROTTLED),
    Kind(
        "400 ProvisionedThroughputExceededException",
        _error(400, "ProvisionedThroughputExceededException"),
        ("dynamodb",),
    ),
    *(Kind(f"{code} {name}", _error(code, name)) for code, name in REFUSED),
    *(Kind(f"400 {name}", _error(400, name), ("secretsmanager",)) for name in NO_SECRET),
    *(Kind(name, _told(body), ("secretsmanager",)) for name, body in SECRETS.items()),
    Kind("500, empty", _bare(500)),
    Kind("502, HTML", _bare(502, HTML)),
    Kind("504, empty", _bare(504)),
    Kind("no connection", _never(EndpointConnectionError)),
    Kind("no connection in time", _never(ConnectTimeoutError)),
    Kind("TLS fails", _never(SSLError)),
    Kind("too slow, nothing done", _never(ReadTimeoutError)),
    Kind("done, answer too slow", _lost(ReadTimeoutError)),
    Kind("done, answer lost", _lost(ConnectionClosedError)),
    Kind("answer cut", _cut),
    Kind("killed before", _killed_before),
    Kind("killed after", _killed_after),
)
BY_NAME = {kind.name: kind for kind in KINDS}
LASTING = {
    *(f"{code} {name}" for code, name in REFUSED),
    *(f"400 {name}" for name in NO_SECRET),
    *SECRETS,
}
"""Faults of the set-up: the same request would not do better later."""
KILLS = tuple(kind for kind in KINDS if kind.name.startswith("killed"))


def of(service: str) -> tuple[Kind, ...]:
    """The kinds that a request to a service can meet."""
    return tuple(kind for kind in KINDS if service in kind.services)


def is_transient(kind: Kind) -> bool:
    """Whether the same request would do better a little later, and the process lives."""
    return kind not in KILLS and kind.name not in LASTING
