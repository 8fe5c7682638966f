"""What is wrong, sent with the official client: it is refused as by the real service."""

import json
import urllib.error
import urllib.request
from typing import Any

import openai
import pytest
from openai.types import image_edit_params, image_generate_params
from openai.types.chat import completion_create_params
from openai.types.responses import response_create_params

from tests.fake_openai import FakeOpenAI, images, language
from tests.fake_openai.asked import MODEL, SMALL, SOURCE, client, edit, half_mask, png
from tests.unit.pictures import encode, noise, plain

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
