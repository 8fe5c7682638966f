"""What is right, sent with botocore: pictures come of it as from the real service."""

import json
import urllib.request
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.fake_bedrock import FakeBedrock
from tests.fake_bedrock.asked import SOURCE, half_mask, invoke, picture, text
from tests.fake_bedrock.painting import styles_in
from tests.unit.pictures import decode, encode, plain, quarters


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB")).astype(int)


def change(answer: Any) -> np.ndarray:
    """How far each pixel of an answer is from that of the source."""
    found = picture(answer)
    source = decode(SOURCE).convert("RGB").resize(found.size, Image.Resampling.BICUBIC)
    return np.abs(pixels(found) - pixels(source)).max(axis=-1)


def test_white_is_painted_and_black_is_kept_but_for_a_slight_change(fake: FakeBedrock) -> None:
    changed = change(invoke(fake))

    assert changed.shape == (64, 96)
    assert (changed[:, :47] > 40).mean() > 0.5
    assert (changed[:, 49:] > 0).mean() > 0.9
    assert np.median(changed[:, 49:]) < 12


def test_grey_is_between(fake: FakeBedrock) -> None:
    whole, half = (
        change(invoke(fake, mask=text(encode(plain((96, 64), light, "L"))))) for light in (255, 128)
    )
    assert half.mean() == pytest.approx(whole.mean() / 2, rel=0.2)


def test_a_mask_that_is_grown_reaches_further_and_fades(fake: FakeBedrock) -> None:
    sharp, grown = (change(invoke(fake, grow_mask=pixels)) for pixels in (0, 16))
    assert grown[:, 52:60].mean() > sharp[:, 52:60].mean() + 20
    assert np.median(grown[:, 90:]) < 12


def test_without_a_mask_what_is_transparent_is_painted(fake: FakeBedrock) -> None:
    image = decode(SOURCE).convert("RGBA")
    # What is left of it, half of which the mask keeps.
    image.putalpha(decode(half_mask()))
    changed = change(invoke(fake, image=text(encode(image)), mask=None))
    assert (changed[:, 49:] > 40).mean() > 0.5
    # A mask counts for more.
    changed = change(invoke(fake, image=text(encode(image))))
    assert np.median(changed[:, :48]) > np.median(changed[:, 49:])


def test_the_same_seed_is_the_same_picture_and_none_is_any(fake: FakeBedrock) -> None:
    first = invoke(fake)
    assert first["seeds"] == [7]
    assert invoke(fake)["images"] == first["images"]
    assert invoke(fake, seed=8)["images"] != first["images"]
    chosen = [invoke(fake, seed=seed) for seed in (0, 0, None)]
    assert len({answer["seeds"][0] for answer in chosen}) == 3
    assert 0 not in {answer["seeds"][0] for answer in chosen}
    assert len({answer["images"][0] for answer in chosen}) == 3
    again = invoke(fake, seed=chosen[0]["seeds"][0])
    assert again["images"] == chosen[0]["images"]


@pytest.mark.parametrize(
    ("prompt", "styles"),
    [
        ("In the style of Cubism and Baroque", ("Cubism", "Baroque")),
        ("a barn, in the styles of Dada, Op Art and Rococo. Bright.", ("Dada", "Op Art", "Rococo")),
        ("a Pointillism picture of a barn", ("Pointillism",)),
        ("a barn", ()),
    ],
)
def test_the_styles_of_a_prompt_are_those_it_names(prompt: str, styles: tuple[str, ...]) -> None:
    assert styles_in(prompt) == styles


def test_a_style_shows(fake: FakeBedrock) -> None:
    styles = ("Cubism", "Baroque", "Vorticism")
    painted = [pixels(picture(invoke(fake, prompt=f"in the style of {one}"))) for one in styles]
    for number, one in enumerate(painted):
        other = painted[number - 1]
        assert np.abs(one - other)[:, :47].mean() > 15


