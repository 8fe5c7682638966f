"""What Bedrock answers with status 200: a picture, or in its place the reason why there is none."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from collage.errors import BrokenAnswer, CollageError, Refused

FILTERED = "Filter reason:"
"""What moderation's reasons begin with: they name the prompt, the input image or the output."""

MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
"""What files of PNG, JPEG and WebP begin with: what comes is not always what was asked for."""

MOST_WORDS = 300
"""Characters of an answer that go into a message."""


@dataclass(frozen=True)
class Answer:
    """A picture as it came, and the seed that it says it was made with, where it says one."""

    picture: bytes
    seed: int | None


def read(body: bytes) -> Answer:
    """The picture in an answer.

    Raises:
        Refused: when moderation filtered it. Whether such a call is billed is documented nowhere.
        BrokenAnswer: when it brings no picture for another reason.
    """
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise BrokenAnswer("The provider's answer is no JSON.") from None
    if not isinstance(found, dict):
        raise BrokenAnswer("The provider's answer is no JSON object.")
    # Where a reason stands the pictures may be missing, or be there and show nothing.
    reason = _first(found, "finish_reasons")
    if reason is not None:
        raise _without(str(reason)[:MOST_WORDS])
    encoded, seed = _first(found, "images"), _first(found, "seeds")
    if not isinstance(encoded, str) or not encoded:
        raise BrokenAnswer("The provider answered no picture, and no reason for that.")
    try:
        picture = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BrokenAnswer("The provider answered a picture that is no base64.") from None
    if not picture.startswith(MAGIC):
        raise BrokenAnswer("The provider answered something that is no PNG, JPEG or WebP.")
    whole = isinstance(seed, int) and not isinstance(seed, bool)
    return Answer(picture, seed if whole else None)


def _first(found: dict[str, Any], name: str) -> Any:
    values = found.get(name)
    return values[0] if isinstance(values, list) and values else None


def _without(reason: str) -> CollageError:
    if reason.startswith(FILTERED):
        filtered = reason.removeprefix(FILTERED).strip()
        return Refused(
            f"The provider's moderation refused it: it filtered the {filtered}; the call stays "
            "counted, as AWS does not say whether it is billed.",
            may_be_billed=True,
        )
    return BrokenAnswer(f"The provider answered no picture but a reason: {reason}.")
