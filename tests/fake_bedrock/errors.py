"""What Bedrock answers when it does not do what was asked: the names, statuses and words of AWS."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

NAMESPACE = "http://internal.amazon.com/coral/com.amazon.bedrock/"


class ApiError(Exception):
    """One refusal: an HTTP status, the exception that botocore makes of it, and its message."""

    def __init__(self, status: int, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.body = json.dumps({"message": message, **details}).encode()

    @property
    def headers(self) -> Mapping[str, str]:
        """Where botocore finds the name of the exception."""
        return {"x-amzn-ErrorType": f"{self.code}:{NAMESPACE}"}


def validation(message: str) -> ApiError:
    """A request that is wrong in itself."""
    return ApiError(400, "ValidationException", message)


def malformed(where: str, why: str) -> ApiError:
    """A body that is not as the model's schema says."""
    return validation(
        f"Malformed input request: #{where}: {why}, please reformat your input and try again."
    )


def detail(message: str) -> ApiError:
    """A refusal of the model itself, which comes as JSON within the message."""
    return validation(json.dumps({"detail": message}))


def denied(message: str) -> ApiError:
    """A 403 of whichever kind; only the message tells."""
    return ApiError(403, "AccessDeniedException", message)


def not_allowed(caller: str, action: str, resource: str) -> ApiError:
    """A right that the caller lacks."""
    return denied(
        f"User: {caller} is not authorized to perform: {action} on resource: {resource} because "
        f"no identity-based policy allows the {action} action"
    )


def forbidden_region(caller: str, action: str, resource: str) -> ApiError:
    """A right that the organisation takes away."""
    return denied(
        f"User: {caller} is not authorized to perform: {action} on resource: {resource} with an "
        "explicit deny in a service control policy"
    )


def not_subscribed(why: str, minutes: int) -> ApiError:
    """A model that needs a subscription in AWS Marketplace, which cannot be made."""
    return denied(
        f"Model access is denied due to {why} Your AWS Marketplace subscription for this model "
        "cannot be completed at this time. If you recently fixed this issue, try again after "
        f"{minutes} minutes."
    )


def marketplace() -> ApiError:
    """The caller may not subscribe, and nobody has."""
    return not_subscribed(
        "IAM user or service role is not authorized to perform the required AWS Marketplace "
        "actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access "
        "to this model. Refer to the Amazon Bedrock documentation for further details.",
        2,
    )


def no_payment() -> ApiError:
    """The account has nothing to pay with."""
    return not_subscribed(
        "INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided..", 15
    )


def pending() -> ApiError:
    """The subscription has been made and is not there yet."""
    return not_subscribed("the subscription that is still pending.", 15)


def throttled() -> ApiError:
    """The quota of the model in this Region is used up; nothing says for how long."""
    return ApiError(
        429, "ThrottlingException", "Too many requests, please wait before trying again."
    )


def no_such_model() -> ApiError:
    """A model that is not there, or not in this Region."""
    return validation("The provided model identifier is invalid.")


def needs_profile(model: str) -> ApiError:
    """The bare id of a model that is there by an inference profile only."""
    # The apostrophe is the service's own.
    return validation(
        f"Invocation of model ID {model} with on-demand throughput isn\u2019t supported. Retry "
        "your request with the ID or ARN of an inference profile that contains this model."
    )


def not_found(message: str) -> ApiError:
    """What is no more, or was never there."""
    return ApiError(404, "ResourceNotFoundException", message)


def end_of_life() -> ApiError:
    """A model that has been retired."""
    return not_found("This model version has reached the end of its life.")


def too_large() -> ApiError:
    """A body above the bound of the service; the words are not documented."""
    return ApiError(413, "RequestEntityTooLargeException", "Request Entity Too Large")


def wrong_type(name: str, expected: str, value: object) -> ApiError:
    """A field of another type than the model takes."""
    given = {str: "String", bool: "Boolean", int: "Integer", float: "Double", list: "JSONArray"}
    named = {dict: "JSONObject", type(None): "Null"} | given
    return malformed(f"/{name}", f"expected type: {expected}, found: {named[type(value)]}")


def out_of_bounds(name: str, low: float, high: float, value: float) -> ApiError:
    """A number that is too small or too great."""
    if value < low:
        return malformed(f"/{name}", f"{value} is not greater or equal to {low}")
    return malformed(f"/{name}", f"{value} is not less or equal to {high}")


def not_among(name: str, value: object, allowed: Iterable[str]) -> ApiError:
    """A word that is none of those allowed."""
    return malformed(f"/{name}", f"{value} is not a valid enum value of {list(allowed)}")
