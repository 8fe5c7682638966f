"""AssembleCollage with a layout: the tiles of a finished collage are laid out another way."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from collage import clock, plan
from collage.announcements import Completed
from collage.errors import CollageError
from collage.manifest import Manifest
from collage.request import letters
from collage.request.relayout import Relayout, layout_name, relaid
from collage.request.request import Request
from collage.sheet import fonts, layout
from collage.steps.assemble_collage import READERS, completed, finish, sidecars_of
from collage.steps.record_failure import failure_of
from collage.store.store import Store
from collage.tile import Sidecar
from collage.verdict import laid_out


def assemble_again(store: Store, collage_id: str, changes: Relayout) -> Completed:
    """Lay the tiles of a finished collage out another way, beside the first; nothing is rendered.

    Raises:
        NotInStore: when the collage was never finished.
        InvalidRequest: when the new layout breaks the rules of a request.
    """
    manifest = store.manifest(collage_id)
    made = store.plan(collage_id)
    asked = relaid(made.request, changes)
    if made.layout.font is not None:
        fonts.use(store.font(collage_id))
    letters.check_title(asked.title, made.layout.font)
    candidates = {record.index: (record.tile,) for record in manifest.tiles}
    shown = {cell for cell in made.layout.cells if cell is not None}
    sidecars = sidecars_of(store, {i: tiles for i, tiles in candidates.items() if i in shown})
    again = plan.laid_again(made, asked, changes)
    plan.check_size(asked, again, manifest.captions)

    def judge(there: Mapping[int, Sidecar]) -> Manifest:
        if again.cells:
            cells = tuple(cell if cell in there else None for cell in again.cells)
        else:
            hues = _hues(store, there, asked) if changes.sort == "hue" else {}
            present = {i: manifest.tiles[i].tile for i in there}
            order = layout.order(present, changes.sort, asked.seed, hues)
            room = asked.rows * asked.cols
            first: list[int | None] = [*order[:room], *[None] * (room - len(order))]
            cells = layout.fill(first, asked.cols, order, asked.seed)
        laid = again.model_copy(update={"cells": cells})
        return laid_out(manifest, laid, again.cells or cells, asked.format, created=clock.now())

    folder = f"layouts/{layout_name(changes)}"
    return completed(store, finish(store, made, sidecars, judge, folder), folder)


def record_relayout(store: Store, collage_id: str, changes: Relayout, error: CollageError) -> None:
    """Write down why a finished collage could not be laid out again, where that was to lie."""
    if store.is_made(collage_id):
        folder = f"layouts/{layout_name(changes)}"
        store.put_failure(failure_of(collage_id, error), folder)


def _hues(store: Store, sidecars: Mapping[int, Sidecar], asked: Request) -> dict[int, float]:
    """The hue of each tile; no more cells are held than are read at once."""
    from collage.sheet import cells
    from collage.steps.join import Cells

    found = Cells(store, sidecars, asked.cell_of)

    def hue(index: int) -> float:
        return cells.hue(found.decode(index, found.fetch(index)))

    with ThreadPoolExecutor(READERS) as pool:
        return dict(zip(sidecars, pool.map(hue, sidecars), strict=True))
