"""A tile: one picture to be made, all that conditions it, and the key that follows from that."""

import json
from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field

from collage.digest import canonical, sha256
from collage.frozen import Frozen
from collage.names import Digest, MaskName

Operation = Literal[
    "generate",
    "inpaint",
    "outpaint",
    "variation",
    "interpolate",
    "reconstruct",
    "upscale",
    "transfer",
]
"""What an engine does for one tile."""


STYLE_PICTURES = "style_pictures"
"""The option that says, as JSON, which styles are those of which pictures' pixels, by digest."""


TRANSFERRED_BY = "transferred_by"
"""The option of a tile that is composed of a transfer: the engine that made that."""


class Tile(Frozen, extra="forbid"):
    """Everything that conditions one picture's pixels, and nothing else.

    ``size`` is (width, height) in pixels; ``source`` is the digest of the prepared source's
    pixels, or of the `Composition` it is made from, and ``mask_sha256`` that of the mask file.
    ``options`` are the engine's own, only those that were asked for. An engine that takes no seed
    has a ``sample`` number in its place. ``preserve`` says that the source is laid back over what
    lies outside the mask.
    """

    operation: Operation
    prompt: str
    styles: tuple[str, ...]
    mask: MaskName | None
    mask_sha256: str | None
    source: str | None
    engine: str
    model: str
    options: dict[str, str]
    size: tuple[int, int]
    seed: int | None
    sample: int | None
    preserve: bool

    @cached_property
    def key(self) -> str:
        """The tile's address in the store: same conditioning, same key, same picture."""
        return sha256(canonical(self.model_dump()))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values, and so with another key."""
        copied = super().model_copy(update=update, deep=deep)
        # What was computed of the original is copied along with its fields.
        copied.__dict__.pop("key", None)
        return copied.slim()

    @property
    def style_pictures(self) -> dict[str, str]:
        """Digests of the pixels of the pictures that its styles are taken from, by their names."""
        given = self.options.get(STYLE_PICTURES)
        return {} if given is None else dict(json.loads(given))

    @property
    def made_of(self) -> tuple[str, ...]:
        """Digests of the pictures that it is made of: its source, and its style pictures."""
        own = () if self.source is None else (self.source,)
        return (*own, *self.style_pictures.values())

    def caption(
        self,
        prompt: bool = False,
        mask: str | None = None,
        source: str | None = None,
        again: Mapping[str, str] | None = None,
    ) -> str:
        """What a label says of it: its styles and its mask, or its ``prompt``, or its number.

        ``mask`` is what people call its mask, where that is not what the tile calls it, and
        ``source`` its source, where there are several; ``again`` is what it alone has otherwise,
        which is said in any case.
        """
        changed = dict(again or {})
        named = self._named(prompt or changed.pop("prompt", None) is not None, mask, source)
        said = (f"{name.replace('_', ' ')} {value}" for name, value in changed.items())
        return ", ".join([named, *(each for each in said if each != named)])

    def _named(self, prompt: bool, mask: str | None, source: str | None) -> str:
        if prompt and self.prompt:
            return self.prompt
        if self.styles:
            said = " + ".join(self.styles), self.mask and (mask or self.mask), source
        else:
            number = f"sample {self.sample}" if self.seed is None else f"seed {self.seed}"
            said = number, None, source
        return ", ".join(filter(None, said))


class Kind(NamedTuple):
    """Tiles that differ in nothing but their prompts, styles, masks and numbers."""

    tile: Tile
    """One of them."""
    sampled: Mapping[int, int]
    """How many different conditionings there are, by the number of tiles that each has."""


class Interned:
    """What tiles have alike, each value held once: those of a plan differ in little.

    A tile whose values are its own takes three times as much memory.
    """

    def __init__(self) -> None:
        self._values: dict[Hashable, Any] = {}
        self._options: dict[Hashable, dict[str, str]] = {}

    def tile(self, tile: Tile) -> Tile:
        """``tile``, with those of its values that another had before in place of its own."""
        own, options = tile.__dict__, tile.options
        for name in _ALIKE:
            own[name] = self._values.setdefault(own[name], own[name])
        own["options"] = self._options.setdefault(tuple(options.items()), options)
        return tile.slim()


_ALIKE = (
    "operation",
    "prompt",
    "styles",
    "mask",
    "mask_sha256",
    "source",
    "engine",
    "model",
    "size",
)
"""The fields whose values are held once, as the options are: texts, and what has several parts."""


class Piece(Frozen):
    """A part of a composed picture: another tile's picture, or the prepared source.

    ``tile`` is the tile's key, None for the source. ``box`` (left, top, right, bottom) is what is
    taken of it and ``at`` where that goes, both in pixels. Where it has a ``mask``, which is as
    large as the box, only what that edits is laid over what is there, with a soft edge; and
    ``mask_sha256`` is the digest of the mask's file.
    """

    tile: Digest | None
    box: tuple[int, int, int, int]
    at: tuple[int, int]
    # A piece without one has the digest that pieces had before there were masks.
    mask: MaskName | None = Field(default=None, exclude_if=lambda mask: mask is None)
    mask_sha256: str | None = Field(default=None, exclude_if=lambda digest: digest is None)


class Composition(Frozen):
    """A picture put together from others, later pieces over earlier ones.

    A tile that has it as its source can only be made after the tiles it is put together from.
    """

    size: tuple[int, int]
    pieces: tuple[Piece, ...]
    source: str | None
    """Digest of the prepared source's pixels, where a piece is of it."""

    @classmethod
    def of(cls, tile: Tile) -> Self:
        """The picture of one tile, as it is."""
        whole = Piece(tile=tile.key, box=(0, 0, *tile.size), at=(0, 0))
        return cls(size=tile.size, pieces=(whole,), source=None)

    @property
    def digest(self) -> str:
        """What a tile names it by: the same parts in the same places, the same picture."""
        return sha256(canonical(self.model_dump()))


