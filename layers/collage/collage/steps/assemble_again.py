"""AssembleCollage with a layout: the tiles of a finished collage are laid out another way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from collage import clock, plan
from collage.announcements import Completed
from collage.errors import CollageError, FieldError, InvalidRequest
from collage.manifest import MISSING, Manifest
from collage.plan import Plan
from collage.request import letters
from collage.request.relayout import Relayout, layout_name, relaid
from collage.request.request import Request
from collage.sheet import fonts, layout
from collage.steps.assemble_collage import READERS, completed, finish, sidecars_of
from collage.steps.record_failure import failure_of
from collage.store.store import Store
from collage.tile import Sidecar
from collage.verdict import laid_out, of_shown


def assemble_again(store: Store, collage_id: str, changes: Relayout) -> Completed:
    """Lay the tiles of a finished collage out another way, beside the first; nothing is rendered.

    Raises:
        NotInStore: when the collage was never finished.
        InvalidRequest: when the new layout breaks the rules of a request, or names tiles that
            there are not.
    """
    manifest = store.manifest(collage_id)
    made = store.plan(collage_id)
    asked = relaid(made.request, changes)
    if made.layout.font is not None:
        fonts.use(store.font(collage_id))
    letters.check_title(asked.title, made.layout.font)
    shown = _shown(made, manifest, changes)
    sidecars = sidecars_of(store, ((i, (manifest.tiles[i].tile,)) for i in shown))
    again = plan.laid_again(made, asked, changes)
    plan.check_size(asked, again, plan.geometry(again, manifest.captions))

    def judge(there: Mapping[int, Sidecar]) -> Manifest:
        if again.cells:
            cells = tuple(cell if cell in there else None for cell in again.cells)
        else:
            hues = _hues(store, there, asked) if changes.sort == "hue" else {}
            cells = _cells(manifest, [i for i in shown if i in there], hues, asked, changes)
        laid = again.model_copy(update={"cells": cells})
        return laid_out(manifest, laid, again.cells or cells, asked.format, created=clock.now())

    folder = f"layouts/{layout_name(changes)}"
    told = of_shown if changes.tiles is not None else _whole
    return completed(store, finish(store, made, sidecars, judge, folder, told), folder)


def _shown(made: Plan, manifest: Manifest, changes: Relayout) -> list[int]:
    """The tiles that may have a place in the layout: those it names, or all that the plan shows.

    Raises:
        InvalidRequest: when it names one twice, or one that there is no picture of.
    """
    if changes.tiles is None:
        return list(dict.fromkeys(cell for cell in made.layout.cells if cell is not None))
    there = {record.index for record in manifest.tiles if record.state not in MISSING}
    if len(set(changes.tiles)) < len(changes.tiles) or not there.issuperset(changes.tiles):
        message = "they are indexes of tiles that were made, each once"
        raise InvalidRequest(f"tiles: {message}.", [FieldError("tiles", message)])
    return list(changes.tiles)


def _cells(
    manifest: Manifest,
    there: Sequence[int],
    hues: Mapping[int, float],
    asked: Request,
    changes: Relayout,
) -> tuple[int | None, ...]:
    """What the cells show. All tiles fill all cells; those that were chosen are shown once."""
    if changes.sort == "place":
        ordered = list(there)
    else:
        present = {i: manifest.tiles[i].tile for i in there}
        ordered = layout.order(present, changes.sort, asked.seed, hues)
    room = asked.rows * asked.cols
    first: list[int | None] = [*ordered[:room], *[None] * (room - len(ordered))]
    if changes.tiles is not None:
        return tuple(first)
    return layout.fill(first, asked.cols, ordered, asked.seed)


def _whole(manifest: Manifest) -> Manifest:
    return manifest


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
