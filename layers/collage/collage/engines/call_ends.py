"""How a call to a provider can end: what is counted, what is tried again, what a person reads.

What might have been paid counts as paid until it is known otherwise. The same table stands in
docs/openai.md; the state machine's retriers follow it.
"""

from __future__ import annotations

from typing import NamedTuple

from collage.errors import (
    BadKey,
    BadRequest,
    BrokenAnswer,
    BudgetExhausted,
    CollageError,
    ConnectionLost,
    EngineUnavailable,
    FailedMidway,
    LimitsUnavailable,
    MaxUsdReached,
    NoModel,
    NoSlotYet,
    NotKept,
    Overloaded,
    PictureElsewhere,
    PictureNotFetched,
    ProviderDown,
    ProviderUnreachable,
    QuotaExhausted,
    RateLimited,
    Refused,
    Rejected,
    TimedOut,
)

AT_ONCE = 5.0
"""Seconds within which a 500 says that no picture was made: a picture takes longer."""

TIMEOUTS = {408, 504, 524}
"""Statuses by which a server or a gateway before it says that it waited too long."""

FUNCTION_TIMED_OUT, FUNCTION_KILLED = "FunctionTimedOut", "FunctionKilled"

KILLED = "A function was killed at its work; if it was asking a provider, that stays counted."

PLATFORM = {
    "Sandbox.Timedout": (
        FUNCTION_TIMED_OUT,
        "A function ran out of its time; if it was asking a provider, that stays counted.",
    ),
    "Runtime.ExitError": (FUNCTION_KILLED, KILLED),
    "Runtime.OutOfMemory": (FUNCTION_KILLED, KILLED),
    "Lambda.Unknown": (FUNCTION_KILLED, KILLED),
}
"""What Lambda calls the end of a function that it ended itself: the pack's name and sentence."""


class End(NamedTuple):
    """One way in which a call ends without a picture that is kept."""

    name: str
    """The error's name, as the state machine and failures/*.json give it."""
    when: str
    """What happened."""
    counted: bool
    """Whether the price stays counted: the provider may bill the call."""
    retries: int
    """How often the workflow tries again."""
    reads: str
    """The sentence that a person reads; … stands for the provider's own words or for numbers."""
    of: str = ""
    """The one provider whose calls may end so; empty: any."""


FREE, COUNTED = False, True


def _end(
    kind: type[CollageError], when: str, counted: bool, retries: int, reads: str, of: str = ""
) -> End:
    return End(kind.__name__, when, counted, retries, reads, of)


ENDS = (
    _end(NoSlotYet, "its turn is far off", FREE, 1000, "The next turn comes in …"),
    _end(
        LimitsUnavailable,
        "the table of pace and budget does not answer",
        FREE,
        6,
        "The table of the shared limits did not answer.",
    ),
    _end(BudgetExhausted, "the day's limit is reached", FREE, 0, "The stack's daily limit of …"),
    _end(MaxUsdReached, "`max_usd` is reached", FREE, 0, "The collage's max_usd of …"),
    _end(ProviderUnreachable, "no connection comes about", FREE, 14, "There is no reaching …"),
    _end(RateLimited, "429", FREE, 14, "The provider's rate limit is reached: …"),
    _end(
        Overloaded,
        f"503 with Retry-After; 500 within {AT_ONCE:g} s; 409",
        FREE,
        14,
        "The provider answered …",
    ),
    _end(
        ProviderDown,
        "nothing but `ProviderUnreachable` and `Overloaded` for ten minutes",
        FREE,
        0,
        "For 10 minutes the provider did nothing else: …",
    ),
    _end(
        Refused,
        "moderation refuses it, by whatever status",
        FREE,
        0,
        "The provider's moderation refused it: …",
    ),
    _end(
        QuotaExhausted,
        "there is no more credit, by whatever status",
        FREE,
        0,
        "The provider's account has no more credit: …",
    ),
    _end(BadKey, "401, 403", FREE, 0, "The provider refused the API key…"),
    _end(
        BadRequest,
        "any other 4xx; 501; a redirect",
        FREE,
        0,
        "The provider does not accept the request: …",
    ),
    _end(
        Rejected,
        "400, 418, 422 or 451 that names nothing that other requests share",
        FREE,
        0,
        "The provider did not take the request: …",
    ),
    _end(
        EngineUnavailable,
        "403: no right, no subscription, or nothing to pay with",
        FREE,
        0,
        "… and what helps",
        of="bedrock",
    ),
    _end(
        NoModel,
        "404; a model that is not there, or not by that id",
        FREE,
        0,
        "The provider has no such model for this account: …",
        of="bedrock",
    ),
    _end(TimedOut, "no answer in `CallSeconds`; 408, 504, 524", COUNTED, 2, "The provider …"),
    _end(
        FailedMidway,
        "a later 500; 502; 503 without Retry-After; 520 to 523; any other 5xx",
        COUNTED,
        2,
        "The provider failed over the call: it answered …",
    ),
    _end(ConnectionLost, "the connection breaks", COUNTED, 2, "The connection to the provider …"),
    _end(BrokenAnswer, "the answer is no picture", COUNTED, 2, "The provider…"),
    _end(
        PictureElsewhere,
        "the picture lies at an address that is not followed",
        COUNTED,
        0,
        "The provider's picture lies at …",
    ),
    _end(
        PictureNotFetched,
        "the picture lies at an address and does not come from there",
        COUNTED,
        0,
        "The picture was made, but …",
    ),
    _end(NotKept, "the picture came, and S3 does not take it", COUNTED, 2, "The picture came, …"),
    End(
        FUNCTION_TIMED_OUT,
        "the function's own time is over",
        COUNTED,
        0,
        "A function ran out of its time; …",
    ),
    End(
        FUNCTION_KILLED,
        "the function is killed, as when its memory is full",
        COUNTED,
        0,
        "A function was killed at its work; …",
    ),
)
"""Every end of a call to a provider but its success, in the order of the call."""

_COUNTED = {end.name: end.counted for end in ENDS}


def is_counted(error: CollageError) -> bool:
    """Whether the price of a call that ended so stays counted; of an unknown end it does."""
    if isinstance(error, Refused) and error.may_be_billed:
        return COUNTED
    return _COUNTED.get(error.name, COUNTED)


def of_status(status: int, seconds: float, retry_after: float | None) -> type[CollageError]:
    """What a failure of a server is by its HTTP status, ``seconds`` after it was asked.

    A gateway answers 502, 504 or 52x when it lost or gave up the server behind it, which may go
    on with the picture and bill it; some answer a 503 for that. Only a server that asks for
    patience says that it did not begin. The API's own guide has a 500 tried again after a moment,
    and says nothing of what it costs; one that comes sooner than any picture costs nothing.
    """
    if status == 501:
        return BadRequest
    if status in TIMEOUTS:
        return TimedOut
    asks_for_patience = status == 503 and retry_after is not None
    if status == 409 or asks_for_patience or (status == 500 and seconds < AT_ONCE):
        return Overloaded
    return FailedMidway if status >= 500 else BadRequest


def of_platform(error: str, cause: str) -> tuple[str, str] | None:
    """Name and sentence for the end of a function that could say nothing itself, if it is one.

    ``error`` and ``cause`` are what Step Functions was told. The function may have been asking
    a provider: that stays counted, because nobody was left to take it back.
    """
    found = PLATFORM.get(error)
    if found is None:
        return None
    name, sentence = found
    return name, f"{sentence} {cause}".strip()
