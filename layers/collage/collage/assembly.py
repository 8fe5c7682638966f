"""What the steps that assemble a large collage in bands hand to one another."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from collage.formats.deep_zoom import Pyramid
from collage.frozen import Frozen
from collage.manifest import Manifest
from collage.names import DHash, Digest
from collage.plan_slices import End
from collage.sheet.bands import Bands
from collage.sheet.layout import Layout

Size = tuple[int, int]
"""Width and height in pixels."""

Part = int | Literal["collage"]
"""What one function makes: a band, by its number, or the joined picture."""


class Picture(Frozen):
    """Where a tile's picture lies, and its size."""

    key: Digest
    sha256: str
    size: Size


class Pictures(Frozen):
    """The pictures of the tiles that a band shows, by the tiles' indices."""

    pictures: dict[int, Picture]


class Drawing(Frozen):
    """What all bands of a collage draw alike. Which tiles there are was judged once, for all."""

    layout: Layout
    captions: dict[int, str]
    """What labels say, by the index of the tile; none where there are no labels."""
    bands: Bands
    pyramid: Pyramid | None
    mark: str | None
    """What each picture says of itself: a JPEG segment, as hexadecimal digits."""
    shapes: tuple[tuple[Size, Size], ...]
    """For each size of a tile that there is, the size that it has in its cell."""

    @property
    def segment(self) -> bytes | None:
        """What each picture says of itself."""
        return None if self.mark is None else bytes.fromhex(self.mark)


class Draft(Frozen):
    """The verdict of a round: the manifest but for tiles and cells, before its pictures are there.

    What became of each tile the slices say, but of those that are ``lost``, by index.
    """

    manifest: Manifest
    lost: dict[int, End]


class PartEnd(Frozen):
    """How a part ended: the difference hashes of its tiles, or which of these are lost."""

    dhashes: dict[int, DHash] = Field(default={})
    lost: tuple[int, ...] = ()
