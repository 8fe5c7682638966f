"""The verdict on a finished fan-out: which tiles exist, what each cell shows, and what it cost."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from collage import errors
from collage.errors import Refused, StoppingError, TooFewTiles
from collage.formats import FORMATS, Format
from collage.formats.deep_zoom import Pyramid
from collage.manifest import (
    MISSING,
    CellRecord,
    CellState,
    Failure,
    Files,
    Manifest,
    TileRecord,
    TileState,
    captions,
)
from collage.names import source_file
from collage.notes import Unsettled
from collage.plan import Plan
from collage.sheet import bands, layout
from collage.sheet.layout import Layout
from collage.tile import Sidecar

if TYPE_CHECKING:
    from collage.sheet.measures import Measures

STOPPING = {error.__name__ for error in StoppingError.__subclasses__()}


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
    measures = _measures(shown_layout, tiles)
    return Manifest(
        id=plan.id,
        recipe=plan.request.recipe,
        title=shown_layout.title,
        created=created,
        styles_origin=plan.styles.origin,
        styles_model=plan.styles.model,
        source=plan.source and plan.source.sha256,
        sources={
            name: each.sha256
            for name, each in zip(plan.request.source_names or (), plan.sources, strict=True)
        },
        seed=plan.request.seed,
        layout=shown_layout,
        geometry=measures.geometry,
        unwritten=measures.unwritten,
        files=_files(plan),
        tile_counts=dict(Counter(t.state for t in tiles)),
        cell_counts=dict(Counter(c.state for c in cells)),
        render_seconds=round(sum(t.seconds or 0 for t in made), 3),
        usd=round(sum(t.usd for t in made), 6),
        asked_again=sum(t.asked_before for t in made)
        + sum(note.requests for key, note in unsettled.items() if key not in {t.key for t in made}),
        unsettled_usd=round(_unsettled_usd(unsettled) + _killed_usd(made, unsettled), 6),
        stopped=stopped,
        tiles=tiles,
        cells=cells,
    )


def laid_out(
    made: Manifest,
    again: Layout,
    planned: tuple[int | None, ...],
    file_format: Format,
    created: str,
) -> Manifest:
    """The manifest of the same tiles in another layout, written in a format.

    ``planned`` is what the cells were to show, of which some can be missing.
    """
    measures = _measures(again, made.tiles)
    wanted = again.model_copy(update={"cells": planned})
    cells = _cell_records(wanted, again.cells, made.tiles)
    return made.model_copy(
        update={
            "layout": again,
            "title": again.title,
            "geometry": measures.geometry,
            "unwritten": measures.unwritten,
            "files": made.files.from_below(file_format if again.joined else None),
            "cells": cells,
            "cell_counts": dict(Counter(cell.state for cell in cells)),
            "created": created,
        }
    )


def of_shown(manifest: Manifest) -> Manifest:
    """The manifest of a layout of chosen tiles: it tells of these and no others, by new numbers.

    What was paid is told of the run that made them all.
    """
    shown = dict.fromkeys(tile for tile in manifest.layout.cells if tile is not None)
    numbers: dict[int | None, int] = {tile: number for number, tile in enumerate(shown)}
    tiles = tuple(
        manifest.tiles[tile].model_copy(update={"index": number})
        for number, tile in enumerate(shown)
    )
    cells = tuple(
        cell.model_copy(
            update={"tile": numbers.get(cell.tile), "planned": numbers.get(cell.planned)}
        )
        for cell in manifest.cells
    )
    places = tuple(numbers.get(tile) for tile in manifest.layout.cells)
    return manifest.model_copy(
        update={
            "layout": manifest.layout.model_copy(update={"cells": places}),
            "tiles": tiles,
            "cells": cells,
            "tile_counts": dict(Counter(tile.state for tile in tiles)),
        }
    )


def _measures(layout: Layout, tiles: tuple[TileRecord, ...]) -> Measures:
    # Brings the imaging libraries, which those who list tiles do not have.
    from collage.sheet.measures import Measures

    return Measures(layout, captions(tiles, layout))


def _files(plan: Plan) -> Files:
    """The names of the files of a plan's collage."""
    names, digests = plan.request.source_names or (), plan.prepared.sources
    joined = plan.layout.joined
    one_file = joined and bands.has_file(plan.layout.rows, plan.layout.cols)
    return Files(
        collage=f"collage.{FORMATS[plan.request.format].ending}" if one_file else None,
        pyramid=Pyramid() if joined else None,
        source=source_file(None) if plan.source else None,
        sources={name: source_file(digest) for name, digest in zip(names, digests, strict=True)},
        masks={name: f"masks/{name}.png" for name in plan.prepared.masks},
    )


def _ends(
    plan: Plan, sidecars: Mapping[int, Sidecar], failures: Mapping[int, Failure]
) -> tuple[tuple[TileRecord, ...], Failure | None]:
    """What became of each tile, and the failure that ended the run early, if one did."""
    calls = plan.call_of
    # Failures of an earlier try stay written down; those of tiles that exist now are history.
    missing = {calls[i] for i in range(len(plan.tiles)) if i not in sidecars}
    stops = (failures[call] for call in sorted(missing & failures.keys()))
    stopped = next((failure for failure in stops if failure.error in STOPPING), None)
    tiles = tuple(
        tile_record(plan, i, sidecars.get(i), failures.get(calls[i]) or stopped).slim()
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
    again = plan.changes.get(index, {})
    if sidecar is not None:
        replaced = sidecar.key != tile.key
        state: TileState = "done" if sidecar.collage == plan.id else "reused"
        return TileRecord(
            index=index,
            axes=axes,
            mask=plan.origins.mask(sidecar.tile),
            again={} if replaced else again,
            source=plan.origins.source(sidecar.tile),
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
        mask=plan.origins.mask(tile),
        again=again,
        source=plan.origins.source(tile),
        key=tile.key,
        state="refused" if failure and failure.error == Refused.__name__ else "failed",
        tile=tile,
        error=failure.error if failure else "NotRendered",
        message=failure.message if failure else "The call ended without a picture or an error.",
    )


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
        cell = CellRecord(row=row, col=col, state=state, tile=tile, planned=wanted)
        records.append(cell.slim())
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


def _killed_usd(made: Sequence[TileRecord], unsettled: Mapping[str, Unsettled]) -> float:
    """What stays counted for calls that were killed: nobody was left to note them.

    They are those of the requests before a tile that are not noted, each at what the tile cost.
    """
    noted = {key: note.requests for key, note in unsettled.items()}
    return sum(max(0, tile.asked_before - noted.get(tile.key, 0)) * tile.usd for tile in made)


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
