"""What goes wrong with a call of the engine `openai` has a name, and what came is kept."""

import socket
from collections.abc import Sequence
from typing import Any

import boto3
import httpx2
import openai
import pytest

from collage.engines.engine import Outcome, Rendered
from collage.engines.openai import fetching
from collage.engines.openai.engine import OpenAI, load
from collage.engines.openai.settings import OpenAISettings
from collage.errors import (
    BadKey,
    BadRequest,
    BrokenAnswer,
    CollageError,
    FailedMidway,
    Overloaded,
    PictureElsewhere,
    PictureNotFetched,
    ProviderUnreachable,
    QuotaExhausted,
    RateLimited,
    Refused,
    Rejected,
    TimedOut,
    TransientError,
)
from collage.services import Services
from collage.settings import Settings
from tests.fake_openai import FakeOpenAI, Faults
from tests.unit.engines.openai.asked import (
    FAULTS,
    KEY,
    SQUARE,
    Wire,
    ask,
    client,
    mask_of,
    no_wait,
    pictures,
    saying,
    source_of,
    tile,
    usage,
)
from tests.unit.pictures import encode, noise, quarters


@pytest.mark.parametrize(
    ("fault", "expected"), [*FAULTS, ("moderation", Refused), ("billing", QuotaExhausted)]
)
def test_each_failure_has_its_name_and_is_asked_once(
    fake: FakeOpenAI, fault: str, expected: type[CollageError]
) -> None:
    fake.faults = Faults({1: fault})

    with pytest.raises(CollageError) as raised:
        OpenAI(client(fake, timeout=0.5 if fault == "timeout" else 600), "alpha").render(
            [tile()], source_of(tile()), mask_of(tile()), no_wait
        )

    if fault == "timeout":
        fake.holds()
    assert type(raised.value) is expected
    assert KEY not in str(raised.value)
    assert len(fake.requests) == 1


def test_a_key_that_is_refused_stops_everything(fake: FakeOpenAI) -> None:
    with pytest.raises(BadKey, match="The provider refused the API key") as raised:
        OpenAI(client(fake, api_key="sk-another-secret"), "alpha").render(
            [tile()], source_of(tile()), mask_of(tile()), no_wait
        )

    assert "another" not in str(raised.value)


@pytest.mark.parametrize(
    "changes",
    [{"model": "gpt-image-9"}, {"options": {"quality": "finest"}}, {"prompt": "x" * 32_001}],
)
def test_what_the_provider_does_not_take_is_a_bad_request(
    fake: FakeOpenAI, changes: dict[str, Any]
) -> None:
    made = tile(**changes)

    with pytest.raises(BadRequest, match="The provider does not accept the request: "):
        OpenAI(client(fake), "alpha").render([made], source_of(made), mask_of(made), no_wait)


def test_a_provider_that_is_not_there_was_not_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    nobody = openai.OpenAI(api_key=KEY, base_url=f"http://127.0.0.1:{port}/v1", max_retries=0)

    with pytest.raises(ProviderUnreachable):
        OpenAI(nobody, "alpha").render([tile()], source_of(tile()), mask_of(tile()), no_wait)


def test_a_picture_that_is_not_where_it_should_lie_is_not_paid_for_again(
    fake: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "PAUSES", (0.0, 0.0))
    gone = {"data": [{"url": f"{fake.origin}/pictures/none.png"}]}
    wire = saying(httpx2.Response(200, json=gone))
    wire.base_url = fake.base_url

    with pytest.raises(PictureNotFetched, match="it answers 404"):
        ask(wire)

    assert len(wire.forms) == 1
    assert [record.path for record in fake.requests] == ["/pictures/none.png"] * 3


@pytest.mark.parametrize("url", ["file:///etc/hostname", "https://elsewhere.net/a", "http://[::1"])
def test_an_address_that_is_not_followed_ends_the_run(url: str) -> None:
    with pytest.raises(PictureElsewhere):
        ask(saying(httpx2.Response(200, json={"data": [{"url": url}]})))


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, {"message": "no", "code": "content_policy_violation"}, Refused),
        (400, {"message": "Billing hard limit has been reached."}, QuotaExhausted),
        (401, {"message": "no"}, BadKey),
        (403, {"message": "no"}, BadKey),
        (404, {"message": "no", "code": "model_not_found"}, BadRequest),
        (408, {"message": "no"}, TimedOut),
        (409, {"message": "no"}, Overloaded),
        (413, {"message": "no"}, BadRequest),
        (422, {"message": "no"}, Rejected),
        (422, {"message": "no", "param": "size"}, BadRequest),
        (429, {"message": "no", "code": "insufficient_quota"}, QuotaExhausted),
        (429, {"message": "no"}, RateLimited),
        (501, {"message": "no"}, BadRequest),
        (502, {"message": "no"}, FailedMidway),
        (529, {"message": "no"}, FailedMidway),
    ],
)
def test_each_status_has_its_name(
    status: int, error: dict[str, str], expected: type[CollageError]
) -> None:
    wire = saying(httpx2.Response(status, json={"error": error}))

    with pytest.raises(CollageError) as raised:
        ask(wire)

    assert type(raised.value) is expected
    assert len(wire.forms) == 1


@pytest.mark.parametrize("body", ["", "<html>Bad gateway</html>", "[]", '"no"', '{"error": "no"}'])
def test_an_error_in_another_shape_keeps_its_name(body: str) -> None:
    with pytest.raises(FailedMidway, match="answered 502"):
        ask(saying(httpx2.Response(502, text=body)))


