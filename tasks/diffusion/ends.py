"""How the task ends: its exit codes, which the state machine and people read."""

from enum import IntEnum

from collage.errors import (
    CollageError,
    InvalidRequest,
    NoModel,
    NotInStore,
    OutOfMemory,
)


class Interrupted(CollageError):
    """The machine is taken away; the tiles that are finished stay."""


class End(IntEnum):
    """An exit code."""

    DONE = 0
    """Every tile of the shard is there."""
    UNKNOWN = 1
    """Something that has no name here; the log tells it."""
    BAD_REQUEST = 2
    """The environment is wrong, or there is no plan: nothing was made."""
    SOME_FAILED = 3
    """The tiles are there that could be made; of the others failures/*.json says why not."""
    NO_MODEL = 4
    """Weights are missing, or are not what their manifest says."""
    OUT_OF_MEMORY = 5
    """A tile did not fit even alone, or a model not at all; what did is there."""
    INTERRUPTED = 143
    """SIGTERM: the batch under way was dropped, the finished ones are there."""


ENDS: dict[type[CollageError], End] = {
    InvalidRequest: End.BAD_REQUEST,
    NotInStore: End.BAD_REQUEST,
    NoModel: End.NO_MODEL,
    OutOfMemory: End.OUT_OF_MEMORY,
    Interrupted: End.INTERRUPTED,
}
"""The end of a run by the error that ended it."""


def end_of(error: CollageError) -> End:
    """The exit code for an error that ended a run."""
    return next((end for kind, end in ENDS.items() if isinstance(error, kind)), End.UNKNOWN)
