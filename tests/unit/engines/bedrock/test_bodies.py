"""What Bedrock is sent for each operation: fields, pictures, seeds and words."""

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from collage.engines.bedrock import models
from collage.engines.bedrock.bodies import body, seed_of
from collage.words.seeds import MAX_SEED
from tests.fake_bedrock import drawn
from tests.fake_bedrock.fields import MAX_SEED as SERVICES_MAX_SEED
from tests.unit.engines.bedrock.asked import MASK, REFERENCE, SIZE, SOURCE, left_half, tile
from tests.unit.pictures import encode, noise

PICTURES = ("image", "mask", "init_image", "style_image")
NAMES = {
    models.CORE: "core",
    models.ULTRA: "ultra",
    models.SD35_LARGE: "sd3.5-large",
    models.INPAINT: "inpaint",
    models.ERASE: "erase",
    models.STYLE_TRANSFER: "style-transfer",
    models.FAST_UPSCALE: "fast-upscale",
}
"""What the fake calls each model."""
COMMON = {"seed": 8, "output_format": "png"}
PROMPT = {"prompt": "in the style of Cubism"}


def sent(asked: Any, source: bytes | None = SOURCE, mask: bytes | None = MASK) -> dict[str, Any]:
    styles = {"Cubism": REFERENCE} if asked.operation == "transfer" else {}
    found: dict[str, Any] = json.loads(
        body(asked, models.frame(asked.operation, asked.size), source, mask, styles)
    )
    return found


def picture(found: dict[str, Any], name: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(found[name], validate=True)))


@pytest.mark.parametrize(
    ("asked", "fields", "pictures"),
    [
        (tile("generate"), COMMON | PROMPT | {"aspect_ratio": "3:2"}, set()),
        (
            tile("generate", model=models.ULTRA, options={"negative_prompt": "fog"}),
            COMMON | PROMPT | {"aspect_ratio": "3:2", "negative_prompt": "fog"},
            set(),
        ),
        (tile("inpaint"), COMMON | PROMPT | {"grow_mask": 0}, {"image", "mask"}),
        (tile("outpaint"), COMMON | PROMPT | {"grow_mask": 0}, {"image", "mask"}),
        (tile("inpaint", prompt=""), COMMON | {"grow_mask": 0}, {"image", "mask"}),
        (
            tile("variation"),
            COMMON | PROMPT | {"mode": "image-to-image", "strength": 0.6},
            {"image"},
        ),
        (
            tile("variation", options={"strength": "0.25"}),
            COMMON | PROMPT | {"mode": "image-to-image", "strength": 0.25},
            {"image"},
        ),
        (tile("transfer"), COMMON | PROMPT, {"init_image", "style_image"}),
        (
            tile("transfer", options={"strength": "0.5"}),
            COMMON | PROMPT | {"style_strength": 0.5},
            {"init_image", "style_image"},
        ),
        (tile("upscale", size=(192, 128)), {"output_format": "webp"}, {"image"}),
    ],
    ids=lambda value: value.operation if hasattr(value, "operation") else "",
)
def test_each_operation_has_the_fields_of_its_model_and_the_service_takes_them(
    asked: Any, fields: dict[str, Any], pictures: set[str]
) -> None:
    found = sent(asked)

    assert {name: value for name, value in found.items() if name not in PICTURES} == fields
    assert found.keys() & set(PICTURES) == pictures
    drawn.check(NAMES[asked.model], found)


def test_a_body_is_as_it_is_byte_for_byte() -> None:
    asked = tile("generate", prompt="Öl (auf) Leinwand", size=(512, 512), seed=0)

    assert body(asked, models.frame("generate", (512, 512)), None, None, {}) == (
        b'{"seed": 1, "output_format": "png", "prompt": "\\u00d6l (auf) Leinwand", '
        b'"aspect_ratio": "1:1"}'
    )


