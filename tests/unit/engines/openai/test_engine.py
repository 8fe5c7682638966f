"""The engine `openai`: what is made of what the provider answers, and what that costs."""

import base64
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image

from collage.engines.framing import CHANGED
from collage.engines.openai.engine import OpenAI
from collage.pictures import masks
from tests.fake_openai import FakeOpenAI
from tests.fake_openai.forms import Form
from tests.unit.engines.openai.asked import (
    SQUARE,
    Wire,
    ask,
    client,
    mask_of,
    no_wait,
    pictures,
    pixels,
    saying,
    source_of,
    tile,
)
from tests.unit.pictures import decode, encode, noise, quarters


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
