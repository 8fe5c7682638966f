"""What Bedrock answers with status 200: pictures, and reasons why there is none."""

import base64
import json
from typing import Any

import pytest

from collage.engines.bedrock.answers import Answer, read
from collage.engines.call_ends import is_counted
from collage.errors import BrokenAnswer, Refused
from tests.unit.pictures import encode, noise

PNG = encode(noise((8, 8)))
TEXT = base64.b64encode(PNG).decode()


def answer(**changes: Any) -> bytes:
    given = {"seeds": [2130420379], "finish_reasons": [None], "images": [TEXT], **changes}
    return json.dumps({name: value for name, value in given.items() if value != "none"}).encode()


def test_an_answer_is_its_picture_and_its_seed() -> None:
    assert read(answer()) == Answer(PNG, 2130420379)


@pytest.mark.parametrize("seeds", ["none", [], [None], ["7"], [True], 7])
def test_a_seed_that_is_not_said_is_none(seeds: Any) -> None:
    assert read(answer(seeds=seeds)) == Answer(PNG, None)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Filter reason: prompt", "it filtered the prompt;"),
        ("Filter reason: output image", "it filtered the output image;"),
        ("Filter reason: input image", "it filtered the input image;"),
    ],
)
@pytest.mark.parametrize("images", ["none", [], [TEXT]])
def test_what_is_filtered_is_refused_and_stays_counted(reason: str, said: str, images: Any) -> None:
    with pytest.raises(Refused, match=said) as raised:
        read(answer(finish_reasons=[reason], images=images, seeds="none"))

    assert "stays counted, as AWS does not say whether it is billed" in str(raised.value)
    assert is_counted(raised.value)


def test_another_refusal_costs_nothing() -> None:
    assert not is_counted(Refused("no"))


def test_another_reason_is_a_broken_answer() -> None:
    with pytest.raises(BrokenAnswer, match="but a reason: Inference error"):
        read(answer(finish_reasons=["Inference error"]))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"images": ["', "no JSON"),
        (b"[]", "no JSON object"),
        (b"{}", "no picture, and no reason"),
        (answer(images=[None]), "no picture, and no reason"),
        (answer(images="none"), "no picture, and no reason"),
        (answer(images=[TEXT[:-1] + "*"]), "no base64"),
        (answer(images=["data:image/png;base64," + TEXT]), "no base64"),
        (answer(images=[base64.b64encode(b"GIF89a").decode()]), "no PNG, JPEG or WebP"),
    ],
)
def test_what_brings_no_picture_is_broken(body: bytes, said: str) -> None:
    with pytest.raises(BrokenAnswer, match=said):
        read(body)
