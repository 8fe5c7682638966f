"""A tile: one picture to be made, all that conditions it, and the key that follows from that."""

from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

from collage.digest import canonical, sha256

Operation = Literal[
    "generate", "inpaint", "outpaint", "variation", "interpolate", "reconstruct", "upscale"
]
"""What an engine does for one tile."""


class Tile(BaseModel):
    """Everything that conditions one picture's pixels, and nothing else.

    ``size`` is (width, height) in pixels; ``source`` is the digest of the prepared source's
    pixels and ``mask_sha256`` that of the mask file. ``options`` are the engine's own, only those
    that were asked for. An engine that takes no seed has a ``sample`` number in its place.
    ``preserve`` says that the source is laid back over what lies outside the mask.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation: Operation
    prompt: str
    styles: tuple[str, ...]
    mask: str | None
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

    @property
    def caption(self) -> str:
        """What a label says of it: its styles and its mask."""
        return " + ".join(self.styles) + (f", {self.mask}" if self.mask else "")


class Call(BaseModel):
    """One engine call: the tiles it makes. An item of calls.json, and what the Map hands out.

    ``spares`` are those of each tile: when it is refused, the first that is not takes its place.
    """

    model_config = ConfigDict(frozen=True)

    index: int
    tiles: tuple[Tile, ...]
    spares: tuple[tuple[Tile, ...], ...] = ()


class Sidecar(BaseModel):
    """What lies beside a finished tile, written last: a tile without it is not finished."""

    model_config = ConfigDict(frozen=True)

    key: str
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
