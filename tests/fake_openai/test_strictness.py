"""The server is tried with the real SDK: what is right is answered, what is wrong is refused."""

import base64
import dataclasses
import io
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import openai
import pytest
from openai.types import image_edit_params, image_generate_params
from openai.types.chat import completion_create_params
from openai.types.responses import response_create_params
from PIL import Image
from pydantic import BaseModel, Field, ValidationError

from tests.fake_openai import FakeOpenAI, Faults, Filtered, Refusal, TooLong, images, language
from tests.unit.pictures import decode, encode, noise, plain, quarters

MODEL = "gpt-image-2.5-flare"
SMALL = "1024x640"
SOURCE = encode(quarters((96, 64)))
CLIENTS: list[openai.OpenAI] = []


class Styles(BaseModel):
    styles: list[str] = Field(min_length=1, max_length=12)


class Style(BaseModel):
    name: str
    period: int


class Catalogue(BaseModel):
    title: str
    styles: list[Style]


def client(fake: FakeOpenAI, **options: Any) -> openai.OpenAI:
    given = {"api_key": "sk-test", "max_retries": 0, "timeout": 20, **options}
    made = openai.OpenAI(base_url=fake.base_url, **given)
    CLIENTS.append(made)
    return made


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    """Close every client a test has made."""
    yield
    while CLIENTS:
        CLIENTS.pop().close()


def png(data: bytes = SOURCE) -> tuple[str, bytes, str]:
    return ("source.png", data, "image/png")


