"""The engine and a strict server: each operation, and how calls end."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from collage.engines.bedrock import models
from collage.engines.bedrock.clients import Clients
from collage.engines.bedrock.engine import Bedrock
from collage.engines.bedrock.settings import BedrockSettings
from collage.engines.call_ends import ENDS, is_counted
from collage.engines.engine import Pictured
from collage.engines.run_guard import MOST_REJECTED
from collage.errors import BadRequest, BrokenAnswer, CollageError, NoSlotYet, RateLimited, Refused
from collage.services import aws_client
from tests.fake_bedrock import FakeBedrock, Faults, denying
from tests.unit.engines.bedrock.asked import (
    MASK,
    REFERENCE,
    SOURCE,
    here,
    materials,
    tile,
)
from tests.unit.pictures import decode


def made(engine: Any, asked: Any) -> Any:
    (rendered,) = engine.render([asked], *materials(asked), here)
    return rendered


def pixels(png: bytes) -> Any:
    return np.asarray(decode(png).convert("RGB"))


def failed(engine: Any, asked: Any) -> CollageError:
    with pytest.raises(CollageError) as raised:
        made(engine, asked)
    return raised.value


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (tile("generate"), "core"),
        (tile("generate", model=models.ULTRA), "ultra"),
        (tile("generate", model=models.SD35_LARGE), "sd3.5-large"),
        (tile("inpaint"), "inpaint"),
        (tile("inpaint", prompt="", styles=()), "erase"),
        (tile("outpaint"), "inpaint"),
        (tile("variation"), "sd3.5-large"),
        (tile("transfer"), "style-transfer"),
        (tile("upscale", size=(384, 256), options={"scale": "4"}), "fast-upscale"),
        (tile("upscale", size=(192, 128), options={"scale": "2"}), "fast-upscale"),
    ],
)
def test_each_operation_brings_a_picture_of_the_tiles_size(
    fake: FakeBedrock, engine: Bedrock, asked: Any, name: str
) -> None:
    rendered = made(Pictured(engine, {"Cubism": REFERENCE}), asked)

    assert Image.open(io.BytesIO(rendered.png)).size == asked.size
    assert Image.open(io.BytesIO(rendered.png)).format == "PNG"
    assert fake.bills == {name: 1}
    assert fake.requests[0].seed == (8 if name != "fast-upscale" else fake.requests[0].seed)


def test_what_the_mask_keeps_is_the_sources_to_the_pixel(
    fake: FakeBedrock, engine: Bedrock
) -> None:
    rendered = made(engine, tile("inpaint"))

    was, ours = pixels(SOURCE), pixels(rendered.png)
    assert (ours[:, 48:] == was[:, 48:]).all()
    assert abs(ours[:, :40].astype(int) - was[:, :40]).max() > 16
    assert rendered.outside_changed is not None


def test_without_preserve_the_answer_stands_as_it_is(fake: FakeBedrock, engine: Bedrock) -> None:
    rendered = made(engine, tile("inpaint", preserve=False))

    assert (pixels(rendered.png)[:, 48:] != pixels(SOURCE)[:, 48:]).any()


def test_an_upscale_by_2_is_one_by_4_made_smaller_and_says_so(
    fake: FakeBedrock, engine: Bedrock
) -> None:
    rendered = made(engine, tile("upscale", size=(192, 128), options={"scale": "2"}))

    assert Image.open(io.BytesIO(rendered.provider)).size == (384, 256)
    assert rendered.measures == {"enlarged_by": 4.0}


def test_the_same_tile_is_the_same_picture_and_another_seed_another(
    fake: FakeBedrock, engine: Bedrock
) -> None:
    one, again, other = (made(engine, tile("generate", seed=seed)).png for seed in (5, 5, 6))

    assert one == again != other


def test_another_seed_than_was_sent_is_noted(fake: FakeBedrock, engine: Bedrock) -> None:
    assert made(engine, tile("inpaint")).measures == {}
    fake.faults = Faults({1: "another_seed"})

    assert made(engine, tile("inpaint")).measures == {"seed": 9.0}


@pytest.mark.parametrize("fault", ["as_jpeg", "half_size", "double_size", "two_images"])
def test_other_formats_and_sizes_are_taken_as_they_come(
    fake: FakeBedrock, engine: Bedrock, fault: str
) -> None:
    fake.faults = Faults({1: fault})

    rendered = made(engine, tile("inpaint"))

    assert (pixels(rendered.png)[:, 48:] == pixels(SOURCE)[:, 48:]).all()


@pytest.mark.parametrize("operation", ["inpaint", "variation", "generate", "transfer"])
def test_a_picture_of_another_shape_is_not_laid_over_its_source(
    fake: FakeBedrock, engine: Bedrock, operation: Any
) -> None:
    fake.faults = Faults(rate=1.0, kinds=("oblong",))

    error = failed(Pictured(engine, {"Cubism": REFERENCE}), tile(operation))

    assert isinstance(error, BrokenAnswer)
    assert "its shape is another" in str(error)


@pytest.mark.parametrize(
    ("fault", "name", "counted", "said"),
    [
        ("throttling", "RateLimited", False, "rate limit is reached: Too many requests"),
        ("not_ready", "Overloaded", False, "The provider answered 429"),
        ("unavailable", "Overloaded", False, "The provider answered 503"),
        ("internal", "Overloaded", False, "The provider answered 500"),
        ("model_timeout", "TimedOut", True, "Model has timed out"),
        ("model_error", "BrokenAnswer", True, "unexpected error during processing"),
        ("validation", "Rejected", False, "Malformed input request"),
        ("abuse", "Refused", False, "automated abuse detection"),
        ("quota", "QuotaExhausted", False, "exceeds the service quota"),
        ("too_large", "BadRequest", False, "Request Entity Too Large"),
        ("denied", "EngineUnavailable", False, "has no right to bedrock:InvokeModel on"),
        ("marketplace", "EngineUnavailable", False, "run `collage bedrock access` once"),
        ("payment", "EngineUnavailable", False, "no payment method that AWS Marketplace takes"),
        ("pending", "Overloaded", False, "subscription to the model is under way"),
        ("no_model", "NoModel", False, "model identifier is invalid"),
        ("legacy", "NoModel", False, "marked by provider as Legacy"),
        ("end_of_life", "NoModel", False, "reached the end of its life"),
        ("filter_prompt", "Refused", True, "filtered the prompt"),
        ("filter_output", "Refused", True, "filtered the output image"),
        ("filter_input", "Refused", True, "filtered the input image"),
        ("inference_error", "BrokenAnswer", True, "Inference error"),
        ("no_images", "BrokenAnswer", True, "no picture, and no reason"),
        ("null_image", "BrokenAnswer", True, "no picture, and no reason"),
        ("broken_base64", "BrokenAnswer", True, "no base64"),
        ("no_picture", "BrokenAnswer", True, "no PNG, JPEG or WebP"),
        ("bare_list", "BrokenAnswer", True, "no JSON object"),
        ("drop", "ConnectionLost", True, "connection to the provider was lost"),
        ("drop_after", "ConnectionLost", True, "connection to the provider was lost"),
        ("truncate", "ConnectionLost", True, "connection to the provider was lost"),
    ],
)
def test_each_end_has_its_name_and_its_price_and_is_asked_for_once(
    fake: FakeBedrock, engine: Bedrock, fault: str, name: str, counted: bool, said: str
) -> None:
    fake.faults = Faults({1: fault})

    error = failed(engine, tile("inpaint"))

    assert (error.name, is_counted(error)) == (name, counted), error
    assert said in str(error)
    assert name in {end.name for end in ENDS if end.of in ("", "bedrock")}
    assert len(fake.requests) == 1


def test_no_answer_in_time_is_named_so(fake: FakeBedrock) -> None:
    settings = BedrockSettings(enabled=True, timeout=0.3)
    fake.faults = Faults({1: "timeout"})

    error = failed(Bedrock(Clients(settings.places, 0.3, aws_client), settings), tile("generate"))

    fake.holds()
    assert error.name == "TimedOut"


def test_nobody_there_costs_nothing(engine: Bedrock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://127.0.0.1:9")

    error = failed(engine, tile("generate"))

    assert (error.name, is_counted(error)) == ("ProviderUnreachable", False)
    assert "us-west-2" in str(error)


def test_a_region_without_the_right_is_named(
    fake: FakeBedrock, engine: Bedrock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake.account, "deny", denying(["us-east-2"]))
    errors = []
    for _ in range(3):
        try:
            made(engine, tile("inpaint"))
        except CollageError as error:
            errors.append(error)

    (error,) = errors
    assert error.name == "EngineUnavailable"
    assert "arn:aws:bedrock:us-east-2::foundation-model/stability.stable-image-inpaint" in str(
        error
    )


def test_a_policy_of_the_organisation_is_told_from_a_role(
    fake: FakeBedrock, engine: Bedrock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake.account, "forbid", ("us-west-2",))

    error = failed(engine, tile("generate"))

    assert "service control policy of the organisation forbids" in str(error)
    assert "arn:aws:bedrock:us-west-2::foundation-model/stability.stable-image-core-v1:1" in str(
        error
    )


def test_a_call_goes_to_the_region_whose_turn_it_is(fake: FakeBedrock) -> None:
    settings = BedrockSettings(enabled=True, regions="us-west-2,us-east-1", timeout=600)
    engine = Bedrock(Clients(settings.places, 20, aws_client), settings)

    engine.render([tile("inpaint")], SOURCE, MASK, lambda: "us-east-1")

    assert [record.region for record in fake.requests] == ["us-east-1"]


def test_a_quota_that_was_passed_is_left_alone_longer_each_time(
    fake: FakeBedrock, engine: Bedrock
) -> None:
    fake.faults = Faults(dict.fromkeys(range(1, 9), "throttling"))
    waits = [failed(engine, tile("inpaint")) for _ in range(8)]

    assert [error.retry_after for error in waits if isinstance(error, RateLimited)] == [
        3, 6, 12, 24, 48, 96, 192, 300
    ]  # fmt: skip
    made(engine, tile("inpaint"))
    fake.faults = Faults(rate=1.0, kinds=("throttling",))
    again = failed(engine, tile("inpaint"))
    assert isinstance(again, RateLimited)
    assert again.retry_after == 3


def test_a_turn_that_is_far_off_asks_nothing(fake: FakeBedrock, engine: Bedrock) -> None:
    def later() -> str:
        raise NoSlotYet("The next turn comes in 9 s.")

    with pytest.raises(NoSlotYet):
        engine.render([tile("inpaint")], SOURCE, MASK, later)

    assert fake.requests == []


def test_a_provider_that_rejects_everything_ends_the_run(
    fake: FakeBedrock, engine: Bedrock
) -> None:
    fake.faults = Faults(rate=1.0, kinds=("validation",))

    ends = [failed(engine, tile("inpaint")) for _ in range(MOST_REJECTED)]

    assert {error.name for error in ends[:-1]} == {"Rejected"}
    assert isinstance(ends[-1], BadRequest)
    assert "It says so of every request" in str(ends[-1])


def test_with_style_pictures_it_is_the_same_provider_that_is_watched(
    fake: FakeBedrock, engine: Bedrock
) -> None:
    fake.faults = Faults(rate=1.0, kinds=("validation",))
    pictured = engine.with_style_pictures({"Cubism": REFERENCE})
    for _ in range(MOST_REJECTED - 1):
        failed(pictured, tile("transfer"))

    assert isinstance(failed(engine, tile("inpaint")), BadRequest)


def test_a_picture_that_is_not_there_is_said(engine: Bedrock) -> None:
    with pytest.raises(ValueError, match="a picture that the operation needs is not there"):
        engine.render([tile("inpaint")], None, MASK, here)


def test_a_refusal_in_words_is_one_too(fake: FakeBedrock, engine: Bedrock) -> None:
    fake.faults = Faults(refuse=("Cubism",))

    assert isinstance(failed(engine, tile("generate")), Refused)
