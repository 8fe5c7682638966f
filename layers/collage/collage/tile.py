"""A tile: one picture to be made, all that conditions it, and the key that follows from that."""

from functools import cached_property

from pydantic import BaseModel, ConfigDict

from collage.digest import canonical, sha256
from collage.engines import Operation


class Tile(BaseModel):
    """Everything that conditions one picture's pixels, and nothing else.

    ``size`` is (width, height) in pixels; ``source`` is the digest of the prepared source's
    pixels and ``mask_sha256`` that of the mask file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation: Operation
    prompt: str
    styles: tuple[str, ...]
    mask: str
    mask_sha256: str
    source: str
    engine: str
    model: str
    size: tuple[int, int]
    seed: int

    @cached_property
    def key(self) -> str:
        """The tile's address in the store: same conditioning, same key, same picture."""
        return sha256(canonical(self.model_dump()))


class Call(BaseModel):
    """One engine call: the tiles it makes. An item of calls.json, and what the Map hands out."""

    model_config = ConfigDict(frozen=True)

    index: int
    tiles: tuple[Tile, ...]


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
