"""What the API answers when it does not do what was asked."""

import json
from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """One refusal: an HTTP status and the body that goes with it."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
        raw: Any = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})
        self.error = {"message": message, "type": kind, "param": param, "code": code}
        self.error.update(details or {})
        self.raw = raw

    @property
    def body(self) -> bytes:
        """The body as the API writes it, or ``raw`` as another server does."""
        if isinstance(self.raw, str):
            return self.raw.encode()
        if self.raw is not None:
            return json.dumps(self.raw).encode()
        return json.dumps({"error": self.error}).encode()


def invalid(message: str, param: str | None, code: str | None = "invalid_value") -> ApiError:
    """A 400 that names the parameter at fault."""
    return ApiError(400, message, param=param, code=code)


def user_error(message: str, param: str | None, code: str) -> ApiError:
    """A 400 of the picture model itself, which has a type of its own."""
    return ApiError(400, message, kind="image_generation_user_error", param=param, code=code)


def missing(param: str) -> ApiError:
    """A required parameter that was not sent."""
    return invalid(f"Missing required parameter: '{param}'.", param, "missing_required_parameter")


def unknown(param: str) -> ApiError:
    """A parameter the API does not have."""
    return invalid(f"Unknown parameter: '{param}'.", param, "unknown_parameter")


def wrong_type(param: str, expected: str, value: object) -> ApiError:
    """A parameter of another type than the API takes."""
    given = {str: "a string", int: "an integer", list: "an array", dict: "an object"}
    name = given.get(type(value), type(value).__name__)
    message = f"Invalid type for '{param}': {expected} was expected, {name} was given."
    return invalid(message, param, "invalid_type")


def one_of(param: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse a value that is not among those allowed."""
    if not isinstance(value, str):
        raise wrong_type(param, "a string", value)
    if value not in allowed:
        names = ", ".join(f"'{name}'" for name in allowed)
        raise invalid(f"Invalid value: '{value}'. Allowed here: {names}.", param)


def no_such_model(name: str) -> ApiError:
    """A model that never was, or is no more."""
    return ApiError(
        404, f"There is no model '{name}' for this key.", param="model", code="model_not_found"
    )


def no_such_route(method: str, path: str) -> ApiError:
    """An address the API does not have."""
    return ApiError(404, f"Invalid URL ({method} {path})")


def slow_down(message: str, seconds: float) -> ApiError:
    """A 429 that says when to come back."""
    return ApiError(
        429, message, kind="requests", code="rate_limit_exceeded", headers=come_back(seconds)
    )


def come_back(seconds: float) -> dict[str, str]:
    """When to come back, in both of the headers clients read."""
    return {
        # Whole seconds, rounded up: a client that waits that long is let in.
        "retry-after": str(max(1, -int(-seconds // 1))),
        "retry-after-ms": str(max(1, -int(-seconds * 1000 // 1))),
    }
