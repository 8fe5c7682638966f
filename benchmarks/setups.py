"""How a stack is set up that makes a very large collage, and what each call of its engine takes.

Calls, their bytes and their price are those of a small plan that the library makes; attempts are
simulated at the pace of the provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from benchmarks import account, costs
from benchmarks.account import Outcome, Work
from benchmarks.planned import planned
from benchmarks.quotas import AT_ONCE
from benchmarks.shipped import template
from collage import engines
from collage.digest import canonical
from collage.engines.diffusion import shards
from collage.engines.provider import Provider, Quota, concurrency, per_minute
from collage.spending.accounts import Account

PHOTO = Path(__file__).resolve().parents[1] / "examples" / "farmhouse.png"
SAMPLE = {"rows": 10, "cols": 10, "size": 512}
"""The plan that calls, their price and their bytes are taken from."""
QUALITY = "low"
"""Of engines that have qualities."""
CPU = {"painter": costs.CPU["RenderTile"], "stylizer": 0.8}
"""Processor seconds of a tile of 512 px in two styles, where the engine works in the function; the
stylizer's is the middle of what docs/stylizer.md tells of two."""
SIMULATED = 1_000
"""Calls whose attempts are simulated; all others fare like these."""


@dataclass(frozen=True)
class Setup:
    """An engine, and the template's parameters that are not the default."""

    engine: str
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As a row of a table is called."""
        return ", ".join([self.engine, *(f"{name} {value}" for name, value in self.given.items())])

    def parameter(self, name: str) -> str:
        """A parameter of the template, as this stack has it."""
        return self.given.get(name, str(template()["Parameters"][name]["Default"]))

    @property
    def most_at_once(self) -> int:
        """Calls of a collage that may be under way at once."""
        return int(self.parameter("MaxConcurrency"))

    @property
    def gpus(self) -> int:
        """The tasks that make a collage on GPUs; 0 where functions do."""
        on_gpu = engines.ENGINES[self.engine].pinned is not None
        return int(self.parameter("GpuTasks")) if on_gpu else 0

    @property
    def account(self) -> Account | None:
        """The provider as this stack asks it; None where nobody is asked."""
        provider = engines.ENGINES[self.engine].provider
        return None if provider is None else _account(provider, self)

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """What the provider's pictures may be asked by."""
        return () if self.account is None else self.account.quotas(sample(self).model)

    @property
    def latency(self) -> float:
        """Seconds of a provider's call."""
        return 0.0 if self.account is None else self.account.settings.latency

    @property
    def at_once(self) -> int:
        """Calls that PlanTiles has the Map keep under way."""
        if not self.quotas:
            return self.most_at_once
        return concurrency(self.quotas, self.latency, self.most_at_once)

    def __hash__(self) -> int:
        return hash((self.engine, tuple(self.given.items())))


def _account(provider: Provider, setup: Setup) -> Account:
    known = template()["Parameters"]
    return Account(
        provider, provider.of_parameters({name: setup.parameter(name) for name in known})
    )


@dataclass(frozen=True)
class Sample:
    """What a small plan says of every tile."""

    model: str
    calls: float
    """Calls a tile."""
    call_bytes: float
    """Of one call among those that the Map reads."""
    usd: float
    """Dollars a tile at the provider."""


@cache
def sample(setup: Setup) -> Sample:
    """The plan of a hundred tiles by the engine of a stack."""
    own = engines.ENGINES[setup.engine].provider
    known = {own.name: _account(own, setup).settings} if own else {}
    known_qualities = engines.ENGINES[setup.engine].qualities
    quality = {"quality": QUALITY} if QUALITY in known_qualities else {}
    # The plan of what tasks make needs weights; functions of the same recipe have the same calls.
    engine = "painter" if setup.gpus else setup.engine
    made, _, _ = planned(PHOTO.read_bytes(), {**SAMPLE, **quality, "engine": engine}, known)
    tiles = len(made.tiles)
    calls = [made.call(number).model_dump(mode="json") for number in range(len(made.calls))]
    return Sample(
        model=made.tiles[0].model,
        calls=1 / shards.BATCH if setup.gpus else len(calls) / tiles,
        call_bytes=len(canonical(calls)) / len(calls),
        usd=made.estimate.usd / tiles,
    )


@cache
def outcome(setup: Setup) -> Outcome:
    """What becomes of some calls, at the pace of the stack and in an account of AWS's default."""
    seconds, pace = work_seconds(setup), None
    if setup.quotas:
        burst = sum(quota.burst for quota in setup.quotas)
        pace = Quota(setup.engine, per_minute(setup.quotas), burst)
    calls, at_once = max(SIMULATED, 3 * setup.at_once), setup.at_once
    quota = int(AT_ONCE.value)
    return account.run(calls, Work((seconds, seconds), pace), quota=quota, concurrency=at_once)


def work_seconds(setup: Setup) -> float:
    """Seconds of a call's own work, the provider's or the engine's."""
    return setup.latency or CPU[setup.engine] * costs.SLOWER
