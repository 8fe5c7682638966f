"""The verdict on a finished fan-out: which tiles exist, what each cell shows, and what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from collage import plan_slices
from collage.errors import Refused
from collage.formats import FORMATS, Format
from collage.formats.deep_zoom import Pyramid
from collage.manifest import (
    MISSING,
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
from collage.plan_slices import End, Expected, Named
from collage.sheet import bands, layout
from collage.sheet.layout import Layout
from collage.tally import Cells, Tally
from collage.tile import Sidecar

if TYPE_CHECKING:
    from collage.sheet.measures import Measures


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
    calls, tally = plan.call_of, Tally(plan.layout, unsettled)
    ends = [
        _end(plan, i, sidecars.get(i), failures.get(calls[i])).slim()
        for i in range(len(plan.tiles))
    ]
    for end in ends:
        tally.add(end)
    made = judged(plan, tally, min_share=min_share, created=created)
    cells = Cells(plan.layout, made.layout.cells, tally.states)
    tiles = (end.told(made.stopped).slim() for end in ends)
    return made.model_copy(update={"tiles": tuple(tiles), "cells": tuple(cells)})


def judged(plan: Plan, tally: Tally, *, min_share: float, created: str) -> Manifest:
    """The verdict as `record` has it, but for tiles and cells: they are not told one by one.

    Of the ``plan`` no tile is looked at.

    Raises:
        TooFewTiles, StoppingError: as for `record`.
    """
    tally.check(plan.layout, min_share)
    drawn = _drawn(plan, tally)
    states = Cells(plan.layout, drawn, tally.states).states
    shown_layout = plan.layout.model_copy(update={"cells": drawn})
    measures = _measures(shown_layout, tally.captions)
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
        tile_counts=dict(Counter(tally.states)),
        cell_counts=dict(Counter(states)),
        render_seconds=round(sum(tally.seconds), 3),
        usd=round(sum(tally.usd), 6),
        asked_again=tally.asked_again,
        unsettled_usd=tally.unsettled_usd,
        stopped=tally.stopped,
        tiles=(),
        cells=(),
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
    measures = _measures(again, captions(made.tiles, again))
    wanted = again.model_copy(update={"cells": planned})
    cells = Cells(wanted, again.cells, [tile.state for tile in made.tiles])
    return made.model_copy(
        update={
            "layout": again,
            "title": again.title,
            "geometry": measures.geometry,
            "unwritten": measures.unwritten,
            "files": made.files.from_below(file_format if again.joined else None),
            "cells": tuple(cells),
            "cell_counts": dict(Counter(cells.states)),
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


def _measures(layout: Layout, said: Mapping[int, str]) -> Measures:
    # Brings the imaging libraries, which those who list tiles do not have.
    from collage.sheet.measures import Measures

    return Measures(layout, said)


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


def _drawn(plan: Plan, tally: Tally) -> tuple[int | None, ...]:
    """What each cell shows: the tile that was planned, or another where that is missing."""
    states, cells = tally.states, plan.layout.cells
    drawn = tuple(None if cell is None or states[cell] in MISSING else cell for cell in cells)
    if plan.layout.fixed or None not in drawn:
        return drawn
    shown = tally.shown(plan.layout)
    return layout.fill(drawn, plan.layout.cols, shown, plan.request.seed)


def _end(plan: Plan, index: int, sidecar: Sidecar | None, failure: Failure | None) -> End:
    tile = plan_slices.expected(plan, index)
    if sidecar is None:
        return missing(tile, failure)
    replaced = sidecar.key != tile.tile.key
    drawn = plan_slices.named(plan, sidecar.tile) if replaced else tile
    return present(plan.id, tile, drawn, sidecar, failure)


def present(
    collage: str, tile: Expected, drawn: Named, sidecar: Sidecar, failure: Failure | None
) -> End:
    """The end of a tile that there is a picture of, its own or that of a spare that was drawn."""
    own = sidecar.collage == collage
    replaced = drawn is not tile
    state: TileState = "done" if own else "reused"
    because = failure if replaced else None
    record = TileRecord(
        index=tile.index,
        axes=tile.axes,
        mask=drawn.mask,
        again={} if replaced else tile.again,
        source=drawn.source,
        measures=sidecar.measures,
        key=drawn.tile.key,
        state="replaced" if replaced else state,
        tile=drawn.tile,
        created=sidecar.created,
        seconds=sidecar.seconds,
        usd=sidecar.usd,
        asked_before=sidecar.asked_before,
        outside_changed=sidecar.outside_changed,
        cropped_from=sidecar.cropped_from,
        refused=tile.tile if replaced else None,
        error=because and because.error,
        message=because and because.message,
    )
    return End(
        call=tile.call, record=record.slim(), sha256=sidecar.sha256, own=own, failure=because
    )


def missing(tile: Expected, failure: Failure | None) -> End:
    """The end of a tile that there is no picture of."""
    record = TileRecord(
        index=tile.index,
        axes=tile.axes,
        mask=tile.mask,
        again=tile.again,
        source=tile.source,
        key=tile.tile.key,
        state="refused" if failure and failure.error == Refused.__name__ else "failed",
        tile=tile.tile,
        error=failure.error if failure else "NotRendered",
        message=failure.message if failure else "The call ended without a picture or an error.",
    )
    return End(call=tile.call, record=record.slim(), failure=failure)
