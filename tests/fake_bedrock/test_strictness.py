"""What is wrong, sent with botocore: it is refused as by the real service."""

import base64
import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from PIL import Image

from tests.fake_bedrock import FakeBedrock
from tests.fake_bedrock.asked import IDS, SOURCE, body_of, client, half_mask, invoke, text
from tests.fake_bedrock.models import NAMES
from tests.unit.pictures import encode, noise, plain

PICTURES = [name for name in NAMES if not name.startswith(("nova", "claude"))]
GIF = text(encode(plain((96, 64)), "GIF"))
CUT = text(encode(noise((96, 64)))[:5000])


def refused(*args: Any, code: str = "ValidationException", **changes: Any) -> str:
    """The message of the refusal that a request meets."""
    with pytest.raises(ClientError) as refusal:
        invoke(*args, **changes)
    assert refusal.value.response["Error"]["Code"] == code
    return refusal.value.response["Error"]["Message"]


def of_size(width: int, height: int) -> str:
    return text(encode(plain((width, height)), compress_level=1))


@pytest.mark.parametrize("name", PICTURES)
def test_what_is_right_is_answered_by_every_model(fake: FakeBedrock, name: str) -> None:
    if name.endswith("upscale"):
        answer = invoke(fake, name, image=of_size(64, 64))
    else:
        answer = invoke(fake, name)
    assert set(answer) == {"seeds", "finish_reasons", "images"}
    assert fake.bills == {name: 1}


