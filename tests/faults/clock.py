"""A clock that jumps: while a run is under way, by an hour or a day, to either side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from unittest import mock

import collage.clock
from collage.spending import limits
from tests.faults.trial import Scenario, Stop

JUMPS = {
    "an hour forward": 3600.0,
    "an hour back": -3600.0,
    "a day forward": 86400.0,
    "a day back": -86400.0,
    "a year forward": 366 * 86400.0,
}
LOOKS = range(1, 21)


@dataclass
class Clock:
    """The wall clock of all steps: one that jumps once, when it is looked at for the n-th time."""

    at: int
    by: float
    ahead: float = 0.0
    looks: int = 0
    slept: list[float] = field(default_factory=list)

    def time(self) -> float:
        """Seconds since 1970."""
        self.looks += 1
        if self.looks == self.at:
            self.ahead += self.by
        return time.time() + self.ahead

    def sleep(self, seconds: float) -> None:
        """Be there at once."""
        self.slept.append(seconds)
        self.ahead += seconds

    def told(self, timespec: str = "seconds") -> str:
        """As records have it."""
        return datetime.fromtimestamp(self.time(), UTC).isoformat(timespec=timespec)


def scenarios() -> Iterator[Scenario]:
    """Each jump at each of the first looks; the clock is set right before the second run."""
    for name, seconds in JUMPS.items():
        for look in LOOKS:
            yield Scenario(
                f"clock: {name}", "RenderTiles", strike=_jumping(look, seconds), whole=True
            )


def _jumping(look: int, seconds: float) -> Callable[[], Stop]:
    def strike() -> Stop:
        clock = Clock(look, seconds)
        patches = ExitStack()
        for where, what in (
            ((limits, "time"), clock.time),
            ((limits, "sleep"), clock.sleep),
            ((collage.clock, "now"), clock.told),
        ):
            patches.enter_context(mock.patch.object(*where, what))

        def stop() -> bool:
            # The clock is set right again, and the collage asked for again with that.
            patches.close()
            return clock.looks >= look

        return stop

    return strike