@pytest.mark.parametrize(
    ("name", "options", "size"),
    [
        ("core", {}, (1224, 1224)),
        ("core", {"aspect_ratio": "16:9"}, (1632, 920)),
        ("ultra", {"aspect_ratio": "2:3"}, (816, 1224)),
        ("ultra", {"image": text(SOURCE), "strength": 0.5}, (1224, 816)),
        ("inpaint", {}, (96, 64)),
        ("outpaint", {"left": 32, "down": 64, "right": 0}, (128, 128)),
        ("style-guide", {"aspect_ratio": "21:9"}, (1528, 656)),
        ("style-transfer", {}, (1224, 816)),
        ("fast-upscale", {}, (384, 256)),
    ],
)
def test_an_answer_has_the_size_that_the_model_makes(
    fake: FakeBedrock, name: str, options: dict[str, Any], size: tuple[int, int]
) -> None:
    assert picture(invoke(fake, name, **options)).size == size


def test_what_is_inpainted_may_come_back_larger() -> None:
    with FakeBedrock(detail=64, megapixels=4.0) as fake:
        found = picture(invoke(fake))
    assert found.size == (2448, 1632)


@pytest.mark.parametrize(("output_format", "name"), [("jpeg", "JPEG"), ("webp", "WEBP")])
def test_the_format_is_what_was_asked_for(fake: FakeBedrock, output_format: str, name: str) -> None:
    assert picture(invoke(fake)).format == "PNG"
    assert picture(invoke(fake, output_format=output_format)).format == name


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP"])
def test_other_formats_of_sources_are_taken(fake: FakeBedrock, file_format: str) -> None:
    invoke(fake, image=text(encode(quarters((96, 64)), file_format)))
    assert fake.images == 1


def test_what_was_extended_keeps_its_middle(fake: FakeBedrock) -> None:
    made = pixels(picture(invoke(fake, "outpaint", left=32, right=0, prompt="a field")))
    source = pixels(decode(SOURCE))
    assert made.shape == (64, 128, 3)
    assert np.median(np.abs(made[:, 34:] - source[:, 2:])) < 12


def test_a_style_is_transferred_as_far_as_it_is_said(fake: FakeBedrock) -> None:
    style = text(encode(plain((80, 80), (200, 30, 30))))
    whole, half, none = (
        change(
            invoke(fake, "style-transfer", init_image=text(SOURCE), style_image=style, **options)
        )
        for options in ({}, {"style_strength": 0.5}, {"style_strength": 0})
    )
    assert whole.mean() > half.mean() > none.mean()
    assert none.max() == 0


def test_a_background_that_is_removed_is_transparent(fake: FakeBedrock) -> None:
    found = picture(invoke(fake, "remove-background"))
    assert found.getchannel("A").getextrema() == (0, 255)


def test_flat_pictures_have_the_size_and_format() -> None:
    with FakeBedrock(detail=0) as fake:
        found = picture(invoke(fake, output_format="jpeg"))
    assert (found.size, found.format) == ((96, 64), "JPEG")


def test_everything_that_came_is_on_record(fake: FakeBedrock) -> None:
    invoke(fake, negative_prompt="fog")
    (record,) = fake.requests
    assert (record.method, record.operation) == ("POST", "invoke")
    assert record.path == "/model/us.stability.stable-image-inpaint-v1%3A0/invoke"
    assert (record.model, record.region) == ("inpaint", "us-west-2")
    assert (record.prompt, record.seed, record.status) == ("In the style of Cubism", 7, 200)
    assert record.body == {
        "prompt": "In the style of Cubism",
        "negative_prompt": "fog",
        "grow_mask": 0,
        "seed": 7,
    }
    assert set(record.pictures) == {"image", "mask"}
    assert record.sizes == {"image": (96, 64), "mask": (96, 64)}
    assert record.modes == {"image": "RGB", "mask": "L"}
    assert (record.usd, record.fault, record.code) == (0.07, None, None)
    assert (fake.usd, fake.images, dict(fake.bills)) == (0.07, 1, {"inpaint": 1})
    assert fake.account.secret_key not in repr(record)


def test_the_report_tells_another_process(fake: FakeBedrock) -> None:
    invoke(fake, mask=text(half_mask((30, 30))))
    with urllib.request.urlopen(f"{fake.url}/fake/report") as reply:
        report = json.load(reply)
    assert (report["images"], report["usd"]) == (1, 0.07)
    assert report["requests"][0]["sizes"]["mask"] == [30, 30]