WRONG = {
    "no prompt": ("inpaint", {"prompt": None}, "required key [prompt] not found"),
    "empty prompt": ("inpaint", {"prompt": " "}, "#/prompt: expected minLength: 1"),
    "long prompt": ("core", {"prompt": "x" * 10_001}, "#/prompt: expected maxLength: 10000"),
    "prompt list": ("core", {"prompt": ["x"]}, "#/prompt: expected type: String, found: JSONArray"),
    "prompt null": ("core", {"prompt": 0}, "#/prompt: expected type: String, found: Integer"),
    "no image": ("inpaint", {"image": None}, "required key [image] not found"),
    "images": ("inpaint", {"image": [text(SOURCE)]}, "found: JSONArray"),
    "mask_image": ("inpaint", {"mask_image": text(SOURCE)}, "Invalid field 'mask_image'"),
    "width": ("core", {"width": 1024}, "Invalid field in request. Available fields: ['prompt', "),
    "preset on core": ("core", {"style_preset": "anime"}, "Invalid field in request"),
    "preset on ultra": ("ultra", {"style_preset": "anime"}, "Invalid field in request"),
    "preset on erase": ("erase", {"style_preset": "anime"}, "Invalid field 'style_preset'"),
    "preset on transfer": ("style-transfer", {"style_preset": "anime"}, "Invalid field"),
    "image on transfer": ("style-transfer", {"image": text(SOURCE)}, "Invalid field 'image'"),
    "prompt on erase": ("erase", {"prompt": "barn"}, "Invalid field 'prompt'"),
    "negative on erase": ("erase", {"negative_prompt": "barn"}, "Invalid field"),
    "negative on outpaint": ("outpaint", {"negative_prompt": "barn"}, "Invalid field"),
    "prompt on fast": ("fast-upscale", {"prompt": "barn"}, "Invalid field 'prompt'"),
    "seed on fast": ("fast-upscale", {"seed": 1}, "Invalid field 'seed'"),
    "mask on search": ("search-replace", {"mask": text(half_mask())}, "Invalid field 'mask'"),
    "no search": ("search-replace", {"search_prompt": None}, "required key [search_prompt]"),
    "no select": ("search-recolor", {"select_prompt": None}, "required key [select_prompt]"),
    "preset": ("inpaint", {"style_preset": "cubism"}, "cubism is not a valid enum value"),
    "ratio": ("core", {"aspect_ratio": "4:3"}, "4:3 is not a valid enum value"),
    "ratio on inpaint": ("inpaint", {"aspect_ratio": "1:1"}, "Invalid field 'aspect_ratio'"),
    "webp on core": ("core", {"output_format": "webp"}, "webp is not a valid enum value"),
    "png in capitals": ("inpaint", {"output_format": "PNG"}, "PNG is not a valid enum value"),
    "seed as text": ("inpaint", {"seed": "7"}, "#/seed: expected type: Integer, found: String"),
    "seed as truth": ("inpaint", {"seed": True}, "#/seed: expected type: Integer, found: Boolean"),
    "seed in part": ("inpaint", {"seed": 7.5}, "#/seed: expected type: Integer, found: Double"),
    "seed below": ("inpaint", {"seed": -1}, "#/seed: -1 is not greater or equal to 0"),
    "seed above": ("inpaint", {"seed": 4_294_967_295}, "is not less or equal to 4294967294"),
    "grow": ("inpaint", {"grow_mask": 21}, "#/grow_mask: 21 is not less or equal to 20"),
    "grow in part": ("inpaint", {"grow_mask": 1.5}, "expected type: Integer, found: Double"),
    "strength as text": ("control-sketch", {"control_strength": "0.7"}, "expected type: Number"),
    "fidelity": ("style-guide", {"fidelity": 1.1}, "#/fidelity: 1.1 is not less or equal to 1"),
    "change": ("style-transfer", {"change_strength": 0.05}, "is not greater or equal to 0.1"),
    "creativity": ("creative-upscale", {"creativity": 0.6}, "0.6 is not less or equal to 0.5"),
    "outpaint nothing": ("outpaint", {"left": 0, "right": 0}, "must be greater than 0"),
    "outpaint far": ("outpaint", {"up": 2001}, "#/up: 2001 is not less or equal to 2000"),
    "weight": ("inpaint", {"prompt": "a (barn:2.5)"}, "must be between 0 and 2"),
    "mode": ("sd3.5-large", {"mode": "inpaint"}, "inpaint is not a valid enum value"),
    "strength alone": ("ultra", {"strength": 0.5}, "strength cannot be sent in mode"),
    "image in text mode": (
        "sd3.5-large",
        {"mode": "text-to-image", "image": text(SOURCE)},
        "mode 'text-to-image' takes no image",
    ),
    "image without mode": ("sd3.5-large", {"image": text(SOURCE)}, "takes no image"),
    "mode without image": ("ultra", {"mode": "image-to-image"}, "needs an image"),
    "no strength": (
        "sd3.5-large",
        {"mode": "image-to-image", "image": text(SOURCE)},
        "required key [strength] not found",
    ),
    "ratio with image": (
        "ultra",
        {"image": text(SOURCE), "aspect_ratio": "1:1"},
        "aspect_ratio cannot be sent",
    ),
    "data URI": ("inpaint", {"image": f"data:image/png;base64,{text(SOURCE)}"}, "data URI"),
    "line breaks": (
        "inpaint",
        {"image": base64.encodebytes(SOURCE).decode()},
        "image is not valid base64",
    ),
    "no padding": ("inpaint", {"mask": text(half_mask()).rstrip("=") + "A"}, "not valid base64"),
    "gif": ("inpaint", {"image": GIF}, "image is not a JPEG, PNG or WebP image"),
    "cut": ("inpaint", {"image": CUT}, "image is not a JPEG, PNG or WebP image"),
    "text": ("inpaint", {"mask": text(b"mask")}, "mask is not a JPEG, PNG or WebP image"),
    "small": ("inpaint", {"image": of_size(96, 63)}, "at least 64 pixels"),
    "long": ("inpaint", {"image": of_size(163, 65)}, "between 1:2.5 and 2.5:1"),
    "large": ("inpaint", {"image": of_size(3073, 3072)}, "it must have 0 to 9437184 pixels"),
    "small to upscale": ("fast-upscale", {"image": of_size(31, 40)}, "at least 32 pixels"),
    "few to upscale": ("fast-upscale", {"image": of_size(32, 31)}, "at least 32 pixels"),
    "long to upscale": ("fast-upscale", {"image": of_size(1537, 64)}, "more than 1536 pixels"),
    "large to upscale": ("fast-upscale", {"image": of_size(1025, 1024)}, "1024 to 1048576 pixels"),
    "large to recreate": ("creative-upscale", {"image": of_size(1025, 1024)}, "1048576 pixels"),
    "no mask": ("inpaint", {"mask": None}, "mask is required"),
    "nothing to erase": ("erase", {"mask": None}, "mask is required"),
}


