"""What AWS says when it makes no picture, and what the SDK says of the way there, by our names.

Each row of `CODES` is a name of AWS's; what of a ValidationException or an AccessDeniedException
is the case only its message tells. Words are matched that others have met; where none fits the
message is shown as it came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from botocore import exceptions as sdk
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from collage.engines import call_ends
from collage.errors import (
    BadKey,
    BadRequest,
    BrokenAnswer,
    CollageError,
    ConnectionLost,
    EngineUnavailable,
    NoModel,
    Overloaded,
    ProviderUnreachable,
    QuotaExhausted,
    RateLimited,
    Refused,
    Rejected,
    TimedOut,
)

MOST_WORDS = 300
"""Characters of AWS's own words that go into a message."""

PENDING_SECONDS = 60.0
"""Between two looks at whether a subscription is there, which may take 15 minutes."""

CODES: Mapping[str, type[CollageError]] = {
    "ThrottlingException": RateLimited,
    "ModelNotReadyException": Overloaded,
    "ServiceUnavailableException": Overloaded,
    "ModelTimeoutException": TimedOut,
    "ModelErrorException": BrokenAnswer,
    "ResourceNotFoundException": NoModel,
    "ServiceQuotaExceededException": QuotaExhausted,
    "UnrecognizedClientException": BadKey,
    "InvalidSignatureException": BadKey,
    "ExpiredTokenException": BadKey,
    "IncompleteSignatureException": BadKey,
    "MissingAuthenticationTokenException": BadKey,
}
"""Of those codes that need no second look."""

SENTENCES: Mapping[type[CollageError], str] = {
    RateLimited: "The provider's rate limit is reached: {}.",
    TimedOut: "The provider did not answer in time: {}.",
    BrokenAnswer: "The provider's model failed over the call: {}.",
    NoModel: "The provider has no such model for this account: {}.",
    QuotaExhausted: "The provider's account has no more credit: {}.",
    BadKey: "The provider refused the credentials of the function: {}.",
    BadRequest: "The provider does not accept the request: {}.",
    Rejected: "The provider did not take the request: {}.",
    Refused: "The provider's moderation refused it: {}.",
}
"""Of all others: "The provider answered" with the status."""

NO_MODEL = re.compile(
    # AWS writes the apostrophe of "isn't" as U+2019.
    r"model identifier is invalid|on-demand throughput isn.t supported|end of its life"
    r"|marked by provider as legacy",
    re.IGNORECASE,
)
ABUSE = re.compile(
    r"abuse detection|child sexual|\bcsam\b|content (filter|polic|moderation)|moderation"
    r"|was blocked|safety",
    re.IGNORECASE,
)
"""What is found in one tile's picture or prompt, and is that tile's matter alone."""
SHARED = re.compile(
    r"invalid field|required key|extraneous key|expected type|enum value|does not support"
    r"|content type|modelid|toolchoice|toolconfig",
    re.IGNORECASE,
)
"""Words that name what every request of the run has in common."""

UNREACHED = (sdk.ConnectTimeoutError, sdk.EndpointConnectionError, sdk.ProxyConnectionError)
"""What the SDK says before anything was sent."""

ARN = re.compile(r"resource: (arn:\S+)")
CALLER = re.compile(r"User: (arn:\S+) is not")


@contextmanager
def named(region: str) -> Iterator[None]:
    """Give the SDK's errors the pack's names."""
    began = perf_counter()
    try:
        yield
    except ClientError as error:
        raise of_answer(error.response, perf_counter() - began) from None
    except sdk.ReadTimeoutError as error:
        raise TimedOut("The provider did not answer in time.") from error
    except UNREACHED as error:
        raise ProviderUnreachable(f"There is no reaching Bedrock in {region}.") from error
    except sdk.SSLError as error:
        raise ProviderUnreachable(f"There is no trusting what answers for {region}.") from error
    except (sdk.NoCredentialsError, sdk.PartialCredentialsError, sdk.CredentialRetrievalError):
        raise BadKey("The provider wants credentials, and the function has none.") from None
    except (sdk.HTTPClientError, sdk.ResponseStreamingError, sdk.IncompleteReadError) as error:
        raise ConnectionLost("The connection to the provider was lost.") from error
    except sdk.ParamValidationError as error:
        raise BadRequest(SENTENCES[BadRequest].format(_short(str(error)))) from None
    except (BotoCoreError, ResponseParserError) as error:
        raise BrokenAnswer(f"The provider's answer is broken: {type(error).__name__}.") from error


