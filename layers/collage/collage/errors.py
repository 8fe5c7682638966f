"""Everything that can go wrong with a collage, by name.

Step Functions sees the class name of an exception as its error name, so these names are an
interface: the state machine retries the transient ones by exact name and never the others.
Each message is one sentence that a user can act on.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple


class CollageError(Exception):
    """Base of all errors of the pack."""

    @property
    def name(self) -> str:
        """The error's name, as the state machine and failure.json give it."""
        return type(self).__name__


class PermanentError(CollageError):
    """Trying again with the same input ends the same way."""


class TransientError(CollageError):
    """Worth another try: the state machine retries these by name.

    ``retry_after`` is how many seconds the other side asked to be left alone, if it did.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoppingError(PermanentError):
    """No other call of the run would fare better: the run stops with the tiles it has."""


class FieldError(NamedTuple):
    """What is wrong with one field.

    ``allowed`` is a list of values, or a piece of JSON Schema such as ``{"minimum": 1}``, where
    there is a rule that can be said so.
    """

    field: str
    message: str
    allowed: Any = None


class InvalidRequest(PermanentError):
    """A request that breaks a rule; the message names the field and what is allowed."""

    def __init__(self, message: str, fields: Iterable[FieldError] = ()) -> None:
        super().__init__(message)
        self.fields = tuple(fields)


class NotOneOf(ValueError):
    """A value that is not among those there are, found while a request is validated."""

    def __init__(self, kind: str, value: str, allowed: Iterable[str]) -> None:
        self.allowed = list(allowed)
        super().__init__(f"{value!r} is no {kind}; there are: {', '.join(self.allowed)}")


class KeyReused(PermanentError):
    """An idempotency key that was used for another request."""


class NotAPicture(PermanentError):
    """The source is a picture of no format that is taken."""


class TruncatedPicture(PermanentError):
    """The source begins as a picture but cannot be decoded to its end."""


class SourceTooLarge(PermanentError):
    """The source has more bytes, or would unpack to more pixels, than allowed."""


class SourceTooThin(PermanentError):
    """One side of the source is very many times as long as the other."""


class NoMetadata(PermanentError):
    """A picture does not say how it was made, or not in a form that can be read."""


class SourceChanged(PermanentError):
    """The source in the bucket is no longer the picture that the request was made for."""


class NoStyles(PermanentError):
    """A list of styles came out empty."""


class TooManyCombinations(PermanentError):
    """The styles can be combined in more ways than a plan can weigh."""


class TooFewTiles(PermanentError):
    """Too many tiles failed for the collage to be worth making."""


class MissingContext(PermanentError):
    """A tile goes on from another one that was not made."""


class NotInStore(PermanentError):
    """Something that an earlier step writes is not in the store."""


class UnreadableRecord(NotInStore):
    """A record was half written, is damaged, or is of another version: it is as good as none."""


class UnreadableChoices(PermanentError):
    """A file of choices is damaged, or of another version; it is never written over."""


class StoreUnavailable(TransientError):
    """S3 did not answer, or asked to slow down, more often than one call is worth."""


class StillRunning(PermanentError):
    """A collage whose run is under way is not deleted."""


class BeingDeleted(PermanentError):
    """A collage that is being deleted is not started."""


class DeletionGoesOn(TransientError):
    """A deletion takes longer than one call may; the next one goes on with it."""


class SharingUnavailable(PermanentError):
    """The stack shares nothing, or has no key to sign addresses with."""


class EngineUnavailable(StoppingError):
    """The stack is not set up for the engine asked for; the message says what is missing."""


class NoModel(StoppingError):
    """The weights of a model are not where they should be, or are not what they should be."""


class OutOfMemory(PermanentError):
    """A tile does not fit into the memory of the machine, not even alone in its batch."""


class BrokenPicture(PermanentError):
    """A model made something that is no picture: numbers that are not finite."""


class RenderFailed(PermanentError):
    """A model could not make a batch of tiles; the message tells what its library said."""


class NotRecreated(PermanentError):
    """Inverting the diffusion of a source did not converge; the message tells the residual."""


class OverBudget(PermanentError):
    """The plan would cost more than the request allows; nothing was paid."""


class TooLong(PermanentError):
    """The plan would take longer than a run may; nothing was paid."""


class Refused(PermanentError):
    """Moderation refused a prompt or picture: the provider's, or a model's own safety checker."""

    def __init__(self, message: str, *, may_be_billed: bool = False) -> None:
        super().__init__(message)
        self.may_be_billed = may_be_billed


class Rejected(PermanentError):
    """The provider does not take one request, and names nothing that others would share."""


class QuotaExhausted(StoppingError):
    """The provider's account has no credit left, or its billing limit is reached."""


class BadKey(StoppingError):
    """The provider does not accept the API key."""


class BadRequest(StoppingError):
    """The provider does not accept a request as this pack makes it: a model or option is wrong."""


class BudgetExhausted(StoppingError):
    """The stack's limit for the day is reached."""


class MaxUsdReached(StoppingError):
    """What was paid for the collage, or may have been, leaves too little of its ``max_usd``."""


class NoSlotYet(TransientError):
    """The account's pace has no turn for this call soon; it gave its place back."""


class LimitsUnavailable(TransientError):
    """The table of the shared pace and budget did not answer; nothing was asked."""


class RateLimited(TransientError):
    """The provider says that it is asked too often."""


class Overloaded(TransientError):
    """The provider is overloaded or failed at once; it made no picture."""


class ProviderUnreachable(TransientError):
    """No connection to the provider came about; nothing was asked."""


class ProviderDown(StoppingError):
    """The provider was unreachable or overloaded for so long that the run stops; it can go on."""


class TimedOut(TransientError):
    """The provider took too long; whether it will bill the request is not known."""


class ConnectionLost(TransientError):
    """The connection broke; whether the provider will bill the request is not known."""


class FailedMidway(TransientError):
    """The provider or a gateway failed over a call; it may have made the picture, and bill it."""


class NotKept(TransientError):
    """A picture, or a list of styles, came and was paid for, and S3 did not take it."""


class BrokenAnswer(TransientError):
    """The provider answered something that cannot be read; it may bill it all the same."""


class PictureElsewhere(StoppingError):
    """The provider answers addresses that are not followed; it bills each picture all the same."""


class PictureNotFetched(PermanentError):
    """A picture was made, and is billed, but could not be fetched from its address."""


class NotMade(CollageError):
    """The provider made fewer pictures than it was asked for; it will not bill this one.

    It stands in the place of a picture (`collage.engines.Outcome`) and is never raised.
    """


_OF_SECRETS = {
    "AccessDeniedException": "this function may not read it",
    "DecryptionFailure": "this function may not use the key that encrypts it",
    "InvalidRequestException": "it is marked for deletion",
    "ResourceNotFoundException": "there is none of that name in this account and region",
}


def of_no_use(secret: str, parameter: str, code: str) -> str | None:
    """What is wrong with a secret that a parameter names, by Secrets Manager's code.

    None where it may well be there, and asking again may help.
    """
    why = _OF_SECRETS.get(code)
    return why and f"The secret {secret} (parameter {parameter}) is of no use: {why}."
