"""Ten thousand tiles in an account that runs ten functions at once, as a new one does.

The Map starts as many calls as the template says, most of which Lambda turns away. Simulated by
`account`, with the retries of the shipped workflow: every tile must be made in the end.
"""

from __future__ import annotations

from typing import Any

from benchmarks import account
from benchmarks.account import THROTTLED, Outcome, Work
from benchmarks.result import Result
from benchmarks.shipped import parameter
from collage.engines.provider import Quota, concurrency

QUOTA = 10
"""Invocations at once that AWS allows a new account."""
TILES = 10_000
PAINTED = (0.5, 0.9)
"""Seconds that a function takes for a tile of the painter."""
PACE = Quota("openai", per_minute=50)
SEEDS = range(3)


def measure() -> Result:
    """The smallest share of the tiles that is made."""
    runs = {
        f"{engine}, seed {seed}": outcome(engine, TILES, seed)
        for engine in ("painter", "openai")
        for seed in SEEDS
    }
    value = min(run.made / TILES for run in runs.values())
    return Result(
        name="throttling",
        value=value,
        unit=f"of {TILES:,} tiles made, {QUOTA} functions at once",
        aim="= 1",
        holds=value == 1,
        parts={"quota": QUOTA, "runs": {name: _parts(run) for name, run in runs.items()}},
    )


def outcome(
    engine: str, tiles: int, seed: int, tries: dict[str, account.Step] | None = None
) -> Outcome:
    """What becomes of a Map whose tiles an engine makes."""
    most = int(parameter("MaxConcurrency"))
    if engine == "painter":
        work, at_once = Work(PAINTED), most
    else:
        latency = parameter("LatencySeconds")
        work = Work((0.7 * latency, 1.3 * latency), PACE)
        at_once = concurrency([PACE], latency, most)
    return account.run(tiles, work, quota=QUOTA, concurrency=at_once, tries=tries, seed=seed)


def _parts(run: Outcome) -> dict[str, Any]:
    attempts = run.attempts.total()
    return {
        "made": run.made,
        "failed": run.failed,
        "hours": round(run.seconds / 3600, 2),
        "throttled": run.attempts[THROTTLED],
        "attempts_a_tile": round(attempts / TILES, 1),
    }
