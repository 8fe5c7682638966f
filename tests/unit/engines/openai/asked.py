"""Tiles, and a provider that answers as it is told to."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import numpy as np
import openai
from PIL import Image

from collage.engines.openai.engine import OpenAI
from collage.engines.openai.models import frame
from collage.errors import (
    CollageError,
    ConnectionLost,
    Overloaded,
    QuotaExhausted,
    RateLimited,
    TimedOut,
)
from collage.pictures import masks
from collage.tile import Tile
from tests.fake_openai import FakeOpenAI
from tests.fake_openai.forms import Form, read_json, read_multipart
from tests.unit.pictures import decode, encode, quarters

KEY = "sk-test-a-key-that-nobody-may-see"

MODEL = "gpt-image-2.6-flare"

SQUARE = (1024, 1024)

FAULTS: list[tuple[str, type[CollageError]]] = [
    ("429", RateLimited),
    ("500", Overloaded),
    ("503", Overloaded),
    ("quota", QuotaExhausted),
    ("drop", ConnectionLost),
    ("drop_after", ConnectionLost),
    ("truncate", ConnectionLost),
    ("timeout", TimedOut),
]
"""What a call may come to, whatever it asks for, and the name of that."""


def client(fake: FakeOpenAI, **options: Any) -> openai.OpenAI:
    return openai.OpenAI(**{"api_key": KEY, "base_url": fake.base_url, "max_retries": 0, **options})


def tile(**changes: Any) -> Tile:
    return Tile(
        **{
            "operation": "inpaint",
            "prompt": "in the style of Cubism and Baroque",
            "styles": ("Cubism", "Baroque"),
            "mask": "left",
            "mask_sha256": "digest",
            "source": "digest",
            "engine": "openai",
            "model": MODEL,
            "options": {"quality": "low"},
            "size": (64, 64),
            "seed": None,
            "sample": 0,
            "preserve": True,
            **changes,
        }
    )


def inner(made: Tile) -> tuple[int, int]:
    return frame(made.model, made.size).inner


def source_of(made: Tile) -> bytes:
    return encode(quarters(inner(made)))


def mask_of(made: Tile, name: str = "left") -> bytes:
    return masks.encode(masks.draw(name, inner(made)))


def no_wait() -> None:
    """The turn of a call that nobody paces."""


def pixels(png: bytes, size: tuple[int, int] | None = None) -> np.ndarray:
    picture = decode(png).convert("RGB")
    return np.asarray(picture.resize(size, Image.Resampling.LANCZOS) if size else picture).astype(
        int
    )


@dataclass
class Wire:
    """A provider that answers as it is told to, and keeps the forms as they came.

    By default it gives the picture back that it was sent.
    """

    answer: Callable[[Form], httpx2.Response] | None = None
    forms: list[Form] = field(default_factory=list)
    base_url: str | None = None

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        kind = request.headers["content-type"]
        read = read_json if kind == "application/json" else read_multipart
        form = read(kind, request.read())
        self.forms.append(form)
        return self.answer(form) if self.answer else pictures(form.files("image")[0].content)

    @property
    def client(self) -> openai.OpenAI:
        transport = httpx2.MockTransport(self)
        return openai.OpenAI(
            api_key=KEY,
            base_url=self.base_url,
            max_retries=0,
            http_client=httpx2.Client(transport=transport),
        )

    def sent(self, name: str) -> bytes:
        """The file of the only request."""
        (form,) = self.forms
        (upload,) = form.files(name)
        return upload.content


def pictures(*data: bytes, **more: Any) -> httpx2.Response:
    items = [{"b64_json": base64.b64encode(each).decode()} for each in data]
    return httpx2.Response(200, json={"created": 1, "data": items, **more})


def saying(response: httpx2.Response) -> Wire:
    return Wire(lambda _: response)


def ask(wire: Wire, count: int = 1) -> list[Any]:
    made = [tile(sample=number) for number in range(count)]
    engine = OpenAI(wire.client, "alpha")
    return engine.render(made, source_of(made[0]), mask_of(made[0]), no_wait)


def usage(output: int) -> dict[str, Any]:
    seen = {"text_tokens": 0, "image_tokens": 0}
    return {"input_tokens": 0, "input_tokens_details": seen, "output_tokens": output}
