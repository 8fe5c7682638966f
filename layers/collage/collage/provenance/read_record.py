"""The record as it is read, of which what only writes one has no use.

Read, it is anybody's word, and may be of another version of this pack: only what is needed here is
read of it, and every field is checked.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat

from collage.provenance.record import Count, Name, Part, WrittenCollage, WrittenTile
from collage.sheet.geometry import Side

Pair = tuple[Side, Side]
Text = Annotated[str, Field(max_length=1_000_000)]
"""A prompt with all that word lists put into it, or a message."""

Names = Annotated[tuple[Name, ...], Field(max_length=1_000)]
Counts = Annotated[dict[Name, int], Field(max_length=100)]


class TileFacts(Part):
    """What conditions a tile's pixels. ``key`` is its address in the store."""

    key: Name | None = None
    operation: Name
    prompt: Text
    styles: Names
    mask: Name | None
    engine: Name
    model: Name
    options: Annotated[dict[Name, Text], Field(max_length=100)]
    size: Pair
    seed: int | None
    sample: int | None


class TileEnd(Part):
    """What became of a tile in a run. Dollars are what was paid for it, in whichever run."""

    key: Name
    state: Literal["done", "reused", "replaced", "refused", "failed"]
    created: Name | None = None
    seconds: FiniteFloat | None = None
    usd: FiniteFloat = 0
    asked_before: Count = 0
    outside_changed: Count | None = None
    mask: Name | None = Field(
        default=None,
        exclude_if=lambda name: name is None,
        description="what its mask is called, where that is a file of the user's own",
    )
    source: Name | None = Field(
        default=None,
        exclude_if=lambda name: name is None,
        description="what the source is called that it goes back to, where there are several",
    )
    error: Name | None = None
    message: Text | None = None
    again: Annotated[dict[Name, Text], Field(default={}, max_length=100)]


class RequestFacts(Part):
    """The essentials of the request, with the model that the stack chose where none was named."""

    recipe: Name
    engine: Name
    model: Name | None = None
    quality: Name | None = None
    prompt: Text | None = None
    prompt_template: Text
    combine: int
    order: Name | None = None
    masks: Names
    source_names: Names | None = None
    rows: int
    cols: int
    size: Pair
    cell: int
    gap: int
    seed: int


class ShownEnd(TileEnd):
    """The same, with the tile that is shown where that is not the planned one, but its spare."""

    tile: TileFacts | None = None


class SourceFacts(Part):
    """The source, by its digest."""

    sha256: Name


class StylesFacts(Part):
    """The styles, and who named them: the request, the default, or a language model."""

    styles: Names
    origin: Name
    model: Name | None = None


class PlanFacts(Part):
    """The plan."""

    id: Name
    request: RequestFacts
    source: SourceFacts | None
    sources: Annotated[tuple[SourceFacts, ...], Field(max_length=1_000)] = ()
    styles: StylesFacts
    tiles: tuple[TileFacts, ...]


class StoppedFacts(Part):
    """What ended a run early."""

    error: Name
    message: Text


class RunFacts(Part):
    """The run: what came of the plan, counted."""

    created: Name
    tile_counts: Counts
    cell_counts: Counts
    usd: FiniteFloat
    render_seconds: FiniteFloat
    asked_again: int
    stopped: StoppedFacts | None = None


class ReadTile(WrittenTile):
    """The same, as it is read."""

    tile: TileFacts


class ReadCollage(WrittenCollage):
    """The same, as it is read."""

    plan: PlanFacts
    run: RunFacts
    tiles: tuple[ShownEnd, ...]