def test_what_is_to_be_painted_is_white_and_all_else_black() -> None:
    found = sent(tile("inpaint"))

    mask = picture(found, "mask")
    painted = np.asarray(mask)
    assert mask.mode == "L"
    assert mask.size == picture(found, "image").size
    half = mask.width // 2
    assert (painted[:, : half - 1] == 255).all()
    assert (painted[:, half + 1 :] == 0).all()


def test_what_is_painted_in_part_is_grey_in_its_proportion() -> None:
    alpha = Image.fromarray(np.full((64, 96), 64, np.uint8))
    soft = encode(Image.merge("RGBA", [alpha] * 4))

    assert np.unique(np.asarray(picture(sent(tile("inpaint"), mask=soft), "mask"))) == [191]


@pytest.mark.parametrize("operation", ["inpaint", "variation", "upscale"])
def test_a_picture_goes_out_without_its_alpha(operation: Any) -> None:
    clear = noise(SIZE).convert("RGBA")
    clear.putalpha(0)
    asked = tile(operation, size=(192, 128)) if operation == "upscale" else tile(operation)

    assert picture(sent(asked, source=encode(clear)), "image").mode == "RGB"


@pytest.mark.parametrize(
    ("operation", "size", "expected"),
    [
        ("inpaint", (64, 64), (1024, 1024)),
        ("inpaint", (512, 512), (1024, 1024)),
        ("inpaint", (1536, 1024), (1536, 1024)),
        ("inpaint", (2048, 2048), (2048, 2048)),
        ("inpaint", (400, 100), (1600, 640)),
        ("inpaint", (100, 400), (640, 1600)),
        ("variation", (2048, 2048), (1024, 1024)),
        ("transfer", (1536, 1024), (1248, 832)),
    ],
)
def test_a_picture_goes_out_at_a_size_that_its_model_works_at(
    operation: Any, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    asked = tile(operation, size=size)
    found = sent(asked, source=encode(noise(size)), mask=left_half(size))
    name = "init_image" if operation == "transfer" else "image"

    assert picture(found, name).size == expected
    drawn.check(NAMES[asked.model], found)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((512, 512), "1:1"),
        ((300, 290), "1:1"),
        ((1920, 1080), "16:9"),
        ((64, 150), "9:21"),
        ((800, 640), "5:4"),
        ((640, 800), "4:5"),
        ((512, 768), "2:3"),
    ],
)
def test_what_is_generated_has_the_nearest_of_nine_shapes(
    size: tuple[int, int], expected: str
) -> None:
    assert models.aspect_ratio(size) == expected


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        (0, 1),
        (7, 8),
        (SERVICES_MAX_SEED - 1, SERVICES_MAX_SEED),
        (SERVICES_MAX_SEED, 1),
        (2**32 - 1, 2),
        (MAX_SEED, MAX_SEED % SERVICES_MAX_SEED + 1),
    ],
)
def test_no_seed_is_the_one_that_means_any(seed: int, expected: int) -> None:
    assert seed_of(tile("generate", seed=seed)) == expected


def test_a_tile_without_a_seed_has_one_all_the_same() -> None:
    assert seed_of(tile("upscale", seed=None, sample=3)) == 1


def test_brackets_of_a_prompt_weigh_nothing_where_they_would() -> None:
    asked = tile("inpaint", prompt=r"(fog:1.5) and a \ barn: (red)")

    found = sent(asked)

    assert found["prompt"] == r"\(fog\:1.5\) and a \\ barn\: \(red\)"
    assert drawn.check("inpaint", found).weights == {}
    plain = tile("generate", prompt="(fog:1.5)")
    assert sent(plain)["prompt"] == "(fog:1.5)"


def test_a_transfer_takes_one_style() -> None:
    asked = tile("transfer")

    with pytest.raises(ValueError, match="unpack"):
        body(asked, models.frame("transfer", SIZE), SOURCE, None, {})


def test_no_body_comes_near_to_what_the_service_takes() -> None:
    size = (2048, 2048)
    loud = encode(noise(size))

    largest = body(
        tile("inpaint", size=size), models.frame("inpaint", size), loud, left_half(size), {}
    )

    assert len(largest) < 24_000_000
