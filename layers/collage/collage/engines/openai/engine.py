"""The engine `openai`: GPT image models, and servers that speak the same API.

The model takes a mask as a hint and changes what lies outside it; so the source is laid back over
its answer there, and what it had changed is counted. The SDK retries nothing: the workflow does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyvips

from collage.engines.deadline import within
from collage.engines.engine import Outcome, Pictured, Rendered, Turn
from collage.engines.framing import brought_back, framed, framed_alpha
from collage.engines.openai import prices, references
from collage.engines.openai.errors import named, of_answer
from collage.engines.openai.fetching import MOST_SECONDS, embedded, fetch
from collage.engines.openai.models import frame
from collage.engines.openai.profiles import Server
from collage.engines.openai.provider import PROVIDER
from collage.engines.openai.settings import OpenAISettings
from collage.engines.openai.streaming import whole
from collage.engines.provider import Reach
from collage.engines.run_guard import Guard
from collage.errors import (
    BrokenAnswer,
    CollageError,
    NotMade,
)
from collage.tile import STYLE_PICTURES

if TYPE_CHECKING:
    import openai
    from openai.types import ImagesResponse

    from collage.engines.frame import Frame
    from collage.tile import Tile

LONGEST_CALL = 600.0
"""Seconds for a client that has no time-out of its own in plain seconds; the SDK's default."""

OPENAIS = Server()
"""OpenAI's own server, and what speaks exactly as it does."""


@dataclass(frozen=True)
class Files:
    """What is sent with a request: PNGs as large as the model works."""

    source: bytes | None
    mask: bytes | None
    styles: list[tuple[str, bytes, str]]

    @property
    def pictures(self) -> list[tuple[str, bytes, str]]:
        """The source, and those of styles behind it, each with its name and type."""
        own = [] if self.source is None else [("source.png", self.source, "image/png")]
        return own + self.styles


class OpenAI:
    """Renders the tiles of one call, which share all but the sample's number."""

    def __init__(
        self, client: openai.OpenAI, mask_convention: str, server: Server = OPENAIS
    ) -> None:
        self.client = client
        self.mask_convention = mask_convention
        self.server = server
        self.guard = Guard()

    def with_style_pictures(self, pictures: Mapping[str, bytes]) -> Pictured:
        """The same engine where these styles, by name, are those of these pictures' files."""
        return Pictured(self, pictures)

    def render(
        self,
        tiles: Sequence[Tile],
        source: bytes | None,
        mask: bytes | None,
        turn: Turn,
        pictures: Mapping[str, bytes] | None = None,
    ) -> list[Outcome]:
        """One picture a tile, by one request; of an answer with more pictures, the first ones.

        ``source`` and ``mask`` are PNGs of the tile's shape, as large as the model works. A tile
        to ``generate`` needs neither, a ``variation`` or a ``transfer`` no mask; an ``outpaint`` is
        an edit whose source is the larger canvas and whose mask is what is new of it. ``pictures``
        of styles are sent behind the source, of which the mask is.

        Raises:
            NoSlotYet: from ``turn``, before anything was asked.
            RateLimited, Overloaded: worth another try; nothing was made.
            TimedOut, FailedMidway, ConnectionLost, BrokenAnswer: it may be billed all the same.
            Refused: the provider's moderation does not want this prompt with this picture.
            QuotaExhausted, BadKey, BadRequest, ProviderDown: no further call would fare better.
        """
        tile = tiles[0]
        place = frame(tile.model, tile.size)
        sent = None if source is None else framed(source, place)
        covered = None if mask is None else _mask(mask, place, self.mask_convention)
        turn()
        with self.guard.watching(), named(self.client):
            files = Files(sent, covered, references.files(tile, pictures or {}))
            answer = within(self.seconds, lambda: self._answer(tile, len(tiles), place, files))
            items = _items(answer, self.client.api_key)

        fetched_by = monotonic() + MOST_SECONDS

        def outcome(index: int) -> Outcome:
            if index >= len(items):
                return NotMade(f"The provider made {len(items)} pictures in place of {len(tiles)}.")
            try:
                provider = self._picture(items[index], fetched_by)
                return brought_back(provider, tiles[index], source, mask, place)
            except CollageError as error:
                return error

        usd = self._cost(answer, tile, place, len(items))
        return _settled([outcome(index) for index in range(len(tiles))], usd)

    def _answer(self, tile: Tile, count: int, place: Frame, files: Files) -> ImagesResponse:
        """The answer to the one request, also where it comes as a stream."""
        fields: dict[str, Any] = {
            "model": tile.model,
            "prompt": references.prompt(tile),
            "size": "x".join(map(str, place.asked)),
            **{name: value for name, value in tile.options.items() if name != STYLE_PICTURES},
        }
        if self.server.knows_n:
            fields["n"] = count
        if not self.server.previews:
            return cast("ImagesResponse", self._asked(fields, files))
        fields |= {"stream": True, "partial_images": self.server.previews}
        return whole(self._asked(fields, files), self.client.api_key)

    def _asked(self, fields: dict[str, Any], files: Files) -> Any:
        """What the SDK makes of the one request, which has what the server knows."""
        from openai import Stream
        from openai.types import ImageEditStreamEvent, ImagesResponse

        pictures = files.pictures
        if not pictures:
            return self.client.images.generate(**fields)
        # A server that knows of one picture only is sent one as ever.
        image = pictures if len(pictures) > 1 else pictures[0]
        field = self.server.mask_field
        if files.mask is None or field is None:
            return self.client.images.edit(image=image, **fields)
        covered = ("mask.png", files.mask, "image/png")
        if field == "mask":
            return self.client.images.edit(image=image, mask=covered, **fields)
        name = "image[]" if len(pictures) > 1 else "image"
        return self.client.post(
            "/images/edits",
            body=fields,
            files=[*((name, picture) for picture in pictures), (field, covered)],
            cast_to=ImagesResponse,
            options={"headers": {"Content-Type": "multipart/form-data"}},
            stream=bool(self.server.previews),
            stream_cls=Stream[ImageEditStreamEvent],
        )

    def _cost(self, answer: ImagesResponse, tile: Tile, place: Frame, made: int) -> float | None:
        """Dollars by the stack's own price, otherwise by what the answer says it used."""
        if self.server.usd_per_image is not None:
            return self.server.usd_per_image * made
        usage = getattr(answer, "usage", None)
        seen = getattr(usage, "input_tokens_details", None)
        return prices.cost(
            tile.model,
            place.asked,
            made,
            text=getattr(seen, "text_tokens", None),
            image=getattr(seen, "image_tokens", None),
            output=getattr(usage, "output_tokens", None),
            references=references.count(tile),
        )

    def _picture(self, item: Any, fetched_by: float) -> bytes:
        """The bytes of a picture that is in the answer, or lies where that says."""
        encoded, url = getattr(item, "b64_json", None), getattr(item, "url", None)
        if isinstance(encoded, str) and encoded:
            try:
                return embedded(encoded)
            except ValueError as error:
                raise BrokenAnswer("The provider answered a picture that is no base64.") from error
        if isinstance(url, str) and url:
            return fetch(url, str(self.client.base_url), self.server.picture_hosts, fetched_by)
        raise BrokenAnswer("The provider answered neither a picture nor where it lies.")

    @property
    def seconds(self) -> float:
        """What a request may take in all: what the client lets one wait for an answer take."""
        limit = self.client.timeout
        return limit if isinstance(limit, int | float) else LONGEST_CALL


