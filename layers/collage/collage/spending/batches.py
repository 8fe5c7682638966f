"""How many pictures a call may ask for: what the account allows, and what its server can do.

Some servers take no notice of ``n`` and make one picture a call. That shows only in their first
answer; it is remembered by the process, and in the table of the limits for the others.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from collage.errors import LimitsUnavailable
from collage.spending.accounts import Account
from collage.spending.limits import Limits

PICTURE_SECONDS = {"low": 30, "medium": 60, "high": 150, "xhigh": 200}
"""Seconds that a picture of a quality may take, on the dear side of what users report: two minutes
and more for a high one of gpt-image-2, one after another in a call. Not measured."""

LONGEST_PICTURE = 300
"""Seconds for the highest quality, and where the model chooses."""


def most(batch: int, account: Account, model: str, quality: str | None) -> int:
    """Pictures of a quality that one call may ask for, of an engine that takes ``batch`` of them.

    An account refuses a call of more pictures than it may have at once or in a minute, however
    long one waits; and those of a call that takes too long are lost together.
    """
    seconds = PICTURE_SECONDS.get(quality or "", LONGEST_PICTURE)
    in_time = int(account.settings.timeout / seconds)
    allowed = [batch, account.settings.pictures_a_call or batch, in_time]
    for quota in account.quotas(model):
        allowed += [int(quota.per_minute), quota.burst]
    return max(1, min(allowed))


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
