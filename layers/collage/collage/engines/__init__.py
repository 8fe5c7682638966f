"""Engines: what renders tiles. A new one is a module here and a line in the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal, Protocol, cast

if TYPE_CHECKING:
    from collage.tile import Tile

Operation = Literal[
    "generate", "inpaint", "outpaint", "variation", "interpolate", "reconstruct", "upscale"
]


@dataclass(frozen=True)
class Capability:
    """What is known of an engine without loading it."""

    model: str
    """What renders unless a request says otherwise; a part of every tile's key."""
    operations: frozenset[Operation]


class Engine(Protocol):
    """What every engine module's ``load()`` returns."""

    def render(self, tile: Tile, source: bytes, mask: bytes) -> bytes:
        """The tile's picture as PNG bytes.

        ``source`` and ``mask`` are PNGs of the tile's size; the mask's alpha 0 = edit.
        """


ENGINES: dict[str, Capability] = {
    "painter": Capability(model="painter-1", operations=frozenset({"inpaint"})),
}


def load(name: str) -> Engine:
    """The engine ``name``, its libraries imported only now."""
    return cast(Engine, import_module(f"collage.engines.{name}").load())


__all__: Sequence[str] = ("ENGINES", "Capability", "Engine", "Operation", "load")
