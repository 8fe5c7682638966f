"""The time, as records have it."""

from datetime import UTC, datetime


def now(timespec: str = "seconds") -> str:
    """The time in UTC, as ISO 8601; ``timespec`` is how exactly, as `datetime.isoformat` has it."""
    return datetime.now(UTC).isoformat(timespec=timespec)
