"""What servers say when they make no picture, in all their shapes, through the real client."""

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from pytest_socket import enable_socket

from collage.engines.openai.engine import OpenAI
from collage.engines.openai.errors import read
from collage.engines.run_guard import MOST_REJECTED
from collage.errors import (
    BadKey,
    BadRequest,
    BrokenAnswer,
    CollageError,
    Overloaded,
    QuotaExhausted,
    RateLimited,
    Refused,
    Rejected,
)
from tests.fake_openai import FakeOpenAI, Faults
from tests.fake_openai.faults import KINDS
from tests.fake_openai.spellings import REFUSALS, SPELT
from tests.unit.engines.openai.asked import Wire, saying, tile

KEY = "sk-test"


@pytest.fixture(autouse=True)
def _no_network() -> None:
    """The provider of these tests listens on loopback."""
    enable_socket()


@pytest.fixture(scope="module")
def server() -> Iterator[FakeOpenAI]:
    enable_socket()
    with FakeOpenAI(key=KEY, cheap=True) as fake:
        yield fake


@pytest.fixture
def fake(server: FakeOpenAI) -> FakeOpenAI:
    server.requests.clear()
    return server


def engine(base_url: str) -> OpenAI:
    http_client = openai.DefaultHttpxClient(follow_redirects=False)
    client = openai.OpenAI(
        api_key=KEY, base_url=base_url, max_retries=0, http_client=http_client, timeout=600
    )
    return OpenAI(client, "alpha")


def generated(made: OpenAI) -> list[Any]:
    one = tile(operation="generate", mask=None, mask_sha256=None, source=None)
    return list(made.render([one], None, None, lambda: None))


def end(fake: FakeOpenAI, kind: str) -> CollageError:
    fake.faults = Faults({1: kind})
    with pytest.raises(CollageError) as raised:
        generated(engine(fake.base_url))
    assert len(fake.requests) == 1
    return raised.value


@pytest.mark.parametrize("kind", ["moderation", *REFUSALS])
def test_a_refusal_is_one_tiles_matter_however_it_is_spelt(fake: FakeOpenAI, kind: str) -> None:
    error = end(fake, kind)

    assert type(error) is Refused
    words = ("safety system", "content management policy", "content moderation", "was flagged")
    assert any(word in str(error) for word in words)


@pytest.mark.parametrize(
    ("kind", "expected", "words"),
    [
        ("no_reason", Rejected, "did not take the request: Something is wrong with this one."),
        ("detail", BadRequest, "does not accept the request: n: must be 1."),
        ("detail_text", BadRequest, "Model 'flux' is not supported here."),
        ("scopes", BadKey, "Missing scopes: api.model.images.request."),
        ("unverified", BadKey, "organization must be verified to use the model `gpt-image-2`."),
        ("page", BadRequest, "404 Not Found nginx; is the base URL right, http://127"),
        ("moved", BadRequest, "leads on to https://elsewhere.net/v1/images/generations; set"),
        ("ok_error", BrokenAnswer, "in place of pictures: The backend is asleep."),
        ("ok_words", BrokenAnswer, "is no JSON but: Welcome to the hotel."),
    ],
)
def test_a_person_reads_why_in_the_servers_own_words(
    fake: FakeOpenAI, kind: str, expected: type[CollageError], words: str
) -> None:
    error = end(fake, kind)

    assert type(error) is expected
    assert words in str(error)
    assert str(error).count("\n") == 0
    assert "check the secret" not in str(error)


def test_every_spelling_is_a_fault_that_the_fake_can_be_told() -> None:
    assert set(SPELT) <= set(KINDS)


