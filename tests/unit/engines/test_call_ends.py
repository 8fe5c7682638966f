"""The table of ends: through the engine and the books, and as docs/openai.md has it."""

from collections.abc import Iterator
from typing import Any

import boto3
import openai
import pytest
from pytest_socket import enable_socket

from collage.engines import call_ends
from collage.engines.call_ends import ENDS, End, is_counted, of_platform, of_status
from collage.engines.openai.engine import OpenAI
from collage.engines.provider import Quota
from collage.errors import (
    BadRequest,
    CollageError,
    FailedMidway,
    Overloaded,
    TimedOut,
)
from collage.spending.bookings import Budget
from collage.spending.limits import Limits
from collage.spending.purchase import buy
from collage.tile import Tile
from tests.fake_openai import FakeOpenAI, Faults
from tests.infrastructure.shipped import ROOT

DOCS = ROOT / "docs" / "openai.md"
PRICE = 0.02
KEY = "sk-test-the-ends"
QUICK = [Quota("openai", per_minute=60_000, burst=100)]

# What the fake server does with a request, and the end that it is.
FACES = {
    "408": "TimedOut",
    "409": "Overloaded",
    "429": "RateLimited",
    "500": "Overloaded",
    "501": "BadRequest",
    "502": "FailedMidway",
    "503": "Overloaded",
    "unavailable": "FailedMidway",
    "504": "TimedOut",
    "520": "FailedMidway",
    "521": "FailedMidway",
    "522": "FailedMidway",
    "523": "FailedMidway",
    "524": "TimedOut",
    "529": "FailedMidway",
    "moderation": "Refused",
    "quota": "QuotaExhausted",
    "billing": "QuotaExhausted",
    "drop": "ConnectionLost",
    "drop_after": "ConnectionLost",
    "truncate": "ConnectionLost",
    "timeout": "TimedOut",
}


def end_of(name: str) -> End:
    (found,) = (end for end in ENDS if end.name == name)
    return found


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeOpenAI]:
    enable_socket()
    with FakeOpenAI(key=KEY, cheap=True) as fake:
        yield fake


@pytest.fixture
def limits(limits_table: str) -> Limits:
    enable_socket()
    return Limits(boto3.client("dynamodb"), limits_table, daily_usd=1)


def tile() -> Tile:
    return Tile(
        operation="generate",
        prompt="a lighthouse",
        styles=(),
        mask=None,
        mask_sha256=None,
        source=None,
        engine="openai",
        model="gpt-image-2.5-flare",
        options={"quality": "low"},
        size=(64, 64),
        seed=None,
        sample=0,
        preserve=True,
    )


def asked(limits: Limits, base_url: str, **options: Any) -> CollageError:
    """How one call ends."""
    client = openai.OpenAI(api_key=KEY, base_url=base_url, max_retries=0, **options)
    engine = OpenAI(client, "alpha")
    with pytest.raises(CollageError) as raised:
        buy(limits, QUICK, engine, [tile()], None, None, PRICE, Budget("a collage", None))
    return raised.value


@pytest.mark.parametrize(("face", "name"), FACES.items())
def test_each_end_is_named_counted_and_said_as_the_table_has_it(
    fake: FakeOpenAI, limits: Limits, face: str, name: str
) -> None:
    fake.faults = Faults({1: face})

    error = asked(limits, fake.base_url, timeout=0.5 if face == "timeout" else 600)
    if face == "timeout":
        fake.holds()

    end = end_of(name)
    assert error.name == name, error
    assert limits.spent() == (PRICE if end.counted else 0)
    assert str(error).startswith(end.reads.partition("…")[0])


def test_a_server_that_is_not_there_costs_nothing(limits: Limits) -> None:
    error = asked(limits, "http://127.0.0.1:9/v1")

    assert error.name == "ProviderUnreachable"
    assert limits.spent() == 0
    assert not end_of(error.name).counted


def test_a_500_that_comes_late_may_have_made_the_picture(
    fake: FakeOpenAI, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_ends, "AT_ONCE", 0.0)
    fake.faults = Faults({1: "500"})

    assert asked(limits, fake.base_url).name == "FailedMidway"
    assert limits.spent() == PRICE


@pytest.mark.parametrize(
    ("status", "seconds", "retry_after", "kind"),
    [
        (500, 4.9, None, Overloaded),
        (500, 5.0, None, FailedMidway),
        (500, 5.0, 3.0, FailedMidway),
        (503, 240.0, 3.0, Overloaded),
        (503, 0.1, None, FailedMidway),
        (502, 0.1, 3.0, FailedMidway),
        (504, 0.1, 3.0, TimedOut),
        (408, 0.1, 3.0, TimedOut),
        (409, 60.0, None, Overloaded),
        (404, 60.0, None, BadRequest),
        (501, 60.0, None, BadRequest),
        (599, 0.1, None, FailedMidway),
    ],
)
def test_a_status_is_read_with_its_time_and_what_else_it_says(
    status: int,
    seconds: float,
    retry_after: float | None,
    kind: type[CollageError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(call_ends, "AT_ONCE", 5.0)
    assert of_status(status, seconds, retry_after) is kind


def test_what_is_not_in_the_table_stays_counted() -> None:
    class Unheard(CollageError):
        pass

    assert is_counted(Unheard("?"))


@pytest.mark.parametrize(
    ("lambdas", "ours"),
    [
        ("Sandbox.Timedout", "FunctionTimedOut"),
        ("Runtime.ExitError", "FunctionKilled"),
        ("Lambda.Unknown", "FunctionKilled"),
    ],
)
def test_the_end_of_a_function_has_a_name_and_a_sentence(lambdas: str, ours: str) -> None:
    found = of_platform(lambdas, "Task timed out after 900.00 seconds")

    assert found is not None
    name, message = found
    assert name == ours
    assert message.startswith(end_of(ours).reads.partition("…")[0])
    assert "stays counted" in message
    assert message.endswith("Task timed out after 900.00 seconds")


def test_what_a_function_said_itself_is_left_alone() -> None:
    assert of_platform("TimedOut", "The provider did not answer in time.") is None


def test_the_documentation_has_the_table() -> None:
    said = DOCS.read_text()

    for end in (end for end in ENDS if end.of in ("", "openai")):
        counted = "counted" if end.counted else "free"
        retries = f"{end.retries:,} more" if end.retries else "no"
        row = f"| {end.when} | `{end.name}` | {counted} | {retries} | {end.reads} |"
        assert row in said
