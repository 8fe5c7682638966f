"""Errors as problem documents (RFC 9457) that name the fields and what is allowed in them."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError
from pydantic import BaseModel, Field

from collage.errors import (
    BeingDeleted,
    CollageError,
    FieldError,
    InvalidRequest,
    NotInStore,
    PermanentError,
    TransientError,
    UnreadableChoices,
)
from collage.frozen import Frozen
from collage.request.parse import invalid
from collage.store.choices import MOST_BYTES

LARGEST_BODY = 65_536
LARGEST_CHOICES = MOST_BYTES
"""Where choices go: all of a collage may come at once."""

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
THROTTLES = {
    "ExecutionLimitExceeded",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
}
"""AWS's codes for having been asked more often than the account may, by any of its services."""

NO_OBJECT = "The body has to be a JSON object."
NOT_FOUND = "not_found_handler"
"""What Powertools calls the route of a path that has none."""

logger = Logger(service="api", child=True)


class Problem(Frozen):
    """What went wrong."""

    type: str = Field(description="a URN that ends in the error's name")
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] = Field(
        default=[], description="field, message and allowed values of each field that is wrong"
    )


class Conflict(PermanentError):
    """What is asked for cannot be done to the collage as it is."""


class Forbidden(PermanentError):
    """What is asked for is not for this caller, who may know that the collage is there."""


class Throttled(TransientError):
    """AWS was asked more often than the account may; nothing was done."""


class AwsUnreachable(TransientError):
    """A service of AWS could not be reached in time."""


def problem(
    status: int,
    name: str,
    detail: str,
    fields: Iterable[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response[str]:
    """An error's answer."""
    body = Problem(
        type=f"urn:collage:problem:{name}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=[field._asdict() for field in fields],
    )
    # The default of ensure_ascii: a field's name may hold what UTF-8 has no bytes for.
    text = json.dumps(body.model_dump())
    return Response(status, MEDIA_TYPE, text, headers=dict(headers or {}))


def early(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer to a body that is not even looked at: too large, of another type, no JSON."""
    body = event.get("body") or ""
    if event["requestContext"]["http"]["method"] not in ("POST", "PATCH") or not body:
        return None
    refused = _refuse_body(event, body)
    if refused is None:
        return None
    headers = {"Content-Type": MEDIA_TYPE}
    return {"statusCode": refused.status_code, "headers": headers, "body": refused.body}


def _refuse_body(event: Mapping[str, Any], body: str) -> Response[str] | None:
    kind = event.get("headers", {}).get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return problem(415, "UnsupportedMediaType", "A body is taken as application/json only.")
    largest = LARGEST_CHOICES if event["rawPath"].endswith("/choices") else LARGEST_BODY
    if len(body) > largest:
        detail = f"A body has at most {largest:,} bytes; pictures go where POST /uploads says."
        return problem(413, "BodyTooLarge", detail)
    try:
        text = base64.b64decode(body).decode() if event.get("isBase64Encoded") else body
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return problem(400, "NotJson", "The body cannot be read as JSON.")
    if not isinstance(value, dict):
        return problem(422, "InvalidRequest", NO_OBJECT)
    return None


def only_known_parameters(app: APIGatewayHttpResolver, next: NextMiddleware) -> Response[Any]:
    """Refuse query parameters that a route does not have, as a body's unknown fields are."""
    route = app.context["_route"]
    known = {parameter.alias for parameter in route.dependant.query_params}
    unknown = sorted(set(app.current_event.query_string_parameters) - known)
    if unknown and route.func.__name__ != NOT_FOUND:
        raise InvalidRequest(
            f"{unknown[0]}: there is no such parameter.",
            [FieldError(name, "there is no such parameter", sorted(known)) for name in unknown],
        )
    answer: Response[Any] = next(app)
    return answer


def answer_errors(app: APIGatewayHttpResolver) -> None:
    """Have every error of the routes answered with a problem."""
    app.exception_handler(RequestValidationError)(partial(_invalid, app))
    app.exception_handler(NotFoundError)(partial(_missing, app))
    app.exception_handler(CollageError)(_named)
    app.exception_handler(ClientError)(_refused_by_aws)
    app.exception_handler(BotoCoreError)(_unreached)
    app.exception_handler(Exception)(_unexpected)


def _invalid(app: APIGatewayHttpResolver, error: RequestValidationError) -> Response[str]:
    route = app.context["_route"].dependant
    # The first part of a place says in what it is: body, query, path, or header.
    found = [{**one, "loc": one["loc"][1:]} for one in error.errors()]
    if any(not one["loc"] and one["type"] == "missing" for one in found):
        return problem(422, "InvalidRequest", NO_OBJECT)
    others = (*route.path_params, *route.query_params, *route.header_params)
    model = route.body_params[0].type_ if route.body_params else _parameters(others)
    return _named(invalid(found, model))


def _missing(app: APIGatewayHttpResolver, error: NotFoundError) -> Response[str]:
    path = app.current_event.path
    methods = sorted(
        method.upper()
        for known, item in (app.get_openapi_schema().paths or {}).items()
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", known), path)
        for method in item.model_dump(exclude_none=True)
    )
    if methods:
        allowed = ", ".join(methods)
        return problem(
            405, "MethodNotAllowed", f"{path} takes {allowed}.", headers={"Allow": allowed}
        )
    return problem(404, "NoSuchRoute", f"There is nothing at {path}; see /docs.")


def _named(error: CollageError) -> Response[str]:
    if isinstance(error, TransientError):
        logger.warning("transient", extra={"error": error.name})
        headers = {"Retry-After": str(round(error.retry_after or RETRY_SECONDS))}
        # Asked too often is no fault of the stack, and raises no alarm.
        status = 429 if isinstance(error, Throttled) else 503
        return problem(status, error.name, str(error), headers=headers)
    conflict = isinstance(error, BeingDeleted | Conflict | UnreadableChoices)
    forbidden = isinstance(error, Forbidden)
    missing = isinstance(error, NotInStore)
    status = 404 if missing else 403 if forbidden else 409 if conflict else 422
    return problem(status, error.name, str(error), _fields(error))


def _refused_by_aws(error: ClientError) -> Response[str]:
    """A throttle by its name; what else AWS refuses is a fault of the set-up."""
    if error.response["Error"]["Code"] not in THROTTLES:
        return _unexpected(error)
    return _named(Throttled(f"AWS is asked too often for {error.operation_name}; try again soon."))


def _unreached(error: BotoCoreError) -> Response[str]:
    if not isinstance(error, ConnectionError | HTTPClientError):
        return _unexpected(error)
    return _named(AwsUnreachable("A service of AWS could not be reached in time; try again soon."))


def _unexpected(error: Exception) -> Response[str]:
    logger.exception("unexpected")
    return problem(500, "Unexpected", "Something went wrong here; the log says what.")


def _fields(error: CollageError) -> Iterable[FieldError]:
    """The fields that an error is about: its message begins with the name of one."""
    if isinstance(error, InvalidRequest) and error.fields:
        return error.fields
    field, _, message = str(error).partition(": ")
    return [FieldError(field, message)] if message and " " not in field else []


def _parameters(known: Iterable[Any]) -> type[BaseModel]:
    """A model with the parameters of a route, for what is allowed in them."""
    from pydantic import create_model

    fields: Any = {p.alias: (p.field_info.annotation, p.field_info) for p in known}
    return create_model("Parameters", **fields)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
