"""A request that has passed all checks, and how large the answer to it is."""

import math
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.fake_bedrock import errors, fields, pictures
from tests.fake_bedrock.fields import FIELDS, MAX_SEED, SIDES
from tests.fake_bedrock.pictures import Picture

MEGAPIXELS = {
    "core": 1.5,
    "ultra": 1.0,
    "sd3.5-large": 1.0,
    "style-guide": 1.0,
    "style-transfer": 1.0,
}
"""Of the answers, where they do not have the size of what was sent."""
UPSCALED_PIXELS = 9_437_184
GROW_MASK = 5
WEIGHT = re.compile(r"\(([^():\\]+):(\d*\.?\d+)\)")
MAX_WEIGHT = 2.0


@dataclass(frozen=True)
class Request:
    """A request that may be painted; `seed` is the one that is used."""

    name: str
    prompt: str
    seed: int
    output_format: str
    size: tuple[int, int]
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    """The words that the prompt weighs, as in `(barn:1.5)`."""

    def image(self, key: str = "image") -> Image.Image:
        """One of the pictures, without its transparency."""
        return self.pictures[key].image.convert("RGB")


def check(name: str, body: object, megapixels: float | None = None) -> Request:
    """The request in a body, or the refusal that the model of this name has for it."""
    if not isinstance(body, dict):
        raise errors.malformed("", "expected type: JSONObject, found: something else")
    fields.check(name, body)
    found = pictures.read(name, body)
    prompt = str(body.get("prompt", ""))
    # Of the models that need no picture no page says that they know weights.
    weighed = [] if FIELDS[name].plain_detail else WEIGHT.findall(prompt)
    weights = {words: float(weight) for words, weight in weighed}
    for words, weight in weights.items():
        if weight > MAX_WEIGHT:
            raise errors.detail(f"the weight of ({words}:{weight}) must be between 0 and 2")
    return Request(
        name=name,
        prompt=prompt,
        # 0 is a wish for any.
        seed=body.get("seed") or random.SystemRandom().randint(1, MAX_SEED),
        output_format=str(body.get("output_format", "png")),
        size=_size(name, body, found, megapixels),
        pictures=found,
        options={key: value for key, value in body.items() if key not in found},
        weights=weights,
    )


def _size(
    name: str, body: Mapping[str, Any], found: Mapping[str, Picture], megapixels: float | None
) -> tuple[int, int]:
    size = _given_size(name, body, found)
    width, height = size
    if name == "fast-upscale":
        return 4 * width, 4 * height
    if name in {"conservative-upscale", "creative-upscale"}:
        return scaled(size, UPSCALED_PIXELS)
    if name == "outpaint":
        left, right, up, down = (body.get(side, 0) for side in SIDES)
        size = width + left + right, height + up + down
    wanted = MEGAPIXELS.get(name, megapixels)
    return scaled(size, wanted * 1_000_000) if wanted else size


def _given_size(
    name: str, body: Mapping[str, Any], found: Mapping[str, Picture]
) -> tuple[int, int]:
    """The size of the picture sent, or a shape that only its ratio matters of."""
    for key in ("init_image", "image"):
        # The picture that guides a style has no say in the shape.
        if key in found and name != "style-guide":
            return found[key].image.size
    wide, high = str(body.get("aspect_ratio", "1:1")).split(":")
    return int(wide), int(high)


def scaled(size: tuple[int, int], pixels: float) -> tuple[int, int]:
    """The size of about so many pixels in the same ratio, in steps of eight."""
    factor = math.sqrt(pixels / (size[0] * size[1]))
    return tuple(max(8, round(side * factor / 8) * 8) for side in size)
