"""A provider that is gone for long: when a run is stopped for it, and when it is not."""

from collections.abc import Iterator
from dataclasses import dataclass

import openai
import pytest
from pytest_socket import enable_socket

from collage.engines.openai.engine import OpenAI
from collage.engines.outage import GAP_SECONDS, LONGEST_SECONDS, Outage
from collage.errors import Overloaded, ProviderDown, ProviderUnreachable, RateLimited
from tests.fake_openai import FakeOpenAI, Faults
from tests.unit.engines.openai.asked import mask_of, no_wait, source_of, tile

DOWN = ProviderUnreachable("There is no reaching it.")


@dataclass
class Clock:
    """Seconds, as many as a test says."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_failures_and_nothing_else_for_ten_minutes_are_an_outage() -> None:
    clock = Clock()
    outage = Outage(clock)
    for clock.now in range(0, int(LONGEST_SECONDS), 60):
        outage.note(DOWN)

    clock.now = LONGEST_SECONDS
    with pytest.raises(ProviderDown, match=r"There is no reaching it\. What is made is kept"):
        outage.note(Overloaded("There is no reaching it."))

    # The process is warm: the run that goes on has its own ten minutes.
    outage.note(DOWN)


def test_an_answer_begins_anew() -> None:
    clock = Clock()
    outage = Outage(clock)
    for clock.now in range(0, 2 * int(LONGEST_SECONDS), 60):
        outage.note(DOWN)
        if clock.now == LONGEST_SECONDS - 60:
            outage.over()


def test_what_failed_long_ago_was_another_run() -> None:
    clock = Clock()
    outage = Outage(clock)
    for clock.now in range(0, 10 * int(LONGEST_SECONDS), int(GAP_SECONDS) + 1):
        outage.note(DOWN)


@pytest.fixture
def fake() -> Iterator[FakeOpenAI]:
    enable_socket()
    with FakeOpenAI(cheap=True) as fake:
        yield fake


def test_the_engine_tells_an_outage_from_a_provider_that_answers(fake: FakeOpenAI) -> None:
    clock = Clock()
    client = openai.OpenAI(api_key=str(fake.key), base_url=fake.base_url, max_retries=0)
    engine = OpenAI(client, "alpha")
    engine.guard.outage = Outage(clock)

    def ask(kind: str, seconds: float) -> None:
        fake.faults, clock.now = Faults(rate=1, kinds=(kind,), retry_after=0.01), seconds
        engine.render([tile()], source_of(tile()), mask_of(tile()), no_wait)

    for seconds in range(0, int(LONGEST_SECONDS), 100):
        with pytest.raises(Overloaded):
            ask("503", seconds)
    with pytest.raises(RateLimited):
        ask("429", LONGEST_SECONDS - 1)
    for seconds in range(0, int(LONGEST_SECONDS), 100):
        with pytest.raises(Overloaded):
            ask("503", LONGEST_SECONDS + seconds)
    with pytest.raises(ProviderDown):
        ask("503", 2 * LONGEST_SECONDS)
