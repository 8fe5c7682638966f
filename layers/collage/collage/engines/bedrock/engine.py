"""The engine `bedrock`: one request a tile, to the model of its operation, in the turn's Region.

The services take true masks and seeds. They answer sizes of their own and disturb what a mask
keeps, so a picture is brought to the tile's size and the source laid back over it. The SDK retries
nothing: the workflow does.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from PIL import Image

from collage.engines.bedrock import answers, models
from collage.engines.bedrock.bodies import body, seed_of
from collage.engines.bedrock.errors import named
from collage.engines.bedrock.provider import PROVIDER
from collage.engines.bedrock.settings import BedrockSettings
from collage.engines.deadline import within
from collage.engines.engine import Pictured, Rendered, Turn
from collage.engines.fitting import opened
from collage.engines.framing import brought_back
from collage.engines.provider import Reach
from collage.engines.run_guard import Guard
from collage.errors import BrokenAnswer, RateLimited

if TYPE_CHECKING:
    from collage.engines.bedrock.clients import Clients
    from collage.engines.frame import Frame
    from collage.tile import Tile

SAME_SHAPE = 0.02
"""By how much the ratio of an answer's sides may differ from that of the picture that was sent:
multiples of 8 or 64 pixels, and no more. What is of another shape does not lie over its source."""

LIKE_SHAPE = 0.05
"""The same of a picture that is generated, and cropped: for 21:9 others have met 1536 x 640."""

LONGEST_HOLD = 300.0
"""Seconds for which a quota is left alone after it was passed again and again."""


MOST_DOUBLED = 10
"""How often that is doubled: more than it takes to get there from the shortest turn."""


@dataclass
class Bedrock:
    """Renders tiles, one by one."""

    clients: Clients
    settings: BedrockSettings
    guard: Guard = field(default_factory=Guard)
    throttled: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Times in a row that a model's quota in a Region was passed, as this process met it."""

    def with_style_pictures(self, pictures: Mapping[str, bytes]) -> Pictured:
        """The same engine where these styles, by name, are those of these pictures' files."""
        return Pictured(self, pictures)

    def render(
        self,
        tiles: Sequence[Tile],
        source: bytes | None,
        mask: bytes | None,
        turn: Turn,
        styles: Mapping[str, bytes] | None = None,
    ) -> list[Rendered]:
        """The picture of the one tile.

        ``source`` and ``mask`` are PNGs of the tile's shape; a ``transfer`` takes the style of the
        one picture of ``styles``, by name.

        Raises:
            ValueError: when the tile needs a picture that is not given.
            NoSlotYet: from ``turn``, before anything was asked.
            RateLimited, Overloaded, ProviderUnreachable: worth another try; nothing was made.
            TimedOut, FailedMidway, ConnectionLost, BrokenAnswer: it may be billed all the same.
            Refused: moderation filtered it, or did not take it.
            Rejected: it is not taken, and others may be.
            QuotaExhausted, BadKey, BadRequest, NoModel, EngineUnavailable, ProviderDown: no further
                call would fare better.
        """
        (tile,) = tiles
        place = models.frame(tile.operation, tile.size)
        sent = body(tile, place, source, mask, styles or {})
        region = turn() or self.settings.places[0]
        with self.guard.watching():
            answer = self._asked(tile.model, region, sent)
            made = _finished(answer, tile, source, mask, place)
        return [made]

    def _asked(self, model: str, region: str, sent: bytes) -> answers.Answer:
        """What a model answers in a Region.

        Raises:
            RateLimited: with a time to leave that quota alone, which grows: AWS tells none.
        """
        line = (model, region)
        try:
            came = within(self.settings.timeout, lambda: self._invoked(model, region, sent))
        except RateLimited as error:
            (quota,) = (q for q in PROVIDER.quotas(self.settings, model) if q.place == region)
            error.retry_after = min(LONGEST_HOLD, quota.interval * 2 ** self.throttled[line])
            self.throttled[line] = min(self.throttled[line] + 1, MOST_DOUBLED)
            raise
        del self.throttled[line]
        return answers.read(came)

    def _invoked(self, model: str, region: str, sent: bytes) -> bytes:
        with named(region):
            answer = self.clients.of(region).invoke_model(
                modelId=model, body=sent, contentType="application/json", accept="application/json"
            )
            return cast(bytes, answer["body"].read())


def load(reach: Reach) -> Bedrock:
    """The engine with the stack's clients."""
    found, clients = reach.reached(PROVIDER)
    return Bedrock(clients, cast(BedrockSettings, found))


def _finished(
    answer: answers.Answer, tile: Tile, source: bytes | None, mask: bytes | None, place: Frame
) -> Rendered:
    """The answer as the tile's picture.

    Raises:
        BrokenAnswer: when it is none, or is of another shape than was asked for.
    """
    _check_shape(answer.picture, tile, place)
    measures = {}
    if tile.operation == "upscale":
        made = Rendered(_resized(answer.picture, tile.size), answer.picture)
        if tile.options.get("scale") != str(models.UPSCALED_BY):
            measures["enlarged_by"] = float(models.UPSCALED_BY)
    else:
        made = brought_back(answer.picture, tile, source, mask, place)
        if answer.seed not in (None, seed_of(tile)):
            # Another seed than the one that was sent: the same tile would come out otherwise.
            measures["seed"] = float(answer.seed or 0)
    return replace(made, measures=measures)


def _check_shape(picture: bytes, tile: Tile, place: Frame) -> None:
    width, height = opened(picture, None).size
    off = abs(width * place.asked[1] / (height * place.asked[0]) - 1)
    if off > (LIKE_SHAPE if tile.operation == "generate" else SAME_SHAPE):
        raise BrokenAnswer(
            f"The provider answered a picture of {width} x {height} pixels to one of "
            f"{place.asked[0]} x {place.asked[1]}: its shape is another."
        )


def _resized(picture: bytes, size: tuple[int, int]) -> bytes:
    """The picture as a PNG of a size, of the same shape."""
    file = io.BytesIO()
    resized = opened(picture, None).resize(size, Image.Resampling.LANCZOS)
    resized.save(file, "PNG", compress_level=3)
    return file.getvalue()
