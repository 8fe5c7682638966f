"""What the tests ask with: a client, a source, a mask, an edit."""

from typing import Any

import openai
from PIL import Image

from tests.fake_openai import FakeOpenAI
from tests.unit.pictures import encode, quarters

MODEL = "gpt-image-2.5-flare"

SMALL = "1024x640"

SOURCE = encode(quarters((96, 64)))

CLIENTS: list[openai.OpenAI] = []


def client(fake: FakeOpenAI, **options: Any) -> openai.OpenAI:
    given = {"api_key": "sk-test", "max_retries": 0, "timeout": 600, **options}
    made = openai.OpenAI(base_url=fake.base_url, **given)
    CLIENTS.append(made)
    return made


def png(data: bytes = SOURCE) -> tuple[str, bytes, str]:
    return ("source.png", data, "image/png")


def half_mask(size: tuple[int, int] = (96, 64)) -> bytes:
    """The left half is to be edited."""
    mask = Image.new("RGBA", size, (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    return encode(mask)


def edit(fake: FakeOpenAI, prompt: str = "In the style of Cubism", **changes: Any) -> Any:
    request = {"model": MODEL, "image": png(), "mask": half_mask(), "size": SMALL} | changes
    kept = {name: value for name, value in request.items() if value is not None}
    return client(fake).images.edit(prompt=prompt, **kept)
