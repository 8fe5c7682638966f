"""The pictures within a request: decoded as strictly as they are checked."""

import base64
import binascii
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from tests.fake_bedrock import errors
from tests.fake_bedrock.fields import PICTURES

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_RATIO = 2.5


@dataclass(frozen=True)
class Bounds:
    """How large a picture may be: a side in pixels, and all of them."""

    shortest: int = 64
    longest: int | None = None
    fewest: int = 0
    most: int = 9_437_184
    ratio: float | None = MAX_RATIO


BOUNDS = {
    "fast-upscale": Bounds(32, 1536, 1024, 1_048_576, None),
    "creative-upscale": Bounds(most=1_048_576),
}
# Nothing is said of a mask's size: it is made to fit.
MASK = Bounds(1, ratio=None)


@dataclass(frozen=True)
class Picture:
    """One picture of a request."""

    image: Image.Image
    data: bytes

    @property
    def digest(self) -> str:
        """Of its file."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def clear(self) -> bool:
        """Whether some of it is transparent, which asks to be repainted."""
        return "A" in self.image.getbands() and self.image.getchannel("A").getextrema()[0] < 255


def read(name: str, body: Mapping[str, object]) -> dict[str, Picture]:
    """The pictures of a body by their fields, for the model of this name."""
    found = {key: _read(key, str(body[key])) for key in PICTURES if key in body}
    for key, picture in found.items():
        _check(key, picture, MASK if key == "mask" else BOUNDS.get(name, Bounds()))
    if name in {"inpaint", "erase"} and "mask" not in found and not found["image"].clear:
        # What the service does here is not known: without either there is nothing to repaint.
        raise errors.detail("mask is required where the image has no transparency")
    return found


def _read(key: str, text: str) -> Picture:
    if text.startswith("data:"):
        raise errors.detail(f"{key} must be base64 without a data URI")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise errors.detail(f"{key} is not valid base64") from None
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise errors.detail(f"{key} is not a JPEG, PNG or WebP image") from None
    return Picture(image, data)


def _check(key: str, picture: Picture, bounds: Bounds) -> None:
    width, height = picture.image.size
    short, long, pixels = min(width, height), max(width, height), width * height
    why = None
    if short < bounds.shortest:
        why = f"every side must be at least {bounds.shortest} pixels"
    elif bounds.longest is not None and long > bounds.longest:
        why = f"no side may have more than {bounds.longest} pixels"
    elif not bounds.fewest <= pixels <= bounds.most:
        why = f"it must have {bounds.fewest} to {bounds.most} pixels"
    elif bounds.ratio is not None and long > bounds.ratio * short:
        why = f"its aspect ratio must be between 1:{bounds.ratio} and {bounds.ratio}:1"
    if why:
        raise errors.detail(f"{key} is {width}x{height}: {why}")