@pytest.mark.parametrize(("name", "changes", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_body_is_refused(
    fake: FakeBedrock, name: str, changes: dict[str, Any], message: str
) -> None:
    assert message in refused(fake, name, **changes)
    assert fake.requests[-1].status == 400
    assert not fake.bills


def test_the_fields_that_there_are_are_told_in_the_services_words(fake: FakeBedrock) -> None:
    assert json.loads(refused(fake, "control-sketch", text_prompts="x")) == {
        "detail": "Invalid field 'text_prompts' in request. Available fields for control-sketch "
        "are: image, prompt, control_strength, negative_prompt, seed, output_format, style_preset"
    }
    assert json.loads(refused(fake, "ultra", style_preset="anime")) == {
        "detail": "Invalid field in request. Available fields: ['prompt', 'negative_prompt', "
        "'mode', 'strength', 'seed', 'output_format', 'image', 'aspect_ratio']"
    }
    assert refused(fake, "core", prompt=None) == (
        "Malformed input request: #: required key [prompt] not found, please reformat your input "
        "and try again."
    )


@pytest.mark.parametrize("name", [n for n in PICTURES if IDS[n].startswith("us.")])
def test_a_service_is_there_by_its_profile_only(fake: FakeBedrock, name: str) -> None:
    bare = IDS[name].removeprefix("us.")
    assert refused(fake, name, model=bare) == (
        f"Invocation of model ID {bare} with on-demand throughput isn\u2019t supported. Retry your "
        "request with the ID or ARN of an inference profile that contains this model."
    )


IDS_OF_NOTHING = {
    "profile of a bare model": "us.stability.stable-image-core-v1:1",
    "other geography": "eu.stability.stable-image-inpaint-v1:0",
    "guessed": "us.stability.stable-image-outpaint-v1:0",
    "no version": "us.stability.stable-image-inpaint-v1",
    "never was": "stability.stable-image-mega-v1:0",
}


@pytest.mark.parametrize("model", IDS_OF_NOTHING.values(), ids=IDS_OF_NOTHING)
def test_an_id_of_nothing_is_invalid(fake: FakeBedrock, model: str) -> None:
    assert refused(fake, model=model) == "The provided model identifier is invalid."


@pytest.mark.parametrize(
    "model",
    [
        "amazon.nova-canvas-v1:0",
        "amazon.titan-image-generator-v2:0",
        "stability.stable-image-core-v1:0",
    ],
)
def test_a_model_that_is_no_more_has_reached_its_end(fake: FakeBedrock, model: str) -> None:
    message = refused(fake, "core", model=model, code="ResourceNotFoundException")
    assert message == "This model version has reached the end of its life."


@pytest.mark.parametrize(
    ("name", "region"), [("core", "us-east-1"), ("inpaint", "eu-central-1"), ("sd3.5-large", "")]
)
def test_a_model_is_in_its_own_regions_only(fake: FakeBedrock, name: str, region: str) -> None:
    ours = client(fake, region or "us-east-2")
    assert refused(ours, name) == "The provided model identifier is invalid."


def test_a_model_may_be_asked_by_its_arn(fake: FakeBedrock) -> None:
    arn = f"arn:aws:bedrock:us-west-2:123456789012:inference-profile/{IDS['inpaint']}"
    invoke(fake, model=arn)
    assert fake.requests[0].model == "inpaint"
    refused(client(fake, "us-east-1"), model=arn)
    refused(fake, model=arn.replace("123456789012", "210987654321"))


def test_a_mask_may_be_of_any_size_and_its_alpha_counts_for_nothing(fake: FakeBedrock) -> None:
    alpha = Image.new("RGBA", (30, 10), (0, 0, 0, 0))
    answer = invoke(fake, mask=text(encode(alpha)))
    kept = invoke(fake, mask=text(encode(plain((96, 64), 0, "L"))))
    assert answer["images"] == kept["images"]


def test_words_that_are_weighed_are_on_record(fake: FakeBedrock) -> None:
    invoke(fake, prompt=r"a (barn:1.5) and a \(lake:0.5\)")
    invoke(fake, "core", prompt="a (barn:2.5)")
    assert [record.weights for record in fake.requests] == [{"barn": 1.5}, {}]


def test_a_body_of_25_megabytes_is_too_large(fake: FakeBedrock) -> None:
    def answered(length: int) -> int:
        body = json.dumps(body_of("inpaint", negative_prompt="")).encode()
        body += b" " * (length - len(body))
        ours = client(fake)
        try:
            ours.invoke_model(modelId=IDS["inpaint"], body=body, contentType="application/json")
        except ClientError as refusal:
            return refusal.response["ResponseMetadata"]["HTTPStatusCode"]
        return 200

    assert answered(25_000_000) == 200
    assert answered(25_000_001) == 413


def test_what_is_no_json_is_refused(fake: FakeBedrock) -> None:
    ours = client(fake)
    for body, kind in ((b"{", None), (b"[]", None), (b"{}", "text/plain")):
        options = {"contentType": kind} if kind else {}
        with pytest.raises(ClientError, match="ValidationException"):
            ours.invoke_model(modelId=IDS["inpaint"], body=body, **options)


def test_a_stream_is_not_there(fake: FakeBedrock) -> None:
    with pytest.raises(ClientError, match="UnknownOperationException"):
        client(fake).invoke_model_with_response_stream(modelId=IDS["inpaint"], body=b"{}")


WRONG_SIGNATURES = {
    "another key": ({"aws_access_key_id": "AKIANOBODY"}, "UnrecognizedClientException"),
    "another secret": ({"aws_secret_access_key": "guessed"}, "InvalidSignatureException"),
    "a session": ({"aws_session_token": "stale"}, "UnrecognizedClientException"),
    "no signature": ({"signature_version": UNSIGNED}, "MissingAuthenticationTokenException"),
}


@pytest.mark.parametrize(("changes", "code"), WRONG_SIGNATURES.values(), ids=WRONG_SIGNATURES)
def test_a_stranger_is_refused(fake: FakeBedrock, changes: dict[str, str], code: str) -> None:
    with pytest.raises(ClientError) as refusal:
        invoke(client(fake, **changes))
    response = refusal.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (
        code,
        403,
    )
    assert not fake.bills


def raw(fake: FakeBedrock, headers: dict[str, str], body: bytes = b"{}") -> str:
    """The message that a request meets which botocore would not send."""
    path = f"/model/{IDS['inpaint']}/invoke"
    request = urllib.request.Request(f"{fake.url}{path}", body, headers)
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request)
    with refusal.value as reply:
        assert reply.code == 403
        return json.load(reply)["message"]


def test_a_request_without_a_signature_is_refused(fake: FakeBedrock) -> None:
    assert raw(fake, {}) == "Missing Authentication Token"
    assert "Credential" in raw(fake, {"Authorization": "Bearer bedrock-api-key"})


def signed(fake: FakeBedrock, **changes: str) -> dict[str, str]:
    """The headers that botocore would have sent with this request, changed afterwards."""
    sent: list[Any] = []
    ours = client(fake)
    ours.meta.events.register("before-send", lambda request, **_: sent.append(request.headers))
    with pytest.raises(ClientError):
        ours.invoke_model(modelId=IDS["inpaint"], body=b"{}")
    headers = {name.lower(): value for name, value in sent[0].items()}
    headers = {
        name: value.decode() if isinstance(value, bytes) else value
        for name, value in headers.items()
    }
    return {"content-type": ""} | headers | changes


def test_what_was_changed_after_it_was_signed_is_refused(fake: FakeBedrock) -> None:
    assert "does not match" in raw(fake, signed(fake), b'{"prompt": "another"}')
    scoped = signed(fake)["authorization"]
    service = scoped.replace("/bedrock/", "/s3/")
    assert "correct service: 'bedrock'" in raw(fake, signed(fake, authorization=service))
    region = scoped.replace("/us-west-2/", "/us-east-1/")
    assert "does not match" in raw(fake, signed(fake, authorization=region))
    assert "expired" in raw(fake, signed(fake, **{"x-amz-date": "20260101T000000Z"}))
    bare = scoped.replace("host;", "")
    assert "host" in raw(fake, signed(fake, authorization=bare))


def test_a_path_may_be_sent_without_escapes(fake: FakeBedrock) -> None:
    body = json.dumps(body_of("inpaint")).encode()
    keys = Credentials(fake.account.access_key, fake.account.secret_key)
    asked = AWSRequest("POST", f"{fake.url}/model/{IDS['inpaint']}/invoke", {}, body)
    SigV4Auth(keys, "bedrock", "us-west-2").add_auth(asked)
    headers = {"Content-Type": "application/json"} | dict(asked.headers.items())
    with urllib.request.urlopen(urllib.request.Request(asked.url, body, headers)) as reply:
        assert json.load(reply)["finish_reasons"] == [None]