@pytest.mark.parametrize("status", [400, 429, 500])
def test_the_key_is_in_no_message(status: int) -> None:
    error = {"message": f"Something is wrong with {KEY} and with {KEY}"}

    with pytest.raises(CollageError, match=r"\*\*\*") as raised:
        ask(saying(httpx2.Response(status, json={"error": error})))

    assert KEY not in str(raised.value)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "7", "retry-after-ms": "6100"}, 6.1),
        ({"retry-after": "7", "retry-after-ms": "soon"}, 7),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:00 GMT"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "0"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_taken_from_either_header(
    status: int, headers: dict[str, str], seconds: float | None
) -> None:
    answer = httpx2.Response(status, json={"error": {"message": "no"}}, headers=headers)

    with pytest.raises(TransientError) as raised:
        ask(saying(answer))

    assert raised.value.retry_after == seconds


def test_the_providers_own_limit_says_how_long_to_wait(fake: FakeOpenAI) -> None:
    fake.faults = Faults({1: "429"}, retry_after=0.75)

    with pytest.raises(RateLimited) as raised:
        OpenAI(client(fake), "alpha").render([tile()], source_of(tile()), mask_of(tile()), no_wait)

    assert raised.value.retry_after == 0.75


def half(png: bytes) -> bytes:
    return png[: len(png) // 2]


def bomb() -> bytes:
    """A picture that says it is larger than anything that can be opened."""
    png = bytearray(encode(quarters((8, 8))))
    png[16:24] = (30_000).to_bytes(4, "big") * 2
    return bytes(png)


@pytest.mark.parametrize(
    "answer",
    [
        pictures(b"no picture at all"),
        pictures(half(encode(noise((64, 64))))),
        pictures(bomb()),
        pictures(b""),
        pictures(),
        httpx2.Response(200, json={"data": [{"b64_json": "a"}]}),
        httpx2.Response(200, json={"data": [{"b64_json": 5}]}),
        httpx2.Response(200, json={"data": [{"url": 7}]}),
        httpx2.Response(200, json={"data": [{}]}),
        httpx2.Response(200, json={"data": [None]}),
        httpx2.Response(200, json={"data": "pictures"}),
        httpx2.Response(200, json={"data": None}),
        httpx2.Response(200, json={}),
        httpx2.Response(200, json=[]),
        httpx2.Response(200, json=None),
        httpx2.Response(200, text="<html>Welcome to the hotel</html>"),
        httpx2.Response(200, text='{"data": [', headers={"content-type": "application/json"}),
        httpx2.Response(204),
    ],
)
def test_an_answer_that_cannot_be_used_is_broken(answer: httpx2.Response) -> None:
    with pytest.raises(BrokenAnswer):
        ask(saying(answer))


def kinds(outcomes: Sequence[Outcome]) -> list[str]:
    return [type(outcome).__name__ for outcome in outcomes]


GOOD, BAD = pictures(encode(quarters(SQUARE))), pictures(b"no picture")


def answering(*items: Any, output: int = 400) -> Wire:
    return saying(httpx2.Response(200, json={"data": list(items), "usage": usage(output)}))


def item(response: httpx2.Response) -> Any:
    return response.json()["data"][0]


def test_fewer_pictures_than_asked_for_are_kept_and_share_what_was_paid() -> None:
    outcomes = ask(answering(item(GOOD), item(GOOD)), count=4)

    assert kinds(outcomes) == ["Rendered", "Rendered", "NotMade", "NotMade"]
    assert "made 2 pictures in place of 4" in str(outcomes[2])
    assert [one.usd for one in outcomes[:2]] == pytest.approx([0.006, 0.006])


def test_of_more_pictures_than_asked_for_the_first_are_kept() -> None:
    outcomes = ask(answering(*[item(GOOD)] * 5), count=2)

    assert kinds(outcomes) == ["Rendered", "Rendered"]
    assert sum(one.usd for one in outcomes) == pytest.approx(0.012)


@pytest.mark.parametrize("broken", [None, {}, {"b64_json": "a"}, item(BAD), {"url": 7}, "text"])
def test_a_broken_item_costs_that_item_alone(broken: Any) -> None:
    outcomes = ask(answering(item(GOOD), broken, item(GOOD)), count=3)

    assert kinds(outcomes) == ["Rendered", "BrokenAnswer", "Rendered"]
    assert sum(one.usd for one in outcomes if isinstance(one, Rendered)) == pytest.approx(0.012)


def test_an_answer_without_a_single_picture_is_raised() -> None:
    with pytest.raises(BrokenAnswer, match="no picture"):
        ask(answering(item(BAD)), count=3)


def test_the_stacks_client_retries_nothing_and_keeps_the_settings(
    aws: None, fake: FakeOpenAI
) -> None:
    boto3.client("secretsmanager").create_secret(Name="the-key", SecretString=f" {KEY}\n")
    provider = OpenAISettings(
        secret="the-key", base_url=fake.base_url, timeout=9, mask_convention="white"
    )

    engine = load(Services(Settings(uploads_bucket="", collages_bucket=""), {"openai": provider}))

    assert engine.mask_convention == "white"
    assert engine.client.max_retries == 0
    assert engine.client.timeout == 9
    assert engine.client.api_key == KEY
    assert str(engine.client.base_url).rstrip("/") == fake.base_url
