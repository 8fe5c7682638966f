"""The answers of the picture models: right, filtered, or bent as a fault says."""

import base64
from typing import Any

from PIL import Image

from tests.fake_bedrock.drawn import Request
from tests.fake_bedrock.faults import REASONS
from tests.fake_bedrock.painting import encoded

RESHAPED = {"oblong": (1.5, 1.0), "half_size": (0.5, 0.5), "double_size": (2.0, 2.0)}


def filtered(kind: str) -> dict[str, Any]:
    """An answer that says why there is no picture, and nothing more."""
    return {"finish_reasons": [REASONS[kind]]}


def answer(request: Request, picture: Image.Image, kind: str | None) -> Any:
    """The body of an answer that brings a picture."""
    if kind in RESHAPED:
        wide, high = RESHAPED[kind]
        picture = picture.resize((round(picture.width * wide), round(picture.height * high)))
    data = encoded(picture, "jpeg" if kind == "as_jpeg" else request.output_format)
    body: dict[str, Any] = {
        "seeds": [request.seed],
        "finish_reasons": [None],
        "images": [base64.b64encode(data).decode()],
    }
    match kind:
        case "another_seed":
            body["seeds"] = [request.seed % 1000 + 1]
        case "no_images":
            del body["images"]
        case "null_image":
            body["images"] = [None]
        case "broken_base64":
            body["images"] = [body["images"][0][:-7] + "*"]
        case "no_picture":
            body["images"] = [base64.b64encode(b"no picture").decode()]
        case "two_images":
            body["images"] *= 2
        case "bare_list":
            return body["images"]
    return body


def flat(request: Request) -> Image.Image:
    """One colour of the right size, for load tests."""
    shade = (40 + request.seed % 8 * 25, 220 - request.seed % 8 * 20, 128)
    return Image.new("RGB", request.size, shade)