class Call(Frozen):
    """One engine call: the tiles it makes. An item of calls.json, and what the Map hands out.

    ``spares`` are those of each tile: when it is refused, the first that is not takes its place.
    ``composition`` is what their source is put together from, where it is not the prepared one;
    ``references`` are what else is put together for them: style pictures, and the sources of their
    spares. ``priced`` says that making them costs money, so that it must not be asked for again
    lightly.
    """

    index: int
    tiles: tuple[Tile, ...]
    spares: tuple[tuple[Tile, ...], ...] = ()
    composition: Composition | None = None
    references: tuple[Composition, ...] = ()
    priced: bool = False

    @property
    def composed(self) -> dict[str, Composition]:
        """What is put together for its tiles, by the digests that these name it by."""
        own = () if self.composition is None else (self.composition,)
        return {each.digest: each for each in (*own, *self.references)}


class Sidecar(Frozen):
    """What lies beside a finished tile, written last: a tile without it is not finished."""

    key: Digest
    sha256: str
    """Of the picture file, so that half a picture is never taken for a whole one."""
    tile: Tile
    collage: str
    """The collage whose run made it."""
    seconds: float
    """What the engine took."""
    created: str
    """When, in UTC, as ISO 8601."""
    version: str
    """Of this pack."""
    usd: float = 0
    """Its share of what the call cost."""
    asked_before: int = 0
    """Earlier requests for it whose end is not known; the provider may have billed them."""
    provider: str | None = None
    """Digest of the provider's own picture, which is kept beside it, where there is one."""
    outside_changed: int | None = None
    """Pixels outside the mask that the model had changed."""
    cropped_from: tuple[int, int] | None = None
    """The size of the provider's picture, where that was of another shape and was cropped."""
    measures: dict[str, float] = Field(default={})
    """What was measured of it, by name: of a reconstruction its likeness to the source."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        return self.tile.size
