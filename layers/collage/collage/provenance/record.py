"""The record: what a picture holds of its making, as JSON. One form, written and read.

Written, tile, plan and run stand in it whole, as their own models have them; `read_record` has what
is read of them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from collage.frozen import Frozen
from collage.sheet.geometry import Geometry

VERSION = 1
"""It grows only when what reads this one could misread the next."""

Whole: TypeAlias = Any
"""A part as its own model writes it; where it is read, a model of what is needed of it."""

Count = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(max_length=1_000)]


class Part(Frozen, extra="ignore"):
    """Of a record, what is read; what else is said there is left out of account."""


class Cells(Part):
    """The cells, row by row: what each shows, what it was to show, and its state.

    Tiles are indices of the plan's; a cell without one is empty.
    """

    tile: tuple[Count | None, ...]
    planned: tuple[Count | None, ...]
    state: tuple[str, ...]


class WrittenTile(Part):
    """What a tile's picture holds. ``pack`` is the version of this pack that wrote it."""

    kind: Literal["tile"] = "tile"
    version: Annotated[int, Field(le=VERSION)] = VERSION
    pack: Name
    key: Name
    tile: Whole


class WrittenCollage(Part):
    """What a collage's picture holds; an end for each tile of the plan."""

    kind: Literal["collage"] = "collage"
    version: Annotated[int, Field(le=VERSION)] = VERSION
    pack: Name
    plan: Whole
    run: Whole
    geometry: Geometry
    tiles: tuple[Whole, ...]
    cells: Cells
