"""Faults of engines: every way in which a call can end, at each of the first calls, or at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import boto3
from botocore.config import Config

from collage import errors, services
from collage.engines.call_ends import ENDS
from collage.engines.engine import Engine
from collage.engines.openai import engine as openai
from tests.fake_openai import FakeOpenAI, Faults
from tests.fake_openai.faults import KINDS
from tests.faults.kinds import Killed
from tests.faults.shop import Album, End, Shop
from tests.faults.trial import Scenario, Stop, Trial
from tests.faults.world import SMALL, World

PAID: dict[str, Any] = {
    **{name: value for name, value in SMALL.items() if name != "style_count"},
    "rows": 1,
    "engine": "openai",
    "styles": ["Cubism", "Baroque", "Op Art"],
    "masks": ["left"],
}
"""Two tiles with a prompt each. The styles are named: nobody is asked for a list."""

OTHERWISE = {"clear"}
"""Of what the fake server does, what is a picture, only another one."""

PATIENCE = 2.0
"""Seconds that a call has where a server is real: enough for a busy machine."""

CALLS = (1, 2, 3)
ALWAYS = 0

OWN = (
    errors.RenderFailed("injected"),
    errors.BrokenPicture("injected"),
    errors.OutOfMemory("injected"),
    errors.StoreUnavailable("injected"),
    Killed(),
)
"""How an engine that costs nothing can end."""


def paid_ends() -> Iterator[End]:
    """The table of ends: each by its error, billed or not where that is not known."""
    for end in ENDS:
        kind = getattr(errors, end.name, None)
        error = kind("injected") if kind is not None else Killed()
        for billed in (False, True) if end.counted else (False,):
            yield End(error, billed)


def scenarios(engine: Album | Shop, ends: Iterator[End]) -> Iterator[Scenario]:
    """Each end, at one call or at every one."""
    for end in ends:
        for number in (*CALLS, ALWAYS):
            name = type(end.error).__name__
            told = f"engine: {name}{', billed' if end.billed else ''}"
            yield Scenario(told, "RenderTiles", strike=striking(engine, number, end))


def striking(engine: Album | Shop, number: int, end: End) -> Callable[[], Stop]:
    """An engine of which one call, or every one, ends so."""

    def strike() -> Stop:
        engine.calls = 0
        engine.ends = dict.fromkeys(_calls(number), end)

        def stop() -> bool:
            engine.ends = {}
            return engine.calls >= max(number, 1)

        return stop

    return strike


def provider(fake: FakeOpenAI) -> Iterator[Scenario]:
    """Everything that the fake server can do in place of an answer, at one request or at all."""
    for kind in KINDS:
        for number in (1, 2, ALWAYS):
            at = dict.fromkeys(_calls(number), kind)
            yield Scenario(
                f"provider: {kind}",
                "RenderTiles",
                strike=_failing(fake, at),
                another=kind in OTHERWISE,
            )


def _calls(number: int) -> Iterable[int]:
    return range(1, 1000) if number == ALWAYS else (number,)


def _failing(fake: FakeOpenAI, at: dict[int, str]) -> Callable[[], Stop]:
    def strike() -> Stop:
        fake.faults = Faults(at, retry_after=0.01)
        seen = len(fake.requests)

        def stop() -> bool:
            fake.faults = Faults()
            return any(record.fault for record in fake.requests[seen:])

        return stop

    return strike


@dataclass
class FakeBills:
    """What the fake server bills, by tile: each has a prompt of its own."""

    fake: FakeOpenAI
    keys: Mapping[str, str] = field(default_factory=dict)
    """Of tiles by prompt."""
    since: int = 0

    def read(self) -> Counter[str]:
        """The pictures that were billed, by tile."""
        billed = Counter[str]()
        for record in self.fake.requests[self.since :]:
            prompt = record.prompt or ""
            billed[self.keys.get(prompt, prompt)] += record.billed
        return +billed

    def clear(self) -> None:
        """Count from here on."""
        self.since = len(self.fake.requests)


def serve_shop(trial: Trial, shop: Shop) -> None:
    """Have a shop serve a trial."""
    trial.world.serve("openai", shop, secret="key")
    trial.billed = shop
    trial.prepare()


class Loaded(dict[str, Engine]):
    """The engines of a process, which makes the one it needs with the key as it then reads it."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def get(self, _name: str, _otherwise: Any = None) -> Any:
        """The engine that is watched; loaded anew where the process has no client yet."""
        if not self._world.services._clients:
            self._world.engine.engine = openai.load(self._world.services)
        return self._world.engine


@contextmanager
def serving_provider(trial: Trial, fake: FakeOpenAI) -> Iterator[None]:
    """Have the engine `openai` ask the fake server, with its key from Secrets Manager."""
    world = trial.world
    once = Config(retries={"total_max_attempts": 1})
    secrets = boto3.client("secretsmanager", config=once)
    secrets.create_secret(Name="key", SecretString=str(fake.key))
    world.serve("openai", Shop(), secret="key", base_url=fake.base_url, timeout=PATIENCE)
    made: Any = world.services.__dict__
    made["_engines"] = Loaded(world)
    with mock.patch.object(services, "aws_client", return_value=secrets):
        trial.billed = FakeBills(fake)
        trial.prepare()
        plan = world.store.plan(trial.flow.collage)
        trial.billed = FakeBills(fake, {tile.prompt: tile.key for tile in plan.tiles})
        yield
