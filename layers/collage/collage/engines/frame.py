"""A frame: a picture of some shape inside one of a size that a model can make."""

from __future__ import annotations

from typing import NamedTuple


class Frame(NamedTuple):
    """A picture of some shape inside one of an allowed size: both (width, height) in pixels."""

    asked: tuple[int, int]
    """The size to ask the model for."""
    inner: tuple[int, int]
    """What the tile's own shape takes up of it, centred."""

    @property
    def corner(self) -> tuple[int, int]:
        """Where that begins, from the left and from the top."""
        return (self.asked[0] - self.inner[0]) // 2, (self.asked[1] - self.inner[1]) // 2

    @classmethod
    def around(cls, size: tuple[int, int], asked: tuple[int, int]) -> Frame:
        """The frame ``asked`` around a tile of ``size``, which lies in it as large as it fits."""
        scale = min(asked[0] / size[0], asked[1] / size[1])
        return cls(asked, (round(size[0] * scale), round(size[1] * scale)))
