"""Pictures that come as a stream, with previews on the way."""

import base64
from collections.abc import Iterator

import httpx2
import openai
import pytest
from pytest_socket import enable_socket

from collage.engines.engine import Rendered
from collage.engines.openai.engine import OpenAI
from collage.engines.openai.models import frame
from collage.engines.openai.profiles import Server
from collage.engines.openai.settings import OpenAISettings
from collage.errors import BrokenAnswer, CollageError, ConnectionLost, Refused
from collage.pictures import masks
from collage.services import Services
from collage.settings import Settings
from collage.tile import Tile
from tests.fake_openai import FakeOpenAI, Faults
from tests.fake_openai.streaming import PREVIEW_TOKENS, event
from tests.unit.pictures import encode, quarters

STREAMED, AT_ONCE = Server(previews=2), Server()
PICTURE = base64.b64encode(encode(quarters((1024, 1024)))).decode()


@pytest.fixture(autouse=True)
def _no_network() -> None:
    """The provider of these tests listens on loopback."""
    enable_socket()


@pytest.fixture
def fake() -> Iterator[FakeOpenAI]:
    with FakeOpenAI(cheap=True, streams=True) as fake:
        yield fake


def tile(source: str | None = "digest") -> Tile:
    return Tile(
        operation="inpaint" if source else "generate",
        prompt="a lighthouse",
        styles=(),
        mask=source and "left",
        mask_sha256=source,
        source=source,
        engine="openai",
        model="gpt-image-2.5-flare",
        options={"quality": "low"},
        size=(64, 64),
        seed=None,
        sample=0,
        preserve=True,
    )


def made(client: openai.OpenAI, server: Server, source: str | None = "digest") -> Rendered:
    asked = tile(source)
    inner = frame(asked.model, asked.size).inner
    picture = encode(quarters(inner)) if source else None
    mask = masks.encode(masks.draw("left", inner)) if source else None
    (rendered,) = OpenAI(client, "alpha", server).render([asked], picture, mask, lambda: None)
    assert isinstance(rendered, Rendered)
    return rendered


def at(fake: FakeOpenAI) -> openai.OpenAI:
    return openai.OpenAI(api_key="sk-test", base_url=fake.base_url, max_retries=0)


def answering(response: httpx2.Response) -> openai.OpenAI:
    transport = httpx2.MockTransport(lambda _: response)
    client = httpx2.Client(transport=transport)
    return openai.OpenAI(api_key="sk-test", max_retries=0, http_client=client)


def stream(*events: bytes) -> httpx2.Response:
    headers = {"content-type": "text/event-stream; charset=utf-8"}
    return httpx2.Response(200, headers=headers, content=b"".join(events))


@pytest.mark.parametrize("source", ["digest", None], ids=["edit", "generate"])
def test_a_streamed_picture_is_the_one_that_comes_at_once(
    fake: FakeOpenAI, source: str | None
) -> None:
    at_once = made(at(fake), AT_ONCE, source)
    streamed = made(at(fake), STREAMED, source)

    assert streamed.png == at_once.png
    assert streamed.provider == at_once.provider
    plain, asked = fake.requests
    assert set(asked.fields) - set(plain.fields) == {"stream", "partial_images"}
    assert streamed.usd is not None
    assert at_once.usd is not None
    # Previews are output of the model too.
    assert streamed.usd - at_once.usd == pytest.approx(2 * PREVIEW_TOKENS * 30e-6)


def test_a_server_that_does_not_stream_answers_at_once() -> None:
    answer = httpx2.Response(200, json={"created": 1, "data": [{"b64_json": PICTURE}]})

    assert made(answering(answer), STREAMED).provider == base64.b64decode(PICTURE)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"code": "moderation_blocked", "message": "The safety system rejected it."}, Refused),
        ({"code": "server_error", "message": "Something went wrong."}, BrokenAnswer),
    ],
)
def test_an_error_in_the_stream_is_named_with_its_words(
    said: dict[str, str], kind: type[CollageError]
) -> None:
    preview = {"type": "image_edit.partial_image", "partial_image_index": 0, "b64_json": PICTURE}
    events = (event(preview["type"], preview), event("error", {"type": "error", "error": said}))

    with pytest.raises(kind, match=said["message"].rstrip(".")):
        made(answering(stream(*events)), STREAMED)


def test_a_stream_that_ends_without_its_picture_is_a_broken_answer() -> None:
    preview = {"type": "image_edit.partial_image", "partial_image_index": 0, "b64_json": PICTURE}

    with pytest.raises(BrokenAnswer):
        made(answering(stream(event(preview["type"], preview))), STREAMED)


def test_a_stream_that_breaks_off_is_a_lost_connection(fake: FakeOpenAI) -> None:
    fake.faults = Faults({1: "truncate"})

    with pytest.raises(ConnectionLost):
        made(at(fake), STREAMED)


def test_a_call_that_streams_asks_for_one_picture() -> None:
    settings = Settings(uploads_bucket="uploads", collages_bucket="collages")

    streams = Services(settings, {"openai": OpenAISettings(previews=1)})
    assert streams.accounts["openai"].settings.pictures_a_call == 1
    assert Services(settings).accounts["openai"].settings.pictures_a_call is None
