"""Pictures of styles: sent behind the source, told of in the prompt, and counted in the price."""

import json
from typing import Any

import httpx2
import numpy as np
import pytest

from collage.engines.openai import prices
from collage.engines.openai.engine import OpenAI
from collage.engines.openai.profiles import Server
from collage.engines.openai.provider import price
from collage.engines.openai.references import MOST, prompt
from collage.tile import Tile
from tests.fake_openai import FakeOpenAI
from tests.fake_openai.forms import Form
from tests.unit.engines.openai.asked import (
    Wire,
    client,
    mask_of,
    no_wait,
    pictures,
    pixels,
    source_of,
    tile,
)
from tests.unit.pictures import GOLD, decode, encode, noise, plain, quarters

GOLDEN, GREY = encode(plain((64, 64), GOLD)), encode(plain((64, 64), (90, 90, 90)))


def styled(*names: str, **changes: Any) -> Tile:
    """A tile with a picture of each of these styles."""
    shown = json.dumps({name: f"digest of {name}" for name in names})
    return tile(**{"options": {"quality": "low", "style_pictures": shown}, **changes})


def transfer(**changes: Any) -> Tile:
    given = {"operation": "transfer", "prompt": "in the style of Gold", "styles": ("Gold",)}
    return styled("Gold", **{**given, "mask": None, "mask_sha256": None, **changes})


def test_a_transfer_sends_the_source_first_and_the_reference_second_and_no_mask() -> None:
    wire = Wire()

    engine = OpenAI(wire.client, "alpha").with_style_pictures({"Gold": GOLDEN})
    (made,) = engine.render([transfer()], source_of(transfer()), None, no_wait)

    (form,) = wire.forms
    assert [upload.content for upload in form.files("image")][1] == GOLDEN
    assert decode(form.files("image")[0].content).size == (1024, 1024)
    assert set(form.names) == {"model", "prompt", "n", "size", "quality", "image[]"}
    assert "first picture in the style of Gold, as the second picture" in form.values["prompt"]
    assert np.abs(pixels(made.png) - pixels(encode(quarters((64, 64))))).max() < 40


def test_a_transfer_has_what_the_source_shows_in_the_colours_of_the_reference(
    fake: FakeOpenAI,
) -> None:
    engine = OpenAI(client(fake), "alpha").with_style_pictures({"Gold": GOLDEN})
    (made,) = engine.render([transfer()], source_of(transfer()), None, no_wait)

    assert decode(made.png).size == (64, 64)
    assert (np.abs(pixels(made.png) - GOLD).max(axis=2) < 12).mean() > 0.8
    assert made.outside_changed is None


def test_an_inpaint_sends_the_pictures_of_its_styles_behind_the_source_with_its_mask() -> None:
    wire = Wire()
    asked = styled("Gold", "Slate", styles=("Gold", "Slate"), prompt="in the style of both.")

    engine = OpenAI(wire.client, "alpha").with_style_pictures({"Slate": GREY, "Gold": GOLDEN})
    engine.render([asked], source_of(asked), mask_of(asked), no_wait)

    (form,) = wire.forms
    assert [upload.content for upload in form.files("image")][1:] == [GOLDEN, GREY]
    assert len(form.files("mask")) == 1
    assert "style_pictures" not in form.names
    said = form.values["prompt"]
    assert said.startswith("in the style of both. There are examples of styles")
    assert "the second picture of Gold, the third picture of Slate" in said


def test_a_server_with_a_mask_field_of_its_own_is_sent_all_pictures() -> None:
    wire = Wire()
    asked = styled("Gold", styles=("Gold",))
    server = Server(mask_field="mask_image")
    engine = OpenAI(wire.client, "white", server).with_style_pictures({"Gold": GOLDEN})
    engine.render([asked], source_of(asked), mask_of(asked), no_wait)

    (form,) = wire.forms
    assert len(form.files("image")) == 2
    assert len(form.files("mask_image")) == 1


def test_pictures_made_from_nothing_are_made_from_those_of_their_styles() -> None:
    wire = Wire(lambda form: pictures(encode(noise((1024, 1024)))))
    asked = styled("Gold", operation="generate", source=None, mask=None, styles=("Gold",))

    OpenAI(wire.client, "alpha").with_style_pictures({"Gold": GOLDEN}).render(
        [asked], None, None, no_wait
    )

    assert wire.sent("image") == GOLDEN
    assert "the first picture of Gold" in wire.forms[0].values["prompt"]


def test_without_pictures_the_prompt_goes_out_as_it_is() -> None:
    assert prompt(tile()) == tile().prompt


def test_no_more_pictures_are_sent_than_an_edit_takes() -> None:
    names = [f"Style {number}" for number in range(20)]
    wire = Wire()
    asked = styled(*names, styles=tuple(names))

    engine = OpenAI(wire.client, "alpha").with_style_pictures(dict.fromkeys(names, GREY))
    engine.render([asked], source_of(asked), mask_of(asked), no_wait)

    (form,) = wire.forms
    assert len(form.files("image")) == 1 + MOST == 16


@pytest.mark.parametrize(("names", "sent"), [((), 1), (("Gold",), 2), (("Gold", "Slate"), 3)])
def test_every_picture_that_is_sent_is_counted(names: tuple[str, ...], sent: int) -> None:
    asked = styled(*names, model="gpt-image-2.5-flare", size=(1024, 1024))

    assert price([asked]) == pytest.approx(0.006 + sent * prices.PRICES["gpt-image-2.5"].reference)


def test_what_the_engine_learns_of_its_provider_with_pictures_it_knows_without() -> None:
    def reject(form: Form) -> Any:
        return httpx2.Response(422, json={"detail": "no"})

    engine = OpenAI(Wire(reject).client, "alpha")
    with pytest.raises(Exception, match="no"):
        engine.with_style_pictures({"Gold": GOLDEN}).render(
            [transfer()], source_of(transfer()), None, no_wait
        )

    assert engine.guard.rejected == 1