def of_answer(response: Mapping[str, Any], seconds: float) -> CollageError:
    """The error in an answer that came so many seconds after it was asked for."""
    code = str(response.get("Error", {}).get("Code", ""))
    message = str(response.get("Error", {}).get("Message", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code == "AccessDeniedException":
        return denied(message)
    said = _words(message) or f"status {status}, without a word"
    kind = CODES.get(code) or _kind(code, message, status, seconds)
    return kind(SENTENCES.get(kind, f"The provider answered {status}: {{}}.").format(said))


def _kind(code: str, message: str, status: int, seconds: float) -> type[CollageError]:
    """What an answer is by its message or its status."""
    if code != "ValidationException":
        # Only the account's pace is a matter of how often it is asked.
        return RateLimited if status == 429 else call_ends.of_status(status, seconds, None)
    rules = ((NO_MODEL, NoModel), (SHARED, BadRequest), (ABUSE, Refused))
    return next((kind for words, kind in rules if words.search(message)), Rejected)


def denied(message: str) -> CollageError:
    """Why a call was not allowed, by the message of an AccessDeniedException.

    The account has not subscribed to the model, or cannot pay for it; the organisation forbids it;
    or the role has no right to it. All have one code, and what helps is different.
    """
    said = _words(message)
    found = ARN.search(message)
    what = found[1].rstrip(".,") if found else "the model"
    if re.search(r"INVALID_PAYMENT_INSTRUMENT|payment instrument", message):
        return EngineUnavailable(
            "The account has no payment method that AWS Marketplace takes, through which Bedrock "
            f"bills this model: add one, and try again after 15 minutes. AWS says: {said}."
        )
    if re.search(r"service control policy", message, re.IGNORECASE):
        return EngineUnavailable(
            f"A service control policy of the organisation forbids bedrock:InvokeModel on {what}. "
            "A call by a profile goes to any of us-west-2, us-east-1 and us-east-2, so that all "
            "three have to be allowed."
        )
    if re.search(r"subscription.{0,40}pending", message, re.IGNORECASE):
        return Overloaded(
            "The provider answered 403: the account's subscription to the model is under way, "
            "which may take 15 minutes.",
            retry_after=PENDING_SECONDS,
        )
    if "aws-marketplace" in message or "Marketplace subscription" in message:
        return EngineUnavailable(
            "The account has not subscribed to the model: run `collage bedrock access` once. AWS "
            f"says: {said}."
        )
    if "is not authorized to perform" in message:
        return EngineUnavailable(
            f"{_caller(message)} may not ask Bedrock: it has no right to bedrock:InvokeModel on "
            f"{what}. A function's role gets it by Bedrock=on, unless a permissions boundary is in "
            "the way; on a laptop AWS is asked with your own credentials, which need it."
        )
    return EngineUnavailable(f"Bedrock denies access: {said}.")


def _caller(message: str) -> str:
    """Whom AWS speaks of: on a laptop that is who started the cloud."""
    found = CALLER.search(message)
    return found[1] if found else "The caller"


def _words(message: str) -> str:
    """A message's own words: a model's are JSON within it."""
    try:
        inner = json.loads(message)
    except (ValueError, RecursionError):
        inner = None
    detail = inner.get("detail") if isinstance(inner, dict) else None
    return _short(message if detail is None else str(detail))


def _short(text: str) -> str:
    return " ".join(text.split())[:MOST_WORDS].rstrip(". ")
