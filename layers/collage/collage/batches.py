"""How many pictures a call may ask for: what the account allows, and what its server can do.

Some servers take no notice of ``n`` and make one picture a call. That shows only in their first
answer; it is remembered by the process, and in the table of the limits for the others.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from collage.errors import LimitsUnavailable
from collage.limits import Limits, Pace


def most(batch: int, pace: Pace) -> int:
    """Pictures that one call may ask for, of an engine that takes ``batch`` of them.

    An account refuses a call of more pictures than it may have at once or in a minute, however
    long one waits.
    """
    return max(1, min(batch, int(pace.per_minute), pace.burst))


@dataclass(frozen=True)
class Batches:
    """Which models of ``server`` have turned out to make one picture a call."""

    limits: Limits
    server: str
    _known: dict[str, bool] = field(default_factory=dict)

    def single(self, model: str) -> bool:
        """Whether the server makes one picture of this model a call; looked up once a process."""
        if model not in self._known:
            self._known[model] = False
            with suppress(LimitsUnavailable):
                self._known[model] = self.limits.is_noted(self._name(model))
        return self._known[model]

    def note(self, model: str) -> None:
        """Remember that it does."""
        self._known[model] = True
        with suppress(LimitsUnavailable):
            self.limits.note(self._name(model))

    def _name(self, model: str) -> str:
        return f"single#{self.server}#{model}"
