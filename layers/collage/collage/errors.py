"""Everything that can go wrong, by name.

Step Functions sees the class name of an exception as its error name, so these names are an
interface: the state machine retries the transient ones by exact name and never the others.
Each message is one sentence that a user can act on.
"""


class CollageError(Exception):
    """Base of all errors of the pack."""

    @property
    def name(self) -> str:
        """The error's name, as the state machine and failure.json give it."""
        return type(self).__name__


class PermanentError(CollageError):
    """Trying again with the same input ends the same way."""


class TransientError(CollageError):
    """Worth another try: the state machine retries these by name."""


class InvalidRequest(PermanentError):
    """A request that breaks a rule; the message names the field and what is allowed."""


class NotAPicture(PermanentError):
    """The source is not a PNG, JPEG or WebP picture."""


class TruncatedPicture(PermanentError):
    """The source begins as a picture but cannot be decoded to its end."""


class SourceTooLarge(PermanentError):
    """The source has more bytes, or would unpack to more pixels, than allowed."""


class SourceChanged(PermanentError):
    """The source in the bucket is no longer the picture that the request was made for."""


class NoStyles(PermanentError):
    """A list of styles came out empty."""


class TooManyCombinations(PermanentError):
    """The styles can be combined in more ways than a plan can weigh."""


class TooFewTiles(PermanentError):
    """Too many tiles failed for the collage to be worth making."""


class NotInStore(PermanentError):
    """Something that an earlier step writes is not in the store."""


class StoreUnavailable(TransientError):
    """S3 did not answer, or asked to slow down, more often than one call is worth."""
