"""The manifest: how a collage ended, tile by tile and cell by cell."""

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

import collage
from collage import layout
from collage.errors import TooFewTiles
from collage.layout import Layout
from collage.plan import Plan
from collage.tile import Sidecar, Tile

TileState = Literal["done", "reused", "failed"]
CellState = Literal["done", "reused", "failed", "repeated"]


class Failure(BaseModel):
    """Why something failed: failure.json for a run, failures/*.json for an engine call."""

    model_config = ConfigDict(frozen=True)

    id: str
    error: str = Field(description="one of the pack's error names, or the platform's")
    message: str
    created: str
    call: int | None = None
    source: str | None = None


class TileRecord(BaseModel):
    """A tile of the plan and what became of it."""

    model_config = ConfigDict(frozen=True)

    index: int
    key: str
    state: TileState
    tile: Tile
    seconds: float | None = Field(default=None, description="what the engine took")
    error: str | None = None
    message: str | None = None


class CellRecord(BaseModel):
    """A cell of the grid. ``tile`` is what it shows; ``planned`` what it was to show."""

    model_config = ConfigDict(frozen=True)

    row: int
    col: int
    state: CellState
    tile: int
    planned: int


class Manifest(BaseModel):
    """manifest.json: the plan's tiles and cells with their ends, and the counts."""

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    id: str
    pack: str = collage.__version__
    created: str
    styles_origin: str
    source: str
    seed: int
    layout: Layout = Field(description="as it was drawn, missing tiles replaced")
    tile_counts: dict[str, int]
    cell_counts: dict[str, int]
    render_seconds: float = Field(description="engine time of the tiles made in this run")
    tiles: tuple[TileRecord, ...]
    cells: tuple[CellRecord, ...]


def record(
    plan: Plan,
    sidecars: Mapping[str, Sidecar],
    failures: Mapping[int, Failure],
    *,
    min_share: float,
    created: str,
) -> Manifest:
    """Judge a finished fan-out: which tiles exist, and what each cell shows.

    ``sidecars`` are those of the tiles that exist, by key; ``failures`` are by call. A cell
    whose tile is missing is filled with another tile.

    Raises:
        TooFewTiles: when less than ``min_share`` of the tiles exist.
    """
    calls = {tile: call for call, tiles in enumerate(plan.calls) for tile in tiles}
    tiles = tuple(
        _tile_record(plan.id, i, tile, sidecars.get(tile.key), failures.get(calls[i]))
        for i, tile in enumerate(plan.tiles)
    )
    present = [t.index for t in tiles if t.state != "failed"]
    if not present or len(present) < min_share * len(tiles):
        raise TooFewTiles(_verdict(tiles, len(present), min_share))
    planned = plan.layout.cells
    shown = layout.fill(
        [tile if tiles[tile].state != "failed" else None for tile in planned],
        plan.layout.cols,
        present,
        plan.request.seed,
    )
    cells = _cell_records(plan.layout, shown, tiles)
    return Manifest(
        id=plan.id,
        created=created,
        styles_origin=plan.styles.origin,
        source=plan.source.sha256,
        seed=plan.request.seed,
        layout=plan.layout.model_copy(update={"cells": shown}),
        tile_counts=dict(Counter(t.state for t in tiles)),
        cell_counts=dict(Counter(c.state for c in cells)),
        render_seconds=round(sum(t.seconds or 0 for t in tiles if t.state == "done"), 3),
        tiles=tiles,
        cells=cells,
    )


def _tile_record(
    collage_id: str, index: int, tile: Tile, sidecar: Sidecar | None, failure: Failure | None
) -> TileRecord:
    if sidecar is not None:
        state: TileState = "done" if sidecar.collage == collage_id else "reused"
        return TileRecord(
            index=index, key=tile.key, state=state, tile=tile, seconds=sidecar.seconds
        )
    return TileRecord(
        index=index,
        key=tile.key,
        state="failed",
        tile=tile,
        error=failure.error if failure else "NotRendered",
        message=failure.message if failure else "The call ended without a picture or an error.",
    )


def _cell_records(
    planned: Layout, shown: tuple[int, ...], tiles: tuple[TileRecord, ...]
) -> tuple[CellRecord, ...]:
    seen: set[int] = set()
    records = []
    for position, (wanted, tile) in enumerate(zip(planned.cells, shown, strict=True)):
        state: CellState = tiles[wanted].state
        if state != "failed" and tile in seen:
            state = "repeated"
        seen.add(tile)
        row, col = divmod(position, planned.cols)
        records.append(CellRecord(row=row, col=col, state=state, tile=tile, planned=wanted))
    return tuple(records)


def _verdict(tiles: tuple[TileRecord, ...], present: int, min_share: float) -> str:
    causes = Counter(t.error for t in tiles if t.state == "failed")
    reasons = ", ".join(f"{count} x {error}" for error, count in causes.most_common(3))
    return (
        f"{present} of {len(tiles)} tiles exist; a collage needs {min_share:.0%}. "
        f"The others failed: {reasons}."
    )
