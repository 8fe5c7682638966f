"""What is right, sent with the official client: pictures come of it as from the real service."""

import base64
import io
import json
import urllib.error
import urllib.request
from typing import Any

import numpy as np
import pytest

from tests.fake_openai import FakeOpenAI
from tests.fake_openai.asked import MODEL, SMALL, SOURCE, client, edit, half_mask, png
from tests.unit.pictures import decode, encode, plain, quarters


def pixels(answer: Any, index: int = 0) -> np.ndarray:
    picture = decode(base64.b64decode(answer.data[index].b64_json))
    return np.asarray(picture.convert("RGB")).astype(int)


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


def test_a_second_picture_gives_its_colours_and_the_first_what_is_shown(fake: FakeOpenAI) -> None:
    gold = png(encode(plain((64, 64), (200, 150, 20))))
    painted = pixels(edit(fake, image=[png(), gold], mask=None))

    near = np.abs(painted - (200, 150, 20)).max(axis=-1) < 8
    assert near.mean() > 0.8
    (record,) = fake.requests
    assert len(record.images) == 2


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