def half_mask(size: tuple[int, int] = (96, 64)) -> bytes:
    """The left half is to be edited."""
    mask = Image.new("RGBA", size, (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    return encode(mask)


def edit(fake: FakeOpenAI, prompt: str = "In the style of Cubism", **changes: Any) -> Any:
    request = {"model": MODEL, "image": png(), "mask": half_mask(), "size": SMALL} | changes
    kept = {name: value for name, value in request.items() if value is not None}
    return client(fake).images.edit(prompt=prompt, **kept)


def pixels(answer: Any, index: int = 0) -> np.ndarray:
    picture = decode(base64.b64decode(answer.data[index].b64_json))
    return np.asarray(picture.convert("RGB")).astype(int)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
def fake(server: FakeOpenAI) -> FakeOpenAI:
    """The server with nothing recorded yet."""
    server.requests.clear()
    server.images = 0
    return server


# What is right.


def test_an_edit_repaints_the_mask_and_disturbs_the_rest(fake: FakeOpenAI) -> None:
    painted = pixels(edit(fake))
    source = np.asarray(decode(SOURCE).convert("RGB").resize((1024, 640), 2)).astype(int)
    difference = np.abs(painted - source).max(axis=-1)

    assert painted.shape == (640, 1024, 3)
    assert (difference[:, :512] > 40).mean() > 0.5
    outside = difference[:, 512:]
    assert (outside > 0).mean() > 0.9
    assert np.median(outside) < 30


def test_an_edit_without_a_mask_repaints_all(fake: FakeOpenAI) -> None:
    painted = pixels(edit(fake, mask=None))
    source = np.asarray(decode(SOURCE).convert("RGB").resize((1024, 640), 2)).astype(int)
    assert (np.abs(painted - source).max(axis=-1) > 40).mean() > 0.5


def test_pictures_differ_by_prompt_index_and_seed_and_by_nothing_else(fake: FakeOpenAI) -> None:
    first = edit(fake, n=2)
    assert first.data[0].b64_json != first.data[1].b64_json
    assert first.data[0].b64_json == edit(fake).data[0].b64_json
    assert first.data[0].b64_json != edit(fake, prompt="In another").data[0].b64_json
    with FakeOpenAI(seed=1) as other:
        assert first.data[0].b64_json != edit(other).data[0].b64_json


@pytest.mark.parametrize(("output_format", "name"), [("jpeg", "JPEG"), ("webp", "WEBP")])
def test_the_output_format_is_what_was_asked_for(
    fake: FakeOpenAI, output_format: str, name: str
) -> None:
    answer = edit(fake, output_format=output_format, output_compression=70, quality="max")
    assert decode(base64.b64decode(answer.data[0].b64_json)).format == name
    assert (answer.output_format, answer.size, answer.quality) == (output_format, SMALL, "max")


def test_a_transparent_background_is_transparent(fake: FakeOpenAI) -> None:
    answer = client(fake).images.generate(model=MODEL, prompt="A barn", background="transparent")
    picture = decode(base64.b64decode(answer.data[0].b64_json))
    assert picture.getchannel("A").getextrema() == (0, 255)


@pytest.mark.parametrize(
    ("source", "expected"),
    [((60, 60), "1024x1024"), ((90, 60), "1536x1024"), ((40, 60), "1024x1536")],
)
def test_the_automatic_size_follows_the_source(
    fake: FakeOpenAI, source: tuple[int, int], expected: str
) -> None:
    image = png(encode(plain(source)))
    assert edit(fake, image=image, mask=None, size="auto").size == expected


def test_generations_make_as_many_pictures_as_asked_for(fake: FakeOpenAI) -> None:
    answer = client(fake).images.generate(model="gpt-image-2", prompt="A barn", n=3, size=SMALL)
    assert len({item.b64_json for item in answer.data}) == 3
    assert decode(base64.b64decode(answer.data[0].b64_json)).size == (1024, 640)
    assert fake.images == 3


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP"])
def test_other_formats_of_sources_are_taken(fake: FakeOpenAI, file_format: str) -> None:
    data = encode(quarters((96, 64)), file_format)
    edit(fake, image=("source", data, f"image/{file_format.lower()}"))
    assert fake.images == 1


def test_a_mask_may_come_without_its_type_and_a_picture_by_its_name(fake: FakeOpenAI) -> None:
    file = io.BytesIO(SOURCE)
    file.name = "source.png"
    edit(fake, image=file, mask=io.BytesIO(half_mask()))
    assert fake.images == 1


def test_the_usage_comes_to_the_published_price(fake: FakeOpenAI) -> None:
    usage = edit(fake, size="1024x1024", quality="low").usage
    assert usage.output_tokens * 30 / 1e6 == pytest.approx(0.006)
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert usage.input_tokens_details.image_tokens > 0


def test_headers_tell_the_request_and_the_limits() -> None:
    with FakeOpenAI(limit_per_second=5, burst=10) as fake:
        raw = client(fake).images.with_raw_response.generate(model=MODEL, prompt="A barn", n=2)
    assert raw.headers["x-request-id"] == "req_00000001"
    assert raw.headers["x-ratelimit-limit-requests"] == "300"
    assert raw.headers["x-ratelimit-limit-images"] == "300"
    assert raw.headers["x-ratelimit-remaining-images"] == "8"


def test_pictures_may_be_answered_by_address() -> None:
    with FakeOpenAI(answers="url") as fake:
        item = edit(fake).data[0]
        assert item.b64_json is None
        with urllib.request.urlopen(item.url) as reply:
            picture = decode(reply.read())
            assert reply.headers["content-type"] == "image/png"
    assert picture.size == (1024, 640)


def test_cheap_pictures_have_the_size_and_format() -> None:
    with FakeOpenAI(cheap=True) as fake:
        picture = decode(base64.b64decode(edit(fake, output_format="webp").data[0].b64_json))
    assert (picture.size, picture.format) == ((1024, 640), "WEBP")


def test_everything_that_came_is_on_record(fake: FakeOpenAI) -> None:
    edit(fake, image=[png(), png()], n=2, quality="low", user="me")
    record = fake.requests[0]
    assert (record.method, record.path, record.route) == ("POST", "/v1/images/edits", "edits")
    assert (record.model, record.prompt, record.n) == (MODEL, "In the style of Cubism", 2)
    assert (record.size, record.quality, record.status) == (SMALL, "low", 200)
    assert len(record.images) == 2
    assert len(set(record.images)) == 1
    assert record.mask not in record.images
    sent = {"prompt", "model", "n", "size", "quality", "user", "image[]", "mask"}
    assert set(record.fields) == sent
    assert record.body["user"] == "me"
    assert record.headers["authorization"] == "Bearer sk-test"
    assert record.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert (record.billed, record.fault, record.code) == (2, None, None)


def test_the_report_tells_another_process(fake: FakeOpenAI) -> None:
    edit(fake)
    with urllib.request.urlopen(f"{fake.origin}/fake/report") as reply:
        report = json.load(reply)
    assert report["images"] == 1
    assert report["requests"][0]["body"]["model"] == MODEL


# What is wrong.

MANY = [png() for _ in range(17)]
CUT = encode(noise((64, 64)))[:4000]
OPAQUE = encode(plain((96, 64)))
PALETTE = encode(plain((96, 64)).convert("P"), transparency=0)

WRONG_EDITS = {
    "no prompt": ({"prompt": ""}, "empty_string", "prompt"),
    "long prompt": ({"prompt": "x" * 32_001}, "string_above_max_length", "prompt"),
    "no model": ({"model": None}, "missing_required_parameter", "model"),
    "n zero": ({"n": 0}, "integer_below_min_value", "n"),
    "n eleven": ({"n": 11}, "integer_above_max_value", "n"),
    "n words": ({"n": "two"}, "invalid_type", "n"),
    "too small": ({"size": "512x512"}, "invalid_value", "size"),
    "too large": ({"size": "3840x2176"}, "invalid_value", "size"),
    "not of 16": ({"size": "1000x1000"}, "invalid_value", "size"),
    "too long": ({"size": "2048x512"}, "invalid_value", "size"),
    "side too long": ({"size": "3856x1536"}, "invalid_value", "size"),
    "no size": ({"size": "large"}, "invalid_value", "size"),
    "free size": ({"size": SMALL, "model": "gpt-image-2.6-flare"}, "invalid_value", "size"),
    "hd": ({"quality": "hd"}, "invalid_value", "quality"),
    "xhigh on 2": ({"quality": "xhigh", "model": "gpt-image-2"}, "invalid_value", "quality"),
    "background": ({"background": "red"}, "invalid_value", "background"),
    "clear jpeg": (
        {"background": "transparent", "output_format": "jpeg"},
        "invalid_value",
        "background",
    ),
    "gif": ({"output_format": "gif"}, "invalid_value", "output_format"),
    "lossy png": ({"output_compression": 50}, "invalid_png_output_compression", None),
    "compression": (
        {"output_format": "webp", "output_compression": 101},
        "integer_above_max_value",
        "output_compression",
    ),
    "fidelity": ({"input_fidelity": "high"}, "unsupported_parameter", "input_fidelity"),
    "frames": ({"frame_count": 4}, "unsupported_parameter", "frame_count"),
    "svg": ({"svg": {"model": "gpt-6"}}, "unsupported_parameter", "svg[model]"),
    "stream": ({"stream": True}, "unsupported_value", "stream"),
    "response_format": (
        {"response_format": "b64_json"},
        "unknown_parameter",
        "response_format",
    ),
    "moderation": ({"extra_body": {"moderation": "low"}}, "unknown_parameter", "moderation"),
    "seed": ({"extra_body": {"seed": 1}}, "unknown_parameter", "seed"),
    "mask_image": ({"extra_body": {"mask_image": "x"}}, "unknown_parameter", "mask_image"),
    "no images": ({"image": [], "mask": half_mask()}, "missing_required_parameter", "image"),
    "many images": ({"image": MANY}, "array_above_max_length", "image"),
    "bare bytes": ({"image": SOURCE}, "unsupported_file_mimetype", "image"),
    "bare in list": ({"image": [png(), SOURCE]}, "unsupported_file_mimetype", "image[1]"),
    "gif image": (
        {"image": ("a.gif", encode(plain((96, 64)), "GIF"), "image/gif")},
        "unsupported_file_mimetype",
        "image",
    ),
    "no picture": ({"image": png(b"nothing")}, "invalid_image_file", "image"),
    "cut picture": ({"image": png(CUT), "mask": None}, "invalid_image_file", "image"),
    "bmp as png": (
        {"image": png(encode(plain((96, 64)), "BMP"))},
        "invalid_image_file",
        "image",
    ),
    "mask size": ({"mask": half_mask((64, 96))}, "invalid_mask_image_format", "mask"),
    "mask opaque": ({"mask": OPAQUE}, "invalid_mask_image_format", "mask"),
    "mask palette": ({"mask": PALETTE}, "invalid_mask_image_format", "mask"),
    "mask webp": (
        {"mask": encode(plain((96, 64), (0, 0, 0, 0), "RGBA"), "WEBP")},
        "invalid_mask_image_format",
        "mask",
    ),
    "mask of second": (
        {"image": [png(encode(plain((32, 32)))), png()]},
        "invalid_mask_image_format",
        "mask",
    ),
    "mask too big": (
        {"mask": half_mask() + bytes(images.MAX_MASK_BYTES)},
        "file_too_large",
        "mask",
    ),
}


@pytest.mark.parametrize(("changes", "code", "param"), WRONG_EDITS.values(), ids=WRONG_EDITS)
def test_a_wrong_edit_is_refused(
    fake: FakeOpenAI, changes: dict[str, Any], code: str, param: str | None
) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        edit(fake, **changes)
    error = refusal.value
    assert (error.status_code, error.code) == (400, code)
    assert param in {None, error.param}
    user_error = code.startswith(("invalid_image", "invalid_mask", "invalid_png"))
    assert error.type == ("image_generation_user_error" if user_error else "invalid_request_error")
    assert set(error.body) == {"message", "type", "param", "code"}
    assert error.request_id
    assert fake.images == 0
    assert (fake.requests[-1].status, fake.requests[-1].code) == (400, code)


def test_a_picture_of_fifty_megabytes_is_refused(fake: FakeOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        edit(fake, image=png(SOURCE + bytes(images.MAX_IMAGE_BYTES - len(SOURCE))))
    assert (refusal.value.code, refusal.value.param) == ("file_too_large", "image")


WRONG_GENERATIONS = {
    "style": ({"style": "vivid"}, "unknown_parameter"),
    "response_format": ({"response_format": "url"}, "unknown_parameter"),
    "unknown": ({"extra_body": {"guidance_scale": 3}}, "unknown_parameter"),
    "image": ({"extra_body": {"image": "x"}}, "unknown_parameter"),
    "no prompt": ({"prompt": None}, "missing_required_parameter"),
    "n as text": ({"n": "2"}, "invalid_type"),
    "n as truth": ({"n": True}, "invalid_type"),
    "too small": ({"size": "768x768"}, "invalid_value"),
    "quality": ({"quality": "standard"}, "invalid_value"),
    "quality as number": ({"quality": 1}, "invalid_type"),
    "moderation": ({"moderation": "none"}, "invalid_value"),
}


@pytest.mark.parametrize(("changes", "code"), WRONG_GENERATIONS.values(), ids=WRONG_GENERATIONS)
def test_a_wrong_generation_is_refused(
    fake: FakeOpenAI, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        client(fake).images.generate(**({"model": MODEL, "prompt": "A barn"} | changes))
    assert refusal.value.code == code


@pytest.mark.parametrize("model", ["dall-e-2", "dall-e-3", "gpt-image-1", "gpt-image-9"])
def test_a_model_that_is_no_more_is_not_found(fake: FakeOpenAI, model: str) -> None:
    with pytest.raises(openai.NotFoundError) as refusal:
        edit(fake, model=model)
    assert refusal.value.code == "model_not_found"


def test_retired_variations_are_not_found(fake: FakeOpenAI) -> None:
    with pytest.warns(DeprecationWarning, match="deprecated"), pytest.raises(openai.NotFoundError):
        client(fake).images.create_variation(image=png())


@pytest.mark.parametrize("route", ["edits", "generations", "chat", "responses"])
def test_a_wrong_key_is_refused_at_every_door(fake: FakeOpenAI, route: str) -> None:
    stranger = client(fake, api_key="sk-other")
    calls = {
        "edits": lambda: stranger.images.edit(model=MODEL, image=png(), prompt="x"),
        "generations": lambda: stranger.images.generate(model=MODEL, prompt="x"),
        "chat": lambda: stranger.chat.completions.create(
            model="gpt-6-luna", messages=[{"role": "user", "content": "x"}]
        ),
        "responses": lambda: stranger.responses.create(model="gpt-6-luna", input="x"),
    }
    with pytest.raises(openai.AuthenticationError) as refusal:
        calls[route]()
    assert refusal.value.code == "invalid_api_key"


def raw_post(fake: FakeOpenAI, path: str, body: bytes, content_type: str) -> dict[str, Any]:
    """A request the SDK would not send; the error it is answered with."""
    headers = {"Authorization": "Bearer sk-test", "Content-Type": content_type}
    request = urllib.request.Request(f"{fake.base_url}{path}", body, headers)
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request)
    with refusal.value as reply:
        return json.load(reply)["error"]


def multipart(*parts: str) -> tuple[bytes, str]:
    body = "".join(f"--cut\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    return f"{body}--cut--\r\n".encode(), "multipart/form-data; boundary=cut"


def test_bodies_of_another_kind_are_refused(fake: FakeOpenAI) -> None:
    error = raw_post(fake, "/images/edits", b"{}", "application/json")
    assert error["code"] == "unsupported_content_type"
    error = raw_post(fake, "/images/generations", b"not json", "application/json")
    assert error["type"] == "invalid_request_error"
    error = raw_post(fake, "/images/edits", b"nothing", "multipart/form-data")
    assert error["type"] == "invalid_request_error"


def test_forms_the_sdk_would_not_send_are_refused(fake: FakeOpenAI) -> None:
    named = (f'name="model"\r\n\r\n{MODEL}', 'name="prompt"\r\n\r\nA barn')
    twice = raw_post(fake, "/images/edits", *multipart(*named, named[1]))
    assert (twice["code"], twice["param"]) == ("duplicate_parameter", "prompt")
    no_prompt = raw_post(fake, "/images/edits", *multipart(named[0]))
    assert (no_prompt["code"], no_prompt["param"]) == ("missing_required_parameter", "prompt")
    as_text = raw_post(fake, "/images/edits", *multipart(*named, 'name="image"\r\n\r\nabc'))
    assert (as_text["code"], as_text["param"]) == ("invalid_type", "image")
    file = 'name="image"; filename="a.png"\r\n\r\nabc'
    no_type = raw_post(fake, "/images/edits", *multipart(*named, file))
    assert no_type["code"] == "missing_file_mimetype"


def test_the_fields_are_those_of_the_sdk() -> None:
    def names(*types: Any) -> set[str]:
        return {name for one in types for name in one.__annotations__}

    def known(fields: frozenset[str]) -> set[str]:
        return {name.removesuffix("[]") for name in fields}

    edits = names(image_edit_params.ImageEditParamsBase) | {"stream"}
    generations = names(image_generate_params.ImageGenerateParamsBase) | {"stream"}
    assert known(images.FIELDS["edits"]) == edits - images.RETIRED_FIELDS
    assert known(images.FIELDS["generations"]) == generations - images.RETIRED_FIELDS
    chat = names(completion_create_params.CompletionCreateParamsBase) | {"stream"}
    responses = names(response_create_params.ResponseCreateParamsBase) | {"stream"}
    assert language.FIELDS["chat"] == chat
    assert language.FIELDS["responses"] == responses


# The rate limit.


def test_the_limit_counts_pictures_and_says_when_to_return() -> None:
    clock = [0.0]
    with FakeOpenAI(limit_per_second=0.5, burst=4, clock=lambda: clock[0], cheap=True) as fake:
        edit(fake, n=3)
        with pytest.raises(openai.RateLimitError) as refusal:
            edit(fake, n=2)
        error = refusal.value
        assert (error.code, error.type) == ("rate_limit_exceeded", "requests")
        assert error.response.headers["retry-after"] == "2"
        assert error.response.headers["retry-after-ms"] == "2000"
        edit(fake, n=1)
        clock[0] = 1.9
        with pytest.raises(openai.RateLimitError):
            edit(fake)
        clock[0] = 2.0
        edit(fake)
        assert fake.images == 5
        assert [record.status for record in fake.requests] == [200, 429, 200, 429, 200]


def test_the_limit_holds_against_a_crowd_and_each_key_has_its_own() -> None:
    with FakeOpenAI(limit_per_second=1, burst=7, clock=lambda: 0.0, key=None, cheap=True) as fake:
        ours, theirs = client(fake), client(fake, api_key="sk-theirs")

        def one(_: int) -> int:
            try:
                ours.images.generate(model=MODEL, prompt="A barn")
            except openai.RateLimitError as error:
                return error.status_code
            return 200

        with ThreadPoolExecutor(40) as crowd:
            statuses = list(crowd.map(one, range(100)))
        assert (statuses.count(200), statuses.count(429)) == (7, 93)
        theirs.images.generate(model=MODEL, prompt="A barn")
    assert fake.images == 8


def test_a_wrong_request_costs_nothing_of_the_limit() -> None:
    with FakeOpenAI(limit_per_second=1, burst=1, clock=lambda: 0.0, cheap=True) as fake:
        with pytest.raises(openai.BadRequestError):
            edit(fake, n=11)
        edit(fake)


def test_a_hundred_requests_at_once_are_answered() -> None:
    together = threading.Barrier(100, timeout=30)
    with FakeOpenAI(cheap=True, latency=0.2) as fake:
        shared = client(fake)

        def one(number: int) -> int:
            together.wait()
            answer = shared.images.edit(
                model=MODEL, image=png(), mask=half_mask(), prompt=f"Barn {number}", size=SMALL
            )
            return len(answer.data)

        with ThreadPoolExecutor(100) as crowd:
            assert sum(crowd.map(one, range(100))) == 100
        assert fake.images == 100
        assert fake.peak > 1


# The faults, as the SDK sees them.

FAULTS = {
    "429": (openai.RateLimitError, "rate_limit_exceeded", 429, 0),
    "quota": (openai.RateLimitError, "insufficient_quota", 429, 0),
    "500": (openai.InternalServerError, None, 500, 0),
    "503": (openai.InternalServerError, None, 503, 0),
    "moderation": (openai.BadRequestError, "moderation_blocked", 400, 0),
    "billing": (openai.BadRequestError, "billing_hard_limit_reached", 400, 0),
    "timeout": (openai.APITimeoutError, None, None, 0),
    "drop": (openai.APIConnectionError, None, None, 0),
    "drop_after": (openai.APIConnectionError, None, None, 1),
    "truncate": (openai.APIConnectionError, None, 200, 1),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_the_right_exception_and_the_next_request_is_well(kind: str) -> None:
    expected, code, status, billed = FAULTS[kind]
    with FakeOpenAI(faults=Faults({2: kind}), cheap=True) as fake:
        ours = client(fake)
        hasty = ours.with_options(timeout=0.3) if kind == "timeout" else ours
        ours.images.generate(model=MODEL, prompt="A barn")
        with pytest.raises(expected) as failure:
            hasty.images.generate(model=MODEL, prompt="A barn")
        ours.images.generate(model=MODEL, prompt="A barn")
        assert type(failure.value) is expected
        assert failure.value.code == code
        record = fake.requests[1]
        assert (record.status, record.fault, record.billed) == (status, kind, billed)
        assert fake.images == 2 + billed


def test_the_types_of_refusals_tell_them_apart() -> None:
    kinds = {1: "moderation", 2: "billing", 3: "quota", 4: "500"}
    types = []
    with FakeOpenAI(faults=Faults(kinds)) as fake:
        for _ in kinds:
            with pytest.raises(openai.APIStatusError) as failure:
                edit(fake)
            types.append(failure.value.type)
    assert types == [
        "image_generation_user_error",
        "billing_limit_user_error",
        "insufficient_quota",
        "server_error",
    ]


def test_a_request_that_is_retried_is_counted_twice() -> None:
    with FakeOpenAI(faults=Faults({1: "drop_after"}), cheap=True) as fake:
        retrying = client(fake, max_retries=1)
        retrying.images.generate(model=MODEL, prompt="A barn")
        assert fake.images == 2
        retries = [record.headers["x-stainless-retry-count"] for record in fake.requests]
        assert retries == ["0", "1"]
        assert "idempotency-key" not in fake.requests[0].headers


def test_routes_count_for_themselves_and_may_be_spared() -> None:
    with FakeOpenAI(faults=Faults({1: "500"}, routes=("edits",)), cheap=True) as fake:
        client(fake).images.generate(model=MODEL, prompt="A barn")
        with pytest.raises(openai.InternalServerError):
            edit(fake)
        edit(fake)


def test_a_prompt_may_be_refused_always_or_fail_a_few_times() -> None:
    faults = Faults(refuse=("Baroque",), prompts={"Cubism": ("500", "429")}, retry_after=0.25)
    with FakeOpenAI(faults=faults, cheap=True) as fake:
        for _ in range(2):
            with pytest.raises(openai.BadRequestError) as refusal:
                edit(fake, "A Baroque barn")
            assert refusal.value.code == "moderation_blocked"
        with pytest.raises(openai.InternalServerError):
            edit(fake, "A Cubism barn")
        with pytest.raises(openai.RateLimitError) as failure:
            edit(fake, "A Cubism barn")
        assert failure.value.response.headers["retry-after-ms"] == "250"
        edit(fake, "A Cubism barn")
        edit(fake, "A barn")


def test_chance_is_the_same_each_time() -> None:
    def struck(faults: Faults) -> list[str | None]:
        return [faults.strike("edits", "x") for _ in range(400)]

    some = struck(Faults(rate=0.25, kinds=("429", "500"), seed=7))
    assert some == struck(Faults.parse("rate=0.25,kinds=429+500,seed=7"))
    assert some != struck(Faults(rate=0.25, kinds=("429", "500"), seed=8))
    assert 60 < sum(kind is not None for kind in some) < 140
    assert {"429", "500", None} == set(some)


def test_a_line_describes_a_plan() -> None:
    plan = Faults.parse("2=drop, 5=429, refuse=Baroque+Dada, routes=edits+chat, retry_after=2.5")
    assert plan.at == {2: "drop", 5: "429"}
    assert plan.always == {"Baroque": "moderation", "Dada": "moderation"}
    assert plan.routes == {"edits", "chat"}
    assert plan.retry_after == 2.5


@pytest.mark.parametrize("spec", ["1=explode", "routes=variations", "often=1", "drop"])
def test_a_plan_that_means_nothing_is_an_error(spec: str) -> None:
    with pytest.raises(ValueError, match=r"fault|route"):
        Faults.parse(spec)


def test_stopping_hangs_up_on_those_who_wait() -> None:
    fake = FakeOpenAI(faults=Faults({1: "timeout"})).start()
    with ThreadPoolExecutor(1) as waiting:
        call = waiting.submit(edit, fake)
        while not fake.requests or fake.requests[0].fault is None:
            threading.Event().wait(0.01)
        fake.stop()
        with pytest.raises(openai.APIConnectionError):
            call.result(timeout=20)
    with pytest.raises(RuntimeError):
        _ = fake.base_url


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "tests.fake_openai", "--faults", "1=503", "--cheap"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            with openai.OpenAI(base_url=url, api_key="sk-test", max_retries=0) as ours:
                with pytest.raises(openai.InternalServerError):
                    ours.images.generate(model=MODEL, prompt="A barn")
                assert ours.images.generate(model=MODEL, prompt="A barn").size == "1024x1024"
        finally:
            process.terminate()
        assert process.wait(timeout=20) == 0


# Text.

ASK = "List 7 art styles as json, 3 words each at most."


def ask_chat(fake: FakeOpenAI, response_format: Any = openai.omit) -> Any:
    method = client(fake).chat.completions
    typed = isinstance(response_format, type)
    return (method.parse if typed else method.create)(
        model="gpt-6-luna",
        messages=[
            {"role": "system", "content": "You know 1000 styles."},
            {"role": "user", "content": ASK},
        ],
        response_format=response_format,
    )


def ask_responses(fake: FakeOpenAI, text_format: Any = Styles) -> Any:
    return client(fake).responses.parse(
        model="gpt-6-luna", instructions="You know 1000 styles.", input=ASK, text_format=text_format
    )


def test_responses_are_parsed(fake: FakeOpenAI) -> None:
    answer = ask_responses(fake)
    assert len(set(answer.output_parsed.styles)) == 7
    assert answer.status == "completed"
    sent = fake.requests[0].body["text"]["format"]
    assert (sent["type"], sent["name"], sent["strict"]) == ("json_schema", "Styles", True)


def test_chat_is_parsed_and_any_schema_is_filled(fake: FakeOpenAI) -> None:
    assert len(ask_chat(fake, Styles).choices[0].message.parsed.styles) == 7
    catalogue = ask_chat(fake, Catalogue).choices[0].message.parsed
    assert len({style.name for style in catalogue.styles}) == 7
    sent = fake.requests[0].body["response_format"]
    assert (sent["type"], sent["json_schema"]["strict"]) == ("json_schema", True)


def test_json_and_plain_text_list_styles_too(fake: FakeOpenAI) -> None:
    answer = ask_chat(fake, {"type": "json_object"}).choices[0].message.content
    assert len(json.loads(answer)["styles"]) == 7
    lines = ask_chat(fake).choices[0].message.content.splitlines()
    assert [line.partition(".")[0] for line in lines] == [str(number) for number in range(1, 8)]
    assert client(fake).responses.create(model="gpt-6-luna", input=ASK).output_text == "\n".join(
        lines
    )


def test_there_are_as_many_styles_as_anyone_may_ask_for() -> None:
    assert len(set(language.styles(1000))) == 1000


def test_the_script_comes_first(fake: FakeOpenAI) -> None:
    fake.say([{"styles": ["Dada"]}, "no json at all", {"styles": []}])
    assert ask_responses(fake).output_parsed.styles == ["Dada"]
    with pytest.raises(ValidationError):
        ask_chat(fake, Styles)
    with pytest.raises(ValidationError):
        ask_responses(fake)
    assert len(ask_responses(fake).output_parsed.styles) == 7


def test_refusals_cuts_and_filters_are_seen_by_the_sdk(fake: FakeOpenAI) -> None:
    fake.say([Refusal("No."), TooLong(), Filtered()])
    message = ask_chat(fake, Styles).choices[0].message
    assert (message.refusal, message.parsed) == ("No.", None)
    with pytest.raises(openai.LengthFinishReasonError):
        ask_chat(fake, Styles)
    with pytest.raises(openai.ContentFilterFinishReasonError):
        ask_chat(fake, Styles)
    fake.say([Refusal("No."), TooLong()])
    answer = ask_responses(fake)
    assert answer.output_parsed is None
    assert answer.output[0].content[0].refusal == "No."
    with pytest.raises(ValidationError):
        ask_responses(fake)
    fake.say([TooLong()])
    cut = client(fake).responses.create(model="gpt-6-luna", input=ASK)
    assert (cut.status, cut.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_a_poorer_server_makes_clients_climb_down() -> None:
    with FakeOpenAI(supports={"text"}) as fake:
        with pytest.raises(openai.NotFoundError):
            ask_responses(fake)
        with pytest.raises(openai.BadRequestError) as refusal:
            ask_chat(fake, Styles)
        assert refusal.value.param == "response_format"
        with pytest.raises(openai.BadRequestError):
            ask_chat(fake, {"type": "json_object"})
        assert ask_chat(fake).choices[0].message.content.startswith("1. ")


def test_text_may_fail_too() -> None:
    with FakeOpenAI(faults=Faults({1: "429", 2: "drop"}, routes=("responses",))) as fake:
        with pytest.raises(openai.RateLimitError):
            ask_responses(fake)
        with pytest.raises(openai.APIConnectionError):
            ask_responses(fake)
        assert len(ask_responses(fake).output_parsed.styles) == 7
        assert fake.images == 0


OPEN_SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
PART_SCHEMA = OPEN_SCHEMA | {"additionalProperties": False, "required": []}
USER = [{"role": "user", "content": "7 styles"}]

WRONG_CHATS = {
    "unknown": ({"extra_body": {"top_k": 1}}, "unknown_parameter"),
    "no messages": ({"messages": []}, "missing_required_parameter"),
    "stream": ({"stream": True}, "unsupported_value"),
    "no word json": ({"response_format": {"type": "json_object"}}, None),
    "no such format": ({"response_format": {"type": "yaml"}}, "invalid_value"),
    "no schema": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}},
        "missing_required_parameter",
    ),
    "no name": (
        {"response_format": {"type": "json_schema", "json_schema": {"schema": {}}}},
        "invalid_value",
    ),
}


@pytest.mark.parametrize(("changes", "code"), WRONG_CHATS.values(), ids=WRONG_CHATS)
def test_a_wrong_chat_is_refused(
    fake: FakeOpenAI, changes: dict[str, Any], code: str | None
) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        client(fake).chat.completions.create(
            **({"model": "gpt-6-luna", "messages": USER} | changes)
        )
    assert refusal.value.code == code


@pytest.mark.parametrize("schema", [OPEN_SCHEMA, PART_SCHEMA, {"type": "array"}])
def test_a_strict_schema_must_be_closed_and_complete(
    fake: FakeOpenAI, schema: dict[str, Any]
) -> None:
    named = {"name": "styles", "strict": True, "schema": schema}
    with pytest.raises(openai.BadRequestError) as refusal:
        client(fake).chat.completions.create(
            model="gpt-6-luna",
            messages=USER,
            response_format={"type": "json_schema", "json_schema": named},
        )
    assert refusal.value.code == "invalid_json_schema"


def test_a_retired_model_of_words_is_not_found(fake: FakeOpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        client(fake).responses.create(model="text-davinci-003", input="7 styles")


def test_records_can_be_written_down(fake: FakeOpenAI) -> None:
    ask_responses(fake)
    assert json.dumps(dataclasses.asdict(fake.requests[0]))
    assert "7 art styles" in fake.requests[0].prompt
