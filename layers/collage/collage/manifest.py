"""The manifest: how a collage ended, tile by tile and cell by cell."""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

import collage
from collage import errors
from collage.errors import Refused, StoppingError, TooFewTiles
from collage.formats import FORMATS, Format
from collage.formats.deep_zoom import Pyramid
from collage.frozen import Frozen
from collage.names import (
    CollageFile,
    CollageId,
    Digest,
    MaskFile,
    MaskName,
    SourceFile,
    TilesFolder,
)
from collage.notes import Unsettled
from collage.plan import Plan
from collage.sheet import layout
from collage.sheet.geometry import Geometry
from collage.sheet.layout import Layout
from collage.tile import Sidecar, Tile

TileState = Literal["done", "reused", "replaced", "refused", "failed"]
CellState = Literal["done", "reused", "replaced", "refused", "failed", "repeated", "empty"]

MISSING: tuple[TileState, ...] = ("refused", "failed")
"""The states of tiles that there is no picture of."""

STOPPING = {error.__name__ for error in StoppingError.__subclasses__()}


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

    collage: CollageFile
    preview: Literal["preview.jpg"] = "preview.jpg"
    pyramid: Pyramid = Pyramid()
    source: SourceFile | None = Field(description="the source as it was prepared")
    masks: dict[MaskName, MaskFile] = Field(description="by name")
    tiles: TilesFolder = Field(
        default="../../tiles", description="where the tiles lie, as {key}.png"
    )

    def from_below(self, file_format: Format) -> "Files":
        """Those of another layout, whose manifest lies two folders further down."""
        up = "../../"
        return self.model_copy(
            update={
                "tiles": up + "../../tiles",
                "collage": f"collage.{FORMATS[file_format].ending}",
                "source": self.source and up + self.source.removeprefix(up),
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
    measures: dict[str, float] = Field(default={}, description="what was measured of it")
    error: str | None = None
    message: str | None = None

    def caption(self, prompt: bool = False) -> str:
        """What a label says of it, with what was measured of it."""
        measured = (f"{name} {value:.4g}" for name, value in self.measures.items())
        return ", ".join((self.tile.caption(prompt), *measured))


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
    source: str | None
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

    def laid_out(
        self, again: Layout, planned: tuple[int | None, ...], file_format: Format, created: str
    ) -> "Manifest":
        """The manifest of the same tiles in another layout, written in a format.

        ``planned`` is what the cells were to show, of which some can be missing.
        """
        from collage.sheet.sheet import Sheet

        sheet = Sheet(again, _captions(self.tiles, again))
        wanted = again.model_copy(update={"cells": planned})
        cells = _cell_records(wanted, again.cells, self.tiles)
        counts = dict(Counter(cell.state for cell in cells))
        return self.model_copy(
            update={
                "layout": again,
                "title": again.title,
                "geometry": sheet.geometry,
                "unwritten": sheet.unwritten,
                "files": self.files.from_below(file_format),
                "cells": cells,
                "cell_counts": counts,
                "created": created,
            }
        )

    @property
    def captions(self) -> dict[int, str]:
        """What labels say of the tiles, by index."""
        return _captions(self.tiles, self.layout)

    @property
    def missing(self) -> int:
        """How many tiles there is no picture of."""
        return sum(self.tile_counts.get(state, 0) for state in MISSING)


def record(
    plan: Plan,
    sidecars: Mapping[int, Sidecar],
    failures: Mapping[int, Failure],
    unsettled: Mapping[str, Unsettled],
    *,
    min_share: float,
    created: str,
) -> Manifest:
    """Judge a finished fan-out: which tiles exist, and what each cell shows.

    ``sidecars`` are those of the tiles that exist, or of their spares, by the tile's index;
    ``failures`` are by call, ``unsettled`` requests by tile. A cell whose tile is missing is
    filled with another tile. A run that was stopped early makes a collage of whatever it has.

    Raises:
        TooFewTiles: when less than ``min_share`` of the tiles exist.
        StoppingError: by name, when that ended the run before the first tile.
    """
    from collage.sheet.sheet import Sheet

    tiles, stopped = _ends(plan, sidecars, failures)
    shown = _shown(plan, tiles, stopped, unsettled, min_share)
    drawn = tuple(
        None if cell is None or tiles[cell].state in MISSING else cell for cell in plan.layout.cells
    )
    if not plan.layout.fixed:
        drawn = layout.fill(drawn, plan.layout.cols, shown, plan.request.seed)
    cells = _cell_records(plan.layout, drawn, tiles)
    made = [t for t in tiles if sidecars.get(t.index) and sidecars[t.index].collage == plan.id]
    shown_layout = plan.layout.model_copy(update={"cells": drawn})
    sheet = Sheet(shown_layout, _captions(tiles, shown_layout))
    return Manifest(
        id=plan.id,
        recipe=plan.request.recipe,
        title=shown_layout.title,
        created=created,
        styles_origin=plan.styles.origin,
        styles_model=plan.styles.model,
        source=plan.source and plan.source.sha256,
        seed=plan.request.seed,
        layout=shown_layout,
        geometry=sheet.geometry,
        unwritten=sheet.unwritten,
        files=Files(
            collage=f"collage.{FORMATS[plan.request.format].ending}",
            source="source.png" if plan.source else None,
            masks={name: f"masks/{name}.png" for name in plan.prepared.masks},
        ),
        tile_counts=dict(Counter(t.state for t in tiles)),
        cell_counts=dict(Counter(c.state for c in cells)),
        render_seconds=round(sum(t.seconds or 0 for t in made), 3),
        usd=round(sum(t.usd for t in made), 6),
        asked_again=sum(t.asked_before for t in made)
        + sum(note.requests for key, note in unsettled.items() if key not in {t.key for t in made}),
        unsettled_usd=_unsettled_usd(unsettled),
        stopped=stopped,
        tiles=tiles,
        cells=cells,
    )


def _ends(
    plan: Plan, sidecars: Mapping[int, Sidecar], failures: Mapping[int, Failure]
) -> tuple[tuple[TileRecord, ...], Failure | None]:
    """What became of each tile, and the failure that ended the run early, if one did."""
    calls = {tile: call for call, tiles in enumerate(plan.calls) for tile in tiles}
    # Failures of an earlier try stay written down; those of tiles that exist now are history.
    missing = {calls[i] for i in range(len(plan.tiles)) if i not in sidecars}
    stops = (failures[call] for call in sorted(missing & failures.keys()))
    stopped = next((failure for failure in stops if failure.error in STOPPING), None)
    tiles = tuple(
        tile_record(plan, i, sidecars.get(i), failures.get(calls[i]) or stopped)
        for i in range(len(plan.tiles))
    )
    return tiles, stopped


def _shown(
    plan: Plan,
    tiles: tuple[TileRecord, ...],
    stopped: Failure | None,
    unsettled: Mapping[str, Unsettled],
    min_share: float,
) -> list[int]:
    """The tiles that exist and have a place in the collage.

    Raises:
        TooFewTiles, StoppingError: as for `record`.
    """
    present = [t.index for t in tiles if t.state not in MISSING]
    # Some tiles are only there for others to be made from.
    wanted = set(plan.layout.cells)
    shown = [tile for tile in present if tile in wanted]
    if stopped is not None and not shown:
        raise getattr(errors, stopped.error)(stopped.message)
    if stopped is None and (not shown or len(present) < _least(min_share, len(tiles))):
        raise TooFewTiles(_verdict(tiles, len(present), min_share) + _unsettled_words(unsettled))
    return shown


def tile_record(
    plan: Plan, index: int, sidecar: Sidecar | None, failure: Failure | None
) -> TileRecord:
    """What became of a tile, by its own sidecar or that of its spare, or by its call's failure."""
    tile = plan.tiles[index]
    axes = plan.axes[index] if plan.axes else {}
    if sidecar is not None:
        replaced = sidecar.key != tile.key
        state: TileState = "done" if sidecar.collage == plan.id else "reused"
        return TileRecord(
            index=index,
            axes=axes,
            measures=sidecar.measures,
            key=sidecar.key,
            state="replaced" if replaced else state,
            tile=sidecar.tile,
            created=sidecar.created,
            seconds=sidecar.seconds,
            usd=sidecar.usd,
            asked_before=sidecar.asked_before,
            outside_changed=sidecar.outside_changed,
            cropped_from=sidecar.cropped_from,
            refused=tile if replaced else None,
            error=failure.error if replaced and failure else None,
            message=failure.message if replaced and failure else None,
        )
    return TileRecord(
        index=index,
        axes=axes,
        key=tile.key,
        state="refused" if failure and failure.error == Refused.__name__ else "failed",
        tile=tile,
        error=failure.error if failure else "NotRendered",
        message=failure.message if failure else "The call ended without a picture or an error.",
    )


def _captions(tiles: tuple[TileRecord, ...], layout: Layout) -> dict[int, str]:
    return {record.index: record.caption(layout.prompts) for record in tiles}


def _cell_records(
    planned: Layout, shown: tuple[int | None, ...], tiles: tuple[TileRecord, ...]
) -> tuple[CellRecord, ...]:
    seen: set[int | None] = set()
    records = []
    for position, (wanted, tile) in enumerate(zip(planned.cells, shown, strict=True)):
        state: CellState = "empty" if wanted is None else tiles[wanted].state
        if state not in ("empty", *MISSING) and tile in seen:
            state = "repeated"
        seen.add(tile)
        row, col = divmod(position, planned.cols)
        records.append(CellRecord(row=row, col=col, state=state, tile=tile, planned=wanted))
    return tuple(records)


def _unsettled_words(unsettled: Mapping[str, Unsettled]) -> str:
    """A sentence, with a space before it, on requests that may have been billed for nothing."""
    requests = sum(note.requests for note in unsettled.values())
    if not requests:
        return ""
    return (
        f" {requests} requests for pictures that did not come may be billed; "
        f"${_unsettled_usd(unsettled):,.2f} stay counted for them."
    )


def _unsettled_usd(unsettled: Mapping[str, Unsettled]) -> float:
    return round(sum(note.usd for note in unsettled.values()), 6)


def _least(share: float, tiles: int) -> int:
    """How many tiles a share is, rounded up, but not for what floats add to a whole number."""
    return math.ceil(round(share * tiles, 6))


def _verdict(tiles: tuple[TileRecord, ...], present: int, min_share: float) -> str:
    causes = Counter(t.error for t in tiles if t.state in MISSING)
    reasons = ", ".join(f"{count} x {error}" for error, count in causes.most_common(3))
    return (
        f"{present} of {len(tiles)} tiles exist; a collage needs {min_share:.0%}. "
        f"The others failed: {reasons}."
    )
