"""Answers of status 200 that are not what was asked for: another count, shape or usage."""

import base64
import io
from collections.abc import Callable
from typing import Any

from PIL import Image

Body = dict[str, Any]


def _reshaped(body: Body, change: Callable[[Image.Image], Image.Image]) -> None:
    for item in body["data"]:
        if "b64_json" in item:
            with Image.open(io.BytesIO(base64.b64decode(item["b64_json"]))) as picture:
                changed = change(picture)
            file = io.BytesIO()
            changed.save(file, "PNG")
            item["b64_json"] = base64.b64encode(file.getvalue()).decode()


def _extra(body: Body) -> None:
    body["data"].append(body["data"][0])


def _broken_item(body: Body) -> None:
    body["data"][0] = {"b64_json": base64.b64encode(b"no picture").decode()}


def _lost_item(body: Body) -> None:
    body["data"][0] = {"url": "data:image/png"}


def _null_item(body: Body) -> None:
    body["data"][0] = None


def _oblong(body: Body) -> None:
    _reshaped(body, lambda picture: picture.resize((picture.width * 3 // 2, picture.height)))


def _clear(body: Body) -> None:
    def fade(picture: Image.Image) -> Image.Image:
        faded = picture.convert("RGBA")
        faded.putalpha(0)
        return faded

    _reshaped(body, fade)


def _negative_usage(body: Body) -> None:
    body["usage"]["output_tokens"] = -1_000_000


def _no_usage(body: Body) -> None:
    del body["usage"]


STRANGE: dict[str, Callable[[Body], None]] = {
    "extra": _extra,
    "broken_item": _broken_item,
    "lost_item": _lost_item,
    "null_item": _null_item,
    "oblong": _oblong,
    "clear": _clear,
    "negative_usage": _negative_usage,
    "no_usage": _no_usage,
}
"""By the fault's name."""

FEWER = "fewer"
"""The fault by which half of what was asked for is made, and one at least."""


def bend(kind: str | None, body: Body) -> None:
    """Change an answer as the fault says, if it is one of these."""
    if kind in STRANGE:
        STRANGE[kind](body)
