"""The manifest: how a collage ended, tile by tile and cell by cell."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field

import collage
from collage.formats import FORMATS, Format
from collage.formats.deep_zoom import Pyramid
from collage.frozen import Frozen
from collage.names import (
    CollageFile,
    CollageId,
    DHash,
    Digest,
    MaskFile,
    MaskName,
    SourceFile,
    TilesFolder,
)
from collage.sheet.geometry import Geometry
from collage.sheet.layout import Layout
from collage.tile import Tile

TileState = Literal["done", "reused", "replaced", "refused", "failed"]
CellState = Literal["done", "reused", "replaced", "refused", "failed", "repeated", "empty"]

MISSING: tuple[TileState, ...] = ("refused", "failed")
"""The states of tiles that there is no picture of."""


class Failure(Frozen):
    """Why something failed: failure.json for a run, failures/*.json for an engine call."""

    id: str
    error: str = Field(description="one of the pack's error names, or the platform's")
    message: str
    created: str
    call: int | None = None
    source: str | None = None


class Files(Frozen):
    """Names of the files, relative to the folder that the manifest lies in."""

    collage: CollageFile | None = Field(description="none where the tiles were not joined")
    preview: Literal["preview.jpg"] = "preview.jpg"
    pyramid: Pyramid | None = Field(default=Pyramid(), description="likewise")
    source: SourceFile | None = Field(description="the source as it was prepared")
    sources: dict[str, SourceFile] = Field(
        default={},
        exclude_if=lambda files: not files,
        description="the sources as they were prepared, by their names, where there are several",
    )
    masks: dict[MaskName, MaskFile] = Field(description="by name")
    tiles: TilesFolder = Field(
        default="../../tiles", description="where the tiles lie, as {key}.png"
    )

    def from_below(self, file_format: Format | None) -> "Files":
        """Those of another layout, whose manifest lies two folders further down.

        Without a format there is no picture of all of it.
        """
        up = "../../"
        return self.model_copy(
            update={
                "tiles": up + "../../tiles",
                "collage": file_format and f"collage.{FORMATS[file_format].ending}",
                "pyramid": file_format and Pyramid(),
                "source": self.source and up + self.source.removeprefix(up),
                "sources": {
                    name: up + file.removeprefix(up) for name, file in self.sources.items()
                },
                "masks": {name: up + file.removeprefix(up) for name, file in self.masks.items()},
            }
        )

    def gathered(self) -> "Files":
        """The same files in a folder of their own that holds all of them, as when fetched."""
        up = "../../"
        return self.model_copy(
            update={
                "tiles": "tiles",
                "source": self.source and self.source.removeprefix(up),
                "sources": {name: file.removeprefix(up) for name, file in self.sources.items()},
                "masks": {name: file.removeprefix(up) for name, file in self.masks.items()},
            }
        )


class TileRecord(Frozen):
    """A tile of the plan and what became of it."""

    index: int
    key: Digest
    state: TileState
    tile: Tile = Field(description="as it was made; of a replaced tile, the spare")
    created: str | None = Field(default=None, description="when it was made, in UTC")
    seconds: float | None = Field(default=None, description="what the engine took")
    usd: float = Field(default=0, description="what was paid for it, in whichever run that was")
    asked_before: int = Field(default=0, description="requests before that may have been billed")
    outside_changed: int | None = Field(
        default=None, description="pixels outside the mask that the model had changed"
    )
    cropped_from: tuple[int, int] | None = Field(
        default=None,
        description="size of the provider's picture, where it was of another shape and was cropped",
    )
    refused: Tile | None = Field(default=None, description="the draw that a spare replaced")
    axes: dict[str, str] = Field(default={}, description="its value on each axis of a matrix")
    again: dict[str, str] = Field(
        default={},
        exclude_if=lambda changed: not changed,
        description="what it alone has otherwise than its place in the plan, where it was changed",
    )
    measures: dict[str, float] = Field(default={}, description="what was measured of it")
    dhash: DHash | None = Field(
        default=None,
        exclude_if=lambda dhash: dhash is None,
        description="its difference hash, where a cell shows it; alike ones differ in few bits",
    )
    mask: str | None = Field(
        default=None,
        exclude_if=lambda name: name is None,
        description="what its mask is called, where that is a file of the user's own",
    )
    source: str | None = Field(
        default=None,
        exclude_if=lambda name: name is None,
        description="what the source is called that it goes back to, where there are several",
    )
    error: str | None = None
    message: str | None = None

    @property
    def mask_name(self) -> str | None:
        """What people call its mask, where it has one."""
        return self.mask or self.tile.mask

    def caption(self, prompt: bool = False) -> str:
        """What a label says of it, with what was measured of it."""
        measured = (f"{name} {value:.4g}" for name, value in self.measures.items())
        named = self.tile.caption(prompt, self.mask, self.source, self.again)
        return ", ".join((named, *measured))


class CellRecord(Frozen):
    """A cell of the grid. ``tile`` is what it shows; ``planned`` what it was to show.

    A cell that was to show nothing is empty. One whose place says what it is shows nothing in
    place of a tile that is missing.
    """

    row: int
    col: int
    state: CellState
    tile: int | None
    planned: int | None


class Summary(Frozen):
    """What a manifest says of the collage as a whole, and what is announced of it."""

    version: Literal[1]
    id: CollageId
    title: str | None
    created: str
    files: Files
    tile_counts: dict[str, int]
    usd: float
    stopped: Failure | None

    @property
    def missing(self) -> int:
        """How many tiles there is no picture of."""
        return _missing(self.tile_counts)


class Manifest(Frozen):
    """manifest.json: the plan's tiles and cells with their ends, and the counts."""

    version: Literal[1] = 1
    id: CollageId
    recipe: str
    title: str | None
    pack: str = collage.__version__
    created: str
    styles_origin: str = Field(description="request, default, or model: a language model")
    styles_model: str | None
    source: str | None = Field(description="digest of the source's file, where there is one")
    sources: dict[str, str] = Field(
        default={},
        exclude_if=lambda digests: not digests,
        description="digests of the sources' files, by their names, where there are several",
    )
    seed: int
    layout: Layout = Field(description="as it was drawn, missing tiles replaced")
    geometry: Geometry
    unwritten: str = Field(
        default="",
        description="characters that there are no letters for; a text with one of them is written "
        "without its accents, or as its number",
    )
    files: Files
    tile_counts: dict[str, int]
    cell_counts: dict[str, int]
    render_seconds: float = Field(description="engine time of the tiles made in this run")
    usd: float = Field(description="what was paid for the tiles made in this run")
    asked_again: int = Field(description="requests that may have been billed without a tile")
    unsettled_usd: float = Field(
        default=0,
        description="what stays counted for requests that may have been billed without a tile, in "
        "all runs; not in usd",
    )
    stopped: Failure | None = Field(description="what ended the run early, if something did")
    tiles: tuple[TileRecord, ...]
    cells: tuple[CellRecord, ...]

    def slim(self) -> Self:
        """This one, and all of its tiles and cells, as `Frozen.slim` has it."""
        for record in self.tiles:
            record.slim().tile.slim()
        for cell in self.cells:
            cell.slim()
        return super().slim()

    def hashed(self, dhashes: Mapping[int, str]) -> Self:
        """This with the difference hashes of its tiles' pictures, by their indices."""
        tiles = (
            record.model_copy(update={"dhash": dhashes.get(record.index, record.dhash)}).slim()
            for record in self.tiles
        )
        return self.model_copy(update={"tiles": tuple(tiles)})

    @property
    def head(self) -> Self:
        """This without its tiles and cells."""
        return self.model_copy(update={"tiles": (), "cells": ()})

    @property
    def captions(self) -> dict[int, str]:
        """What labels say of the tiles, by index."""
        return captions(self.tiles, self.layout)

    @property
    def missing(self) -> int:
        """How many tiles there is no picture of."""
        return _missing(self.tile_counts)


def _missing(counts: Mapping[str, int]) -> int:
    return sum(counts.get(state, 0) for state in MISSING)


def captions(tiles: tuple[TileRecord, ...], layout: Layout) -> dict[int, str]:
    """What labels of a layout say of the tiles, by index."""
    return {record.index: record.caption(layout.prompts) for record in tiles}
