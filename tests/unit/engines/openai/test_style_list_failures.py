"""What goes wrong while styles are listed has a name."""

import httpx2
import openai
import pytest

from collage.engines.openai.style_list import ask
from collage.errors import (
    BadKey,
    BadRequest,
    CollageError,
    QuotaExhausted,
    Refused,
)
from tests.fake_openai import FakeOpenAI, Faults
from tests.unit.engines.openai.asked import FAULTS
from tests.unit.engines.openai.listed import KEY, MODEL, client


@pytest.mark.parametrize(("fault", "expected"), FAULTS)
def test_each_failure_has_its_name_and_is_asked_once(
    fake: FakeOpenAI, fault: str, expected: type[CollageError]
) -> None:
    fake.faults = Faults({1: fault})

    with pytest.raises(CollageError) as raised:
        ask(client(fake, timeout=0.5 if fault == "timeout" else 600), MODEL, 3)

    if fault == "timeout":
        fake.holds()
    assert type(raised.value) is expected
    assert KEY not in str(raised.value)
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("fault", "expected"), [("billing", QuotaExhausted), ("moderation", Refused)]
)
def test_a_refusal_is_no_reason_to_ask_for_less(
    fake: FakeOpenAI, fault: str, expected: type[CollageError]
) -> None:
    fake.faults = Faults(rate=1, kinds=(fault,))

    with pytest.raises(expected):
        ask(client(fake), MODEL, 3)

    assert len(fake.requests) == 1


def test_a_key_that_is_refused_has_its_name(fake: FakeOpenAI) -> None:
    with pytest.raises(BadKey):
        ask(client(fake, api_key="sk-another"), MODEL, 3)

    assert len(fake.requests) == 1


def test_a_model_that_is_not_there_is_a_bad_request(fake: FakeOpenAI) -> None:
    with pytest.raises(BadRequest, match="There is no model 'text-davinci-003'"):
        ask(client(fake), "text-davinci-003", 3)


def answering(*responses: httpx2.Response) -> openai.OpenAI:
    """A client of a provider that answers these, and the last one for ever."""
    left = list(responses)

    def answer(_: httpx2.Request) -> httpx2.Response:
        return left.pop(0) if len(left) > 1 else left[0]

    transport = httpx2.Client(transport=httpx2.MockTransport(answer))
    return openai.OpenAI(api_key=KEY, max_retries=0, http_client=transport)


@pytest.mark.parametrize("status", [400, 404, 422, 429, 500])
def test_the_key_is_in_no_message(status: int) -> None:
    error = {"message": f"Something is wrong with {KEY}"}

    with pytest.raises(CollageError, match=r"\*\*\*") as raised:
        ask(answering(httpx2.Response(status, json={"error": error})), MODEL, 3)

    assert KEY not in str(raised.value)


def chat(text: str) -> httpx2.Response:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": "stop",
    }
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return httpx2.Response(200, json=body)


@pytest.mark.parametrize("status", [400, 404, 405, 422, 501])
def test_a_server_without_a_rung_may_say_so_in_many_ways(status: int) -> None:
    missing = httpx2.Response(status, json={"detail": "what?"})

    found = ask(answering(missing, missing, missing, chat("1. Cubism\n2. Baroque")), MODEL, 2)

    assert found == ("Cubism", "Baroque")


def test_a_server_that_takes_no_notice_of_the_form_is_asked_for_text() -> None:
    missing = httpx2.Response(404, json={"detail": "Not Found"})

    found = ask(answering(missing, chat("1. Cubism\n2. Baroque")), MODEL, 2)

    assert found == ("Cubism", "Baroque")


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, text="<html>Welcome to the hotel</html>"),
        httpx2.Response(200, json={}),
        httpx2.Response(200, json={"choices": []}),
        httpx2.Response(200, json=[]),
        httpx2.Response(200, text='{"choi', headers={"content-type": "application/json"}),
    ],
)
def test_an_answer_in_no_known_form_ends_with_a_name(answer: httpx2.Response) -> None:
    with pytest.raises(CollageError) as raised:
        ask(answering(answer), MODEL, 2)

    assert raised.value.name in {"NoStyles", "BrokenAnswer"}
