"""When a provider that does not answer is taken for gone, and a run is stopped for it.

A tile is tried again for some five minutes. In an outage that is longer one tile after the other
would end so, each after its own five minutes, and a run of thousands for days.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from collage.errors import Overloaded, ProviderDown, ProviderUnreachable

LONGEST_SECONDS = 600.0
"""Of nothing but failures, which each process sees for itself: of two tiles in a row."""

GAP_SECONDS = 120.0
"""Without any request, after which failures are counted anew: those of a run wait 60 at most."""


@dataclass
class Outage:
    """The failures in a row of one process; ``clock`` tells seconds."""

    clock: Callable[[], float] = time.monotonic
    since: float | None = None
    last: float = 0.0

    def over(self) -> None:
        """The provider has answered, whatever it said."""
        self.since = None

    def note(self, error: Overloaded | ProviderUnreachable) -> None:
        """It has failed again.

        Raises:
            ProviderDown: when it has done nothing else for so long.
        """
        now = self.clock()
        if self.since is None or now - self.last > GAP_SECONDS:
            self.since = now
        self.last = now
        if now - self.since >= LONGEST_SECONDS:
            self.over()
            raise ProviderDown(
                f"For {LONGEST_SECONDS / 60:.0f} minutes the provider did nothing else: {error} "
                "What is made is kept; resume the collage when it is back."
            ) from error
