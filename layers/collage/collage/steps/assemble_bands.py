"""AssembleCollage of a large collage: judged once, drawn in bands side by side, joined.

Each of the three is a state of its own, and what one hands to the next lies in the store. A band
that finds the picture of a tile lost says so, and the collage is judged and drawn anew without it:
a round more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from collage.assembly import Drawing, Part, PartEnd, Picture, Pictures
from collage.errors import NotInStore
from collage.manifest import Manifest
from collage.provenance import derived
from collage.sheet import fonts
from collage.sheet.bands import AT_ONCE, Band, divided
from collage.steps import progress
from collage.steps.assemble_collage import READERS, completed, gather, publish
from collage.store.store import Store

if TYPE_CHECKING:
    from collage.formats.file_format import Writer
    from collage.plan import Plan
    from collage.services import Services
    from collage.tile import Sidecar


class Assembly(TypedDict):
    """What the state machine needs of an assembly: what is to be drawn, or that it is done."""

    done: bool
    round: int
    parts: list[Part]
    result: dict[str, Any]
    """What is announced, once it is done."""


class Step(TypedDict):
    """Which step of an assembly is to be taken, in which round, and of which part."""

    step: Literal["judge", "part", "join"]
    round: NotRequired[int]
    part: NotRequired[Part]


def take(store: Store, services: Services, collage_id: str, asked: Step) -> dict[str, Any]:
    """Take a step of an assembly; what the state machine needs to know of it."""
    if asked["step"] == "judge":
        return {**judge_tiles(store, services, collage_id)}
    if asked["step"] == "join":
        return {**join_bands(store, services, collage_id, asked["round"])}
    assemble_part(store, collage_id, asked["round"], asked["part"])
    return {}


def judge_tiles(
    store: Store,
    services: Services,
    collage_id: str,
    number: int = 0,
    without: Collection[int] = (),
    at_once: int = AT_ONCE,
) -> Assembly:
    """Come to the verdict that all parts of a round are drawn after, and divide the work.

    ``without`` are tiles of which it is known that their pictures are lost; ``at_once`` is about
    how many cells a band has.

    Raises:
        TooFewTiles: when too small a share of the tiles exists.
        StoppingError: by name, when that ended the run before the first tile.
    """
    there = gather(store, services, collage_id)
    sidecars = {i: each for i, each in there.sidecars.items() if i not in without}
    manifest = there.judge(sidecars)
    drawing = _drawing(there.made, manifest, sidecars, without, at_once)
    for band in map(drawing.bands.band, range(drawing.bands.count)):
        shown = {tile: sidecars[tile] for tile in _shown(manifest, band)}
        store.put_pictures(collage_id, number, band.number, _pictures(shown))
    store.put_drawing(collage_id, number, drawing)
    store.put_draft(manifest, number)
    return Assembly(done=False, round=number, parts=_parts(manifest, drawing), result={})


def assemble_part(store: Store, collage_id: str, number: int, part: Part) -> None:
    """Draw a band of a collage, or the picture of all of it; write down how that ended."""
    from collage.steps.join import TileLost

    drawing = store.drawing(collage_id, number)
    if drawing.layout.font is not None:
        fonts.use(store.font(collage_id))
    bands = range(drawing.bands.count) if part == "collage" else [part]
    shown: dict[int, Picture] = {}
    for band in bands:
        shown |= store.pictures(collage_id, number, band).pictures
    draw = partial(_draw, store, collage_id, number, part, drawing, shown)
    try:
        end = PartEnd(dhashes=draw())
    except TileLost:
        with ThreadPoolExecutor(READERS) as pool:
            whole = pool.map(lambda tile: store.picture(shown[tile]) is not None, shown)
            lost = tuple(i for i, here in zip(shown, whole, strict=True) if not here)
        # Where none is lost any more, another run has made it meanwhile.
        end = PartEnd(lost=lost) if lost else PartEnd(dhashes=draw())
    store.put_part_end(collage_id, number, part, end)


def join_bands(
    store: Store, services: Services, collage_id: str, number: int, at_once: int = AT_ONCE
) -> Assembly:
    """Make the rest of a collage's pictures of what bands hand on, and write its manifest.

    Where a band found pictures lost, nothing is made, and the collage is judged anew.
    """
    try:
        manifest = store.draft(collage_id, number)
    except NotInStore:
        # It was made, and whoever asked did not hear of it.
        manifest = store.manifest(collage_id)
        return _done(store, manifest, number)
    drawing = store.drawing(collage_id, number)
    ends = [store.part_end(collage_id, number, part) for part in _parts(manifest, drawing)]
    if lost := {tile for end in ends for tile in end.lost}:
        without = lost.union(drawing.without)
        return judge_tiles(store, services, collage_id, number + 1, without, at_once)
    _smaller_levels(store, manifest, number, drawing)
    manifest = manifest.hashed({tile: said for end in ends for tile, said in end.dhashes.items()})
    publish(store, manifest)
    source = store.plan(collage_id).source
    progress.finished(store, manifest, source.key if source else None)
    return _done(store, manifest, number)


def _done(store: Store, manifest: Manifest, number: int) -> Assembly:
    store.remove_assembly(manifest.id)
    told = completed(store, manifest).model_dump()
    return Assembly(done=True, round=number, parts=[], result=told)


def _drawing(
    made: Plan,
    manifest: Manifest,
    sidecars: Mapping[int, Sidecar],
    without: Collection[int],
    at_once: int,
) -> Drawing:
    """What all bands draw alike."""
    layout = manifest.layout
    sizes = sorted({sidecar.size for sidecar in sidecars.values()})
    return Drawing(
        layout=layout,
        captions=manifest.captions if layout.labels else {},
        bands=divided(manifest.geometry, at_once),
        pyramid=manifest.files.pyramid,
        mark=derived.mark(made).hex() if made.request.metadata else None,
        shapes=tuple((size, made.request.cell_of(size, layout.cell)) for size in sizes),
        without=tuple(sorted(without)),
    )


def _parts(manifest: Manifest, drawing: Drawing) -> list[Part]:
    """What is to be drawn: bands, and the joined picture, which takes longest, first."""
    joined: list[Part] = [] if manifest.files.collage is None else ["collage"]
    return [*joined, *range(drawing.bands.count)]


def _shown(manifest: Manifest, band: Band) -> Iterable[int]:
    """The tiles of which a band shows something."""
    layout = manifest.layout
    rows = manifest.geometry.rows_between(*band.drawn)
    cells = layout.cells[rows.start * layout.cols : rows.stop * layout.cols]
    return dict.fromkeys(tile for tile in cells if tile is not None)


def _pictures(shown: Mapping[int, Sidecar]) -> Pictures:
    return Pictures(
        pictures={
            tile: Picture(key=sidecar.key, sha256=sidecar.sha256, size=sidecar.size)
            for tile, sidecar in shown.items()
        }
    )


def _draw(
    store: Store,
    collage: str,
    number: int,
    part: Part,
    drawing: Drawing,
    shown: Mapping[int, Picture],
) -> dict[int, str]:
    """Write a part's pictures, and of a band what it hands on; the hashes of what it shows."""
    from collage.formats import pyramid
    from collage.sheet.sheet import Sheet
    from collage.steps.join import Cells, workshop

    found = Cells(store, shown, dict(drawing.shapes).__getitem__)
    sheet = Sheet(drawing.layout, drawing.captions)
    with workshop(store, collage) as at:
        if part == "collage":
            at.draw(sheet, found, [at.joined(store.plan(collage), store.draft(collage, number))])
        else:
            band = drawing.bands.band(part)
            rows = at.opened.enter_context(store.writing_rows(collage, number, part))
            writer = pyramid.Part(
                drawing.bands.size,
                range(band.top, band.bottom),
                band.drawn[0],
                drawing.bands.levels,
                drawing.pyramid,
                drawing.segment,
                at.put,
                rows.write,
                at.workers,
            )
            at.draw(sheet, found, [writer], band.drawn)
    return found.dhashes


def _smaller_levels(store: Store, manifest: Manifest, number: int, drawing: Drawing) -> None:
    """Write the preview and the levels of the pyramid that bands did not, of what they hand on."""
    import numpy as np

    from collage.formats import pyramid
    from collage.formats.deep_zoom import levels
    from collage.steps.join import workshop

    size, first, mark = drawing.bands.size, drawing.bands.levels, drawing.segment
    width, preview = levels(size)[first][0], manifest.files.preview
    with workshop(store, manifest.id) as at:
        writer: Writer = pyramid.Preview(size, preview, mark, at.put, first)
        if drawing.pyramid is not None:
            form = drawing.pyramid
            writer = pyramid.Writer(size, form, preview, mark, at.put, at.workers, first)
        for band in range(drawing.bands.count):
            rows = store.rows(manifest.id, number, band)
            writer.write(np.frombuffer(rows, np.uint8).reshape(-1, width, 3))
        writer.finish()
