"""Faults where a language model lists the styles: it, the network to it, and the key's secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import boto3
from botocore.config import Config

from collage import services
from collage.engines.painter import engine
from tests.fake_openai import FakeOpenAI, Faults
from tests.fake_openai.faults import CUT, REFUSED
from tests.fake_openai.language import Filtered, Refusal, Reply, TooLong
from tests.faults import engines
from tests.faults.shop import Album
from tests.faults.trial import Scenario, Stop, Trial
from tests.faults.world import World

PHASE = "ListStyles"
ALWAYS = 0
MANY = 1000

REPLIES: Mapping[str, Reply] = {
    "refused": Refusal(),
    "cut at the limit of tokens": TooLong(),
    "cut by the filter": Filtered(),
    "empty": "",
    "prose": "Certainly! Here is what you have asked me for.",
    "HTML": "<html><body>Bad gateway</body></html>",
    "null": "null",
    "a list": ["Cubism", "Baroque", "Dada"],
    "none": {"styles": []},
    "too few": {"styles": ["Cubism", "Baroque"]},
    "twice the same": {"styles": ["Cubism", "cubism", " Cubism "]},
    "empty names": {"styles": ["", " ", "\t"]},
    "names of a page each": {"styles": ["Cubism " * 500] * 3},
    "no names": {"styles": [1, None, {"name": "Cubism"}]},
    "another field": {"names": ["Cubism", "Baroque", "Dada"]},
    "a million names": {"styles": ["Cubism"] * 1_000_000},
}
"""What a model says in place of a list of three."""

READABLE = {"a list", "another field"}
"""Of these, what can be read as three styles in the end, by a server that knows no other form."""


@dataclass
class Lists:
    """The lists that the fake server bills, which may each take it several answers."""

    fake: FakeOpenAI
    since: int = 0

    def read(self) -> Counter[str]:
        """How many were answered, at least in part."""
        lists, billed = 0, set[int]()
        for record in self.fake.requests[self.since :]:
            turns = record.body.get("input")
            # A process asks for a list first on the ladder's highest rung, with one turn.
            lists += isinstance(turns, list) and len(turns) == 1
            if record.status == 200 or record.fault in ("drop_after", "truncate"):
                billed.add(lists)
        return Counter({"a list": len(billed)})

    def clear(self) -> None:
        """Count from here on."""
        self.since = len(self.fake.requests)


@contextmanager
def asked(world: World, fake: FakeOpenAI, trial: Trial) -> Iterator[None]:
    """Have the styles of free tiles listed by the fake server, with its key from a secret."""
    once = Config(retries={"total_max_attempts": 1})
    secrets: Any = boto3.client("secretsmanager", config=once)
    secrets.create_secret(Name="key", SecretString=str(fake.key))
    album = Album(engine.Painter())
    world.serve("painter", album, secret="key", base_url=fake.base_url, timeout=engines.PATIENCE)
    trial.billed, trial.lists = Lists(fake), True
    with mock.patch.object(services, "aws_client", return_value=secrets):
        trial.prepare()
        yield


def provider(fake: FakeOpenAI) -> Iterator[Scenario]:
    """What a server can do in place of an answer, and a model in place of a list."""
    for kind in (*REFUSED, *CUT):
        for number in (1, 2, ALWAYS):
            at = {number: kind} if number else dict.fromkeys(range(1, MANY), kind)
            yield Scenario(f"a list of styles: {kind}", PHASE, strike=_failing(fake, at))
        told = f"a list of styles, wrong at first, then {kind}"
        yield Scenario(told, PHASE, strike=_failing(fake, {2: kind}, [REPLIES["too few"]]))
    for name, reply in REPLIES.items():
        for times in (1, 3, MANY):
            # One of many is heard again and again, which a million names need not be.
            if times < MANY or len(str(reply)) < MANY * MANY:
                told = f"a list of styles: {name}"
                yield Scenario(
                    told, PHASE, strike=_saying(fake, [reply] * times), another=name in READABLE
                )


def _failing(
    fake: FakeOpenAI, at: Mapping[int, str], replies: Sequence[Reply] = ()
) -> Callable[[], Stop]:
    def strike() -> Stop:
        fake.faults = Faults(at, routes=("responses", "chat"), retry_after=0.01)
        fake.say(replies)
        seen = len(fake.requests)

        def stop() -> bool:
            fake.faults = Faults()
            fake.hush()
            return any(record.fault for record in fake.requests[seen:])

        return stop

    return strike


def _saying(fake: FakeOpenAI, replies: list[Reply]) -> Callable[[], Stop]:
    def strike() -> Stop:
        fake.say(replies)

        def stop() -> bool:
            return fake.hush() < len(replies)

        return stop

    return strike