def load(reach: Reach) -> OpenAI:
    """The engine with the stack's client and server."""
    found, client = reach.reached(PROVIDER)
    settings = cast(OpenAISettings, found)
    return OpenAI(client, settings.mask_convention, settings.described)


def _items(answer: ImagesResponse, secret: str) -> list[Any]:
    """What the answer holds, a picture each.

    Raises:
        CollageError: when it holds none: BrokenAnswer, or what the server says in their place.
    """
    # The SDK hands on whatever came, in whatever shape: text where the server sent no JSON.
    data = getattr(answer, "data", None)
    if not isinstance(data, list) or not data:
        raise of_answer(answer, secret) or BrokenAnswer("The provider answered no pictures.")
    return data


def _settled(outcomes: list[Outcome], usd: float | None) -> list[Outcome]:
    """The outcomes, each picture with its share of what the answer says that it cost.

    Raises:
        CollageError: the first of the errors, when no picture is among them.
    """
    came = sum(isinstance(outcome, Rendered) for outcome in outcomes)
    for outcome in outcomes:
        if not came and isinstance(outcome, CollageError):
            raise outcome
    return [
        replace(outcome, usd=usd / came)
        if isinstance(outcome, Rendered) and usd is not None
        else outcome
        for outcome in outcomes
    ]


@lru_cache(maxsize=8)
def _mask(mask: bytes, place: Frame, convention: str) -> bytes:
    """The mask as the server reads it, at the centre of the asked size; what is left over stays.

    libvips writes it in a quarter of Pillow's time, which tries every filter on every row. At level
    2 it is no larger than at 6, and sooner done.
    """
    alpha = pyvips.Image.new_from_array(np.asarray(framed_alpha(mask, place)))
    if convention == "white":
        picture = alpha.invert()
    else:
        picture = alpha.bandjoin([alpha] * 3).copy(interpretation="srgb")
    return bytes(picture.pngsave_buffer(compression=2, filter="none", keep="none"))
