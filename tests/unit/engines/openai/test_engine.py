import base64
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
import httpx2
import numpy as np
import openai
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pytest_socket import enable_socket

from collage.engines.engine import Outcome, Rendered
from collage.engines.openai import fetching
from collage.engines.openai.engine import CHANGED, OpenAI, load
from collage.engines.openai.models import frame
from collage.engines.openai.settings import OpenAISettings
from collage.errors import (
    BadKey,
    BadRequest,
    BrokenAnswer,
    CollageError,
    ConnectionLost,
    FailedMidway,
    NoSlotYet,
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
from collage.pictures import masks
from collage.services import Tools
from collage.settings import Settings
from collage.tile import Tile
from tests.fake_openai import FakeOpenAI, Faults
from tests.fake_openai.forms import Form, read_json, read_multipart
from tests.unit.pictures import BLUE, GOLD, GREEN, RED, decode, encode, near, noise, quarters

KEY = "sk-test-a-key-that-nobody-may-see"
MODEL = "gpt-image-2.6-flare"
SQUARE = (1024, 1024)


@pytest.fixture(autouse=True)
def _no_network() -> None:
    """The provider of these tests listens on loopback."""
    enable_socket()


@pytest.fixture(scope="module")
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI(key=KEY) as fake:
        yield fake


@pytest.fixture
def fake(server: FakeOpenAI) -> Iterator[FakeOpenAI]:
    """The provider, with nothing asked of it so far and nothing wrong with it."""
    server.requests.clear()
    server.images = 0
    yield server
    server.faults, server.answers = Faults(), "b64_json"


def client(fake: FakeOpenAI, **options: Any) -> openai.OpenAI:
    return openai.OpenAI(**{"api_key": KEY, "base_url": fake.base_url, "max_retries": 0, **options})


def tile(**changes: Any) -> Tile:
    return Tile(
        **{
            "operation": "inpaint",
            "prompt": "in the style of Cubism and Baroque",
            "styles": ("Cubism", "Baroque"),
            "mask": "left",
            "mask_sha256": "digest",
            "source": "digest",
            "engine": "openai",
            "model": MODEL,
            "options": {"quality": "low"},
            "size": (64, 64),
            "seed": None,
            "sample": 0,
            "preserve": True,
            **changes,
        }
    )


def inner(made: Tile) -> tuple[int, int]:
    return frame(made.model, made.size).inner


def source_of(made: Tile) -> bytes:
    return encode(quarters(inner(made)))


def mask_of(made: Tile, name: str = "left") -> bytes:
    return masks.encode(masks.draw(name, inner(made)))


def no_wait() -> None:
    """The turn of a call that nobody paces."""


def pixels(png: bytes, size: tuple[int, int] | None = None) -> np.ndarray:
    picture = decode(png).convert("RGB")
    return np.asarray(picture.resize(size, Image.Resampling.LANCZOS) if size else picture).astype(
        int
    )


@dataclass
class Wire:
    """A provider that answers as it is told to, and keeps the forms as they came.

    By default it gives the picture back that it was sent.
    """

    answer: Callable[[Form], httpx2.Response] | None = None
    forms: list[Form] = field(default_factory=list)
    base_url: str | None = None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        kind = request.headers["content-type"]
        read = read_json if kind == "application/json" else read_multipart
        form = read(kind, request.read())
        self.forms.append(form)
        return self.answer(form) if self.answer else pictures(form.files("image")[0].content)

    @property
    def client(self) -> openai.OpenAI:
        transport = httpx2.MockTransport(self)
        return openai.OpenAI(
            api_key=KEY,
            base_url=self.base_url,
            max_retries=0,
            http_client=httpx2.Client(transport=transport),
        )

    def sent(self, name: str) -> bytes:
        """The file of the only request."""
        (form,) = self.forms
        (upload,) = form.files(name)
        return upload.content


def pictures(*data: bytes, **more: Any) -> httpx2.Response:
    items = [{"b64_json": base64.b64encode(each).decode()} for each in data]
    return httpx2.Response(200, json={"created": 1, "data": items, **more})


def saying(response: httpx2.Response) -> Wire:
    return Wire(lambda _: response)


def ask(wire: Wire, count: int = 1) -> list[Any]:
    made = [tile(sample=number) for number in range(count)]
    engine = OpenAI(wire.client, "alpha")
    return engine.render(made, source_of(made[0]), mask_of(made[0]), no_wait)


# What is made


def test_inpainting_repaints_the_mask_and_lays_the_source_over_the_rest(fake: FakeOpenAI) -> None:
    made = tile()
    source = source_of(made)

    (rendered,) = OpenAI(client(fake), "alpha").render([made], source, mask_of(made), no_wait)

    ours, was = pixels(rendered.png), pixels(source, (64, 64))
    assert decode(rendered.png).size == (64, 64)
    assert np.array_equal(ours[:, 32:], was[:, 32:])
    assert abs(ours[:, :30] - was[:, :30]).max() > CHANGED
    assert rendered.provider is not None
    theirs = pixels(rendered.provider, (64, 64))
    assert abs(ours[:, :28] - theirs[:, :28]).mean() < abs(ours[:, :28] - was[:, :28]).mean()


def test_the_models_own_picture_stays_whole_when_asked(fake: FakeOpenAI) -> None:
    made = tile(preserve=False)
    source = source_of(made)

    (rendered,) = OpenAI(client(fake), "alpha").render([made], source, mask_of(made), no_wait)

    assert rendered.provider is not None
    assert np.array_equal(pixels(rendered.png), pixels(rendered.provider, (64, 64)))
    was = pixels(source, (64, 64))
    assert abs(pixels(rendered.png) - was)[:, 32:].max() > 0


@pytest.mark.parametrize("preserve", [True, False])
def test_what_the_model_had_changed_outside_the_mask_is_counted(
    fake: FakeOpenAI, preserve: bool
) -> None:
    made = tile(preserve=preserve)
    source = source_of(made)

    (rendered,) = OpenAI(client(fake), "alpha").render([made], source, mask_of(made), no_wait)

    assert rendered.provider is not None
    apart = abs(pixels(rendered.provider, (64, 64)) - pixels(source, (64, 64))).max(axis=2)
    assert rendered.outside_changed == np.count_nonzero(apart[:, 32:] > CHANGED)
    assert rendered.outside_changed > 0


def test_a_model_that_keeps_to_the_mask_has_changed_no_more_than_the_seam() -> None:
    def repaint(form: Form) -> httpx2.Response:
        picture = decode(form.files("image")[0].content)
        picture.paste((0, 0, 0), (0, 0, picture.width // 2, picture.height))
        return pictures(encode(picture))

    (rendered,) = ask(Wire(repaint))

    # Resizing smears the painted part over the seam's own column, one pixel a row.
    assert rendered.outside_changed <= 64
    assert pixels(rendered.png)[:, :24].max() == 0


def test_the_providers_bytes_are_kept_as_they_came(fake: FakeOpenAI) -> None:
    made = tile()
    asked: dict[str, Any] = {
        "model": made.model,
        "prompt": made.prompt,
        "size": "1024x1024",
        "quality": "low",
        "image": ("source.png", source_of(made), "image/png"),
        "mask": ("mask.png", rgba(mask_of(made)), "image/png"),
    }
    answer = client(fake).images.edit(**asked)

    (rendered,) = OpenAI(client(fake), "alpha").render(
        [made], source_of(made), mask_of(made), no_wait
    )

    assert answer.data is not None
    assert answer.data[0].b64_json is not None
    assert rendered.provider == base64.b64decode(answer.data[0].b64_json)


def rgba(mask: bytes) -> bytes:
    alpha = Image.fromarray(masks.decode(mask))
    return encode(Image.merge("RGBA", [alpha] * 4))


def test_generating_sends_no_picture(fake: FakeOpenAI) -> None:
    made = tile(operation="generate", mask=None, mask_sha256=None, source=None, size=(96, 64))

    (rendered,) = OpenAI(client(fake), "alpha").render([made], None, None, no_wait)

    (request,) = fake.requests
    assert request.route == "generations"
    assert set(request.fields) == {"model", "prompt", "n", "size", "quality"}
    assert request.size == "1536x1024"
    assert decode(rendered.png).size == (96, 64)
    assert rendered.outside_changed is None


def test_a_variation_is_an_edit_without_a_mask(fake: FakeOpenAI) -> None:
    made = tile(operation="variation", mask=None, mask_sha256=None)

    (rendered,) = OpenAI(client(fake), "alpha").render([made], source_of(made), None, no_wait)

    (request,) = fake.requests
    assert request.route == "edits"
    assert len(request.images) == 1
    assert request.mask is None
    assert rendered.outside_changed is None
    assert rendered.provider is not None
    assert np.array_equal(pixels(rendered.png), pixels(rendered.provider, (64, 64)))


def test_outpainting_keeps_the_old_part_of_a_larger_canvas(fake: FakeOpenAI) -> None:
    made = tile(operation="outpaint", mask="right", size=(128, 64))
    canvas = source_of(made)

    (rendered,) = OpenAI(client(fake), "alpha").render(
        [made], canvas, mask_of(made, "right"), no_wait
    )

    (request,) = fake.requests
    assert request.route == "edits"
    assert request.mask is not None
    assert decode(rendered.png).size == (128, 64)
    ours, was = pixels(rendered.png), pixels(canvas, (128, 64))
    assert np.array_equal(ours[:, :64], was[:, :64])
    assert abs(ours - was)[:, 70:].max() > CHANGED


def test_tiles_that_differ_by_their_sample_are_one_request(fake: FakeOpenAI) -> None:
    made = [tile(sample=number) for number in range(3)]

    rendered = OpenAI(client(fake), "alpha").render(
        made, source_of(made[0]), mask_of(made[0]), no_wait
    )

    (request,) = fake.requests
    assert request.n == 3
    assert len({each.png for each in rendered}) == 3
    assert sum(each.usd or 0 for each in rendered) == pytest.approx(
        3 * 0.006 + 1250 * 8e-6, abs=1e-4
    )


def test_a_picture_is_fetched_from_where_it_lies(fake: FakeOpenAI) -> None:
    made = tile()
    engine = OpenAI(client(fake), "alpha")
    (inline,) = engine.render([made], source_of(made), mask_of(made), no_wait)
    fake.answers = "url"

    (fetched,) = engine.render([made], source_of(made), mask_of(made), no_wait)

    assert fetched.provider == inline.provider
    assert fetched.png == inline.png


def test_a_picture_of_another_size_or_mode_is_brought_to_the_tiles(fake: FakeOpenAI) -> None:
    grey = encode(noise((300, 300)).convert("LA"))

    (rendered,) = ask(saying(pictures(grey)))

    assert decode(rendered.png).size == (64, 64)
    assert decode(rendered.png).mode == "RGB"
    assert rendered.provider == grey


# What is sent


def test_only_what_was_asked_for_is_sent(fake: FakeOpenAI) -> None:
    engine = OpenAI(client(fake), "alpha")
    plain, fine = tile(options={}), tile(options={"quality": "high"})

    for made in (plain, fine):
        engine.render([made], source_of(made), mask_of(made), no_wait)

    without, with_quality = (set(request.fields) for request in fake.requests)
    assert without == {"model", "prompt", "n", "size", "image", "mask"}
    assert with_quality == without | {"quality"}
    assert fake.requests[1].quality == "high"
    assert fake.requests[1].prompt == fine.prompt
    assert fake.requests[1].model == MODEL


def test_one_call_is_one_request_after_its_turn(fake: FakeOpenAI) -> None:
    seen: list[int] = []

    OpenAI(client(fake), "alpha").render(
        [tile()], source_of(tile()), mask_of(tile()), lambda: seen.append(len(fake.requests))
    )

    assert seen == [0]
    assert len(fake.requests) == 1


def test_without_a_turn_nothing_is_asked(fake: FakeOpenAI) -> None:
    def later() -> None:
        raise NoSlotYet("The next turn comes in 60 s.")

    with pytest.raises(NoSlotYet):
        OpenAI(client(fake), "alpha").render([tile()], source_of(tile()), mask_of(tile()), later)

    assert fake.requests == []


def test_the_mask_goes_out_with_alpha_0_where_to_edit() -> None:
    wire = Wire()

    OpenAI(wire.client, "alpha").render([tile()], source_of(tile()), mask_of(tile()), no_wait)

    mask = decode(wire.sent("mask"))
    assert (mask.mode, mask.size) == ("RGBA", SQUARE)
    assert np.array_equal(np.asarray(mask.getchannel("A")), masks.draw("left", SQUARE))


def test_the_mask_goes_out_white_where_to_edit_when_the_server_reads_it_so() -> None:
    wire = Wire()

    OpenAI(wire.client, "white").render([tile()], source_of(tile()), mask_of(tile()), no_wait)

    mask = decode(wire.sent("mask"))
    assert (mask.mode, mask.size) == ("L", SQUARE)
    assert np.array_equal(np.asarray(mask), 255 - masks.draw("left", SQUARE))


def test_both_conventions_in_one_process_do_not_mix() -> None:
    for convention, mode in (("alpha", "RGBA"), ("white", "L"), ("alpha", "RGBA")):
        wire = Wire()
        OpenAI(wire.client, convention).render(
            [tile()], source_of(tile()), mask_of(tile()), no_wait
        )
        assert decode(wire.sent("mask")).mode == mode


@pytest.mark.parametrize(
    ("size", "asked", "left", "top"),
    [
        ((128, 32), (1536, 1024), 0, 320),
        ((32, 128), (1024, 1536), 320, 0),
        ((96, 64), (1536, 1024), 0, 0),
        ((100, 90), (1024, 1024), 0, 51),
    ],
)
def test_a_tile_of_another_shape_lies_in_the_middle_with_its_edges_mirrored(
    size: tuple[int, int], asked: tuple[int, int], left: int, top: int
) -> None:
    wire, made = Wire(), tile(size=size)
    source = encode(noise(inner(made)))

    OpenAI(wire.client, "alpha").render([made], source, mask_of(made), no_wait)

    assert wire.forms[0].values["size"] == "x".join(map(str, asked))
    sent, was = pixels(wire.sent("image")), pixels(source)
    height, width = was.shape[:2]
    assert sent.shape == (asked[1], asked[0], 3)
    assert np.array_equal(sent[top : top + height, left : left + width], was)
    assert np.array_equal(sent[:top, left : left + width], was[:top][::-1])
    assert np.array_equal(sent[top : top + height, :left], was[:, :left][:, ::-1])
    alpha = np.asarray(decode(wire.sent("mask")).getchannel("A"))
    assert alpha.shape == sent.shape[:2]
    where = np.full(alpha.shape, 255)
    where[top : top + height, left : left + width] = masks.draw("left", inner(made))
    assert np.array_equal(alpha, where)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(width=st.integers(32, 300), height=st.integers(32, 300))
def test_a_provider_that_gives_the_picture_back_changes_nothing(width: int, height: int) -> None:
    made = tile(size=(width, height), preserve=False)
    source = source_of(made)

    (rendered,) = OpenAI(Wire().client, "alpha").render([made], source, mask_of(made), no_wait)

    ours = decode(rendered.png).convert("RGB")
    assert ours.size == (width, height)
    assert rendered.outside_changed == 0
    quarter = [(x, y) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]
    for at, colour in zip(quarter, (RED, GREEN, BLUE, GOLD), strict=True):
        assert near(ours.getpixel(at), colour)


def test_every_size_that_is_asked_for_is_one_the_provider_takes(fake: FakeOpenAI) -> None:
    fake.cheap = True
    try:
        for model in (MODEL, "gpt-image-2", "gpt-image-2.5-flare"):
            for size in ((64, 64), (1536, 512), (512, 2048), (1000, 900), (1280, 720)):
                made = tile(model=model, size=size, preserve=False)
                (rendered,) = OpenAI(client(fake), "alpha").render(
                    [made], source_of(made), mask_of(made), no_wait
                )
                assert decode(rendered.png).size == size
    finally:
        fake.cheap = False
    assert {request.status for request in fake.requests} == {200}


# What it costs


def test_the_cost_is_what_the_answer_says_it_used(fake: FakeOpenAI) -> None:
    usage = {
        "input_tokens": 1100,
        "input_tokens_details": {"text_tokens": 100, "image_tokens": 1000},
        "output_tokens": 200,
        "total_tokens": 1300,
    }

    (rendered,) = ask(saying(pictures(encode(quarters(SQUARE)), usage=usage)))

    assert rendered.usd == pytest.approx(100 * 5e-6 + 1000 * 8e-6 + 200 * 30e-6)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        {"total_tokens": 5},
        {"output_tokens": 200},
        {"output_tokens": 200, "input_tokens_details": None},
        {"output_tokens": 200, "input_tokens_details": {"text_tokens": 1}},
        {"output_tokens": "many", "input_tokens_details": {"text_tokens": 1, "image_tokens": 1}},
    ],
)
def test_a_cost_that_is_said_in_part_is_not_known(usage: Any) -> None:
    more = {} if usage is None else {"usage": usage}

    (rendered,) = ask(saying(pictures(encode(quarters(SQUARE)), **more)))

    assert rendered.usd is None


# What goes wrong


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("429", RateLimited),
        ("500", Overloaded),
        ("503", Overloaded),
        ("moderation", Refused),
        ("quota", QuotaExhausted),
        ("billing", QuotaExhausted),
        ("drop", ConnectionLost),
        ("drop_after", ConnectionLost),
        ("truncate", ConnectionLost),
        ("timeout", TimedOut),
    ],
)
def test_each_failure_has_its_name_and_is_asked_once(
    fake: FakeOpenAI, fault: str, expected: type[CollageError]
) -> None:
    fake.faults = Faults({1: fault})

    with pytest.raises(CollageError) as raised:
        OpenAI(client(fake, timeout=0.5 if fault == "timeout" else 30), "alpha").render(
            [tile()], source_of(tile()), mask_of(tile()), no_wait
        )

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


def usage(output: int) -> dict[str, Any]:
    seen = {"text_tokens": 0, "image_tokens": 0}
    return {"input_tokens": 0, "input_tokens_details": seen, "output_tokens": output}


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


# The stack's own client


def test_the_stacks_client_retries_nothing_and_keeps_the_settings(
    aws: None, fake: FakeOpenAI
) -> None:
    boto3.client("secretsmanager").create_secret(Name="the-key", SecretString=f" {KEY}\n")
    provider = OpenAISettings(
        secret="the-key", base_url=fake.base_url, timeout=9, mask_convention="white"
    )

    engine = load(Tools(Settings(uploads_bucket="", collages_bucket=""), {"openai": provider}))

    assert engine.mask_convention == "white"
    assert engine.client.max_retries == 0
    assert engine.client.timeout == 9
    assert engine.client.api_key == KEY
    assert str(engine.client.base_url).rstrip("/") == fake.base_url
