"""``python -m benchmarks.following``: what it costs to follow a run, by count.

A run of 100 tiles, of which one ends every 1.8 seconds, in their order. Nothing is measured: how
often is asked is what the library says (`collage.watch.live.pace`), and a call's requests are those
that the tests count. Prices, seconds of a request and of processor time are those of `costs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.costs import (
    API_CALL,
    GB_SECOND,
    GET,
    INVOCATION,
    PUT,
    S3_SECONDS,
    SLOWER,
    memory_gb,
)
from collage.progress import Progress, TileCounts
from collage.watch.live import TOGETHER, pace
from collage.watch.look import Pulse
from collage.watch.runs import Execution, Items

TILES, TILE_SECONDS = 100, 1.8
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
OF_WORKFLOW = 5
"""Requests of a look at Step Functions, which cost nothing but their time."""
CPU = 0.05
"""Processor seconds of a call on a laptop, taken on the dear side."""
READERS = 16
EVERY, HELD = 2.0, 20.0
"""Seconds between two questions before, and that a call would be held."""


@dataclass(frozen=True)
class Followed:
    """What following one run took."""

    calls: float = 0
    gets: float = 0
    lists: float = 0
    seconds: float = 0
    """Of the function."""

    def and_a(self, gets: int, lists: int, at_once: int = 0, held: float = 0) -> Followed:
        """The same and a call; ``at_once`` of its gets are made together."""
        serial = gets - at_once + lists + OF_WORKFLOW + at_once / READERS
        took = CPU * SLOWER + serial * S3_SECONDS + held
        return Followed(self.calls + 1, self.gets + gets, self.lists + lists, self.seconds + took)

    @property
    def usd(self) -> float:
        """At AWS."""
        function = self.seconds * memory_gb("Api") * GB_SECOND + self.calls * INVOCATION
        return self.calls * API_CALL + function + self.gets * GET + self.lists * PUT


def by_polling() -> Followed:
    """As the studio did: every two seconds the collage, and a page of its tiles, each read."""
    made = Followed()
    for turn in range(int(TILES * TILE_SECONDS / EVERY)):
        pending = TILES - int(turn * EVERY / TILE_SECONDS)
        made = made.and_a(1, 2)
        # A sidecar for each tile, and a failure for each that has none.
        made = made.and_a(1 + TILES + pending, 2, at_once=TILES + pending)
    return made


def by_holding() -> Followed:
    """Calls that wait for twenty seconds, and look every second; a tile has ended each time."""
    made = Followed()
    for _ in range(int(TILES * TILE_SECONDS / EVERY)):
        made = made.and_a(int(EVERY) + TOGETHER, 1, at_once=TOGETHER, held=EVERY)
    return made


def by_events() -> Followed:
    """When the answer before says; what has not changed is one object."""
    made, at, told = Followed(), 0.0, 0
    record = Progress(
        id="0" * 20, run="0" * 20, created=BEGAN.isoformat(), source=None,
        tiles=TileCounts(total=TILES), calls=TILES,
    )  # fmt: skip
    run = Execution("0" * 20, "RUNNING", BEGAN, None)
    while at < TILES * TILE_SECONDS:
        ended = int(at / TILE_SECONDS)
        now = Pulse(
            record, run, "tiles", Items(ended, TILES, BEGAN), at=BEGAN + timedelta(seconds=at)
        )
        looked = max(TOGETHER, ended - told) if ended > told else 0
        made = made.and_a(1 + looked, int(ended > told), at_once=looked)
        told, at = ended, at + pace(now)
    return made


def table() -> str:
    """The three, as docs/costs.md has them."""
    columns = {
        "every 2 s, as before": by_polling(),
        "held until something changes": by_holding(),
        "when the answer says": by_events(),
    }
    rows = {
        "calls of the API": lambda one: f"{one.calls:,.0f}",
        "S3, objects read": lambda one: f"{one.gets:,.0f}",
        "S3, listings": lambda one: f"{one.lists:,.0f}",
        "Lambda, GB-seconds": lambda one: f"{one.seconds * memory_gb('Api'):,.0f}",
        "dollars": lambda one: f"{one.usd:.4f}",
    }
    lines = [f"| following 100 tiles in 3 minutes | {' | '.join(columns)} |", "| --- " * 4 + "|"]
    lines += [
        f"| {name} | {' | '.join(map(show, columns.values()))} |" for name, show in rows.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