def answered(status: int, body: Any) -> CollageError:
    import httpx2

    text = body if isinstance(body, str) else json.dumps(body)
    wire: Wire = saying(httpx2.Response(status, text=text))
    with pytest.raises(CollageError) as raised:
        generated(OpenAI(wire.client, "alpha"))
    return raised.value


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        # The limits of an account speak of its organisation and of models.
        (
            429,
            said("Rate limit of gpt-image-2 in organization org-1 reached"),
            RateLimited,
        ),
        (500, said("The model is not available, permission denied"), Overloaded),
        (500, said("litellm.ContentPolicyViolationError: content_policy_violation"), Refused),
        (400, said("You exceeded your current quota"), QuotaExhausted),
        (402, said("Pay first"), QuotaExhausted),
        (429, said("Budget has been exceeded! Current cost: 5"), QuotaExhausted),
        (400, said("Unknown parameter: 'moderation'.", code="unknown_parameter"), BadRequest),
        (400, said("Unsupported size"), BadRequest),
        (400, said("The deployment gpt-image-9 does not exist"), BadRequest),
        (404, {"error": {"code": "DeploymentNotFound", "message": "?"}}, BadRequest),
        (400, said("API version not supported"), BadRequest),
        (422, {"detail": [{"loc": ["body", "image"], "msg": "Field required"}]}, BadRequest),
        (400, said("The picture could not be made of this."), Rejected),
        (418, "", Rejected),
        (400, "", Rejected),
        (413, said("Too large"), BadRequest),
        (405, "Method Not Allowed", BadRequest),
        (403, said("no"), BadKey),
        (200, said("You exceeded your current quota"), QuotaExhausted),
        (200, {"detail": "Unsupported parameter: n"}, BadRequest),
        (200, {"data": [], "error": None}, BrokenAnswer),
        (200, {"data": None, "message": "busy"}, BrokenAnswer),
        (200, "[" * 100_000, BrokenAnswer),
        (400, "[" * 100_000, Rejected),
    ],
)
def test_what_ends_the_run_names_what_all_tiles_share(
    status: int, body: Any, expected: type[CollageError]
) -> None:
    assert type(answered(status, body)) is expected


def test_an_error_without_a_word_tells_its_status() -> None:
    assert str(answered(422, "")) == (
        "The provider did not take the request: status 422, without a word."
    )


@pytest.mark.parametrize(
    "message",
    [
        f"Incorrect API key provided: {KEY}-and-more.",
        "Invalid key sk-another*****wxyz",
        "Missing scopes for sk-another-key",
    ],
)
def test_no_part_of_a_key_is_repeated(message: str) -> None:
    error = answered(401, said(message))

    assert type(error) is BadKey
    assert "another" not in str(error)
    assert "more" not in str(error)


@pytest.mark.parametrize(
    ("body", "words", "param"),
    [
        ({"error": "no"}, "no", None),
        ({"detail": "Not Found"}, "Not Found", None),
        ({"detail": {"error": {"message": "deep"}}}, "deep", None),
        ({"errors": [{"message": "one"}, {"message": "two"}]}, "one; two", None),
        ({"error": {"message": "no", "param": "size"}}, "no", "size"),
        ({"error": {"message": "no", "param": "None"}}, "no", None),
        ([{"message": "a"}, {"message": "a"}], "a", None),
        ("<p>Bad &amp; worse</p><script>x()</script>", "Bad & worse", None),
        (7, "", None),
        (None, "", None),
    ],
)
def test_words_are_found_in_any_shape(body: Any, words: str, param: str | None) -> None:
    found = read(body)

    assert (found.sentence(), found.param) == (words, param)


def test_a_body_without_a_bottom_is_not_read_to_it() -> None:
    body: dict[str, Any] = {"message": "top"}
    body["error"] = body

    assert read(body).sentence() == "top"


def test_a_provider_that_rejects_everything_is_not_asked_for_ever(fake: FakeOpenAI) -> None:
    fake.faults = Faults(rate=1.0, kinds=("no_reason",))
    made = engine(fake.base_url)

    for _ in range(MOST_REJECTED - 1):
        with pytest.raises(Rejected):
            generated(made)
    with pytest.raises(BadRequest, match="It says so of every request"):
        generated(made)
    # A process goes on with another run, of which nothing was rejected yet.
    with pytest.raises(Rejected):
        generated(made)


def test_a_picture_in_between_begins_the_count_anew(fake: FakeOpenAI) -> None:
    fake.faults = Faults(dict.fromkeys(range(1, MOST_REJECTED), "no_reason"))
    made = engine(fake.base_url)
    for _ in range(MOST_REJECTED - 1):
        with pytest.raises(Rejected):
            generated(made)
    generated(made)
    fake.faults = Faults({1: "no_reason"})

    with pytest.raises(Rejected):
        generated(made)
