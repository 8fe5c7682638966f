"""What the engine `openai` sends."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collage.engines.openai.engine import OpenAI
from collage.errors import (
    NoSlotYet,
)
from collage.pictures import masks
from tests.fake_openai import FakeOpenAI
from tests.unit.engines.openai.asked import (
    MODEL,
    SQUARE,
    Wire,
    client,
    inner,
    mask_of,
    no_wait,
    pixels,
    source_of,
    tile,
)
from tests.unit.pictures import BLUE, GOLD, GREEN, RED, decode, encode, near, noise


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
