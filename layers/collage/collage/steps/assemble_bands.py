"""AssembleCollage of a large collage: gathered, judged once, drawn in bands side by side, joined.

Each of the four is a state of its own, and what one hands to the next lies in the store. A band
that finds the picture of a tile lost says so, and the collage is judged and drawn anew without it:
a round more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from collage import clock
from collage.assembly import Draft, Drawing, Part, PartEnd, Picture, Pictures, Size
from collage.errors import NotInStore, UnreadableRecord
from collage.long_manifest import LongManifest, SpelledTiles
from collage.manifest import Manifest, Summary, TileRecord, TileState
from collage.plan_slices import End, Outline
from collage.sheet import fonts
from collage.sheet.bands import AT_ONCE, Band, divided
from collage.steps import progress
from collage.steps.assemble_collage import READERS, completed, publish
from collage.steps.gather_tiles import ends, gather_tiles, lost_ends
from collage.store.store import Store
from collage.tally import Cells, Tally
from collage.verdict import judged

if TYPE_CHECKING:
    from collage.formats.file_format import Writer
    from collage.services import Services
    from collage.steps.join import Workshop


class Assembly(TypedDict):
    """What the state machine needs of an assembly: what is to be drawn, or that it is done."""

    done: bool
    round: int
    parts: list[Part]
    result: dict[str, Any]
    """What is announced, once it is done."""


class Step(TypedDict):
    """Which step of an assembly is to be taken; of which slice, or in which round of which part."""

    step: Literal["gather", "judge", "part", "join"]
    slice: NotRequired[int]
    round: NotRequired[int]
    part: NotRequired[Part]


def take(store: Store, services: Services, collage_id: str, asked: Step) -> dict[str, Any]:
    """Take a step of an assembly; what the state machine needs to know of it."""
    if asked["step"] == "judge":
        return {**judge_tiles(store, services, collage_id)}
    if asked["step"] == "join":
        return {**join_bands(store, services, collage_id, asked["round"])}
    if asked["step"] == "gather":
        gather_tiles(store, collage_id, asked["slice"])
    else:
        assemble_part(store, collage_id, asked["round"], asked["part"])
    return {}


def judge_tiles(
    store: Store,
    services: Services,
    collage_id: str,
    number: int = 0,
    lost: Mapping[int, End] | None = None,
    at_once: int = AT_ONCE,
) -> Assembly:
    """Come to the verdict that all parts of a round are drawn after, and divide the work.

    ``lost`` are tiles of which it is known that their pictures are; ``at_once`` is about how many
    cells a band has.

    Raises:
        TooFewTiles: when too small a share of the tiles exists.
        StoppingError: by name, when that ended the run before the first tile.
    """
    outline = store.outline(collage_id)
    made = outline.plan
    if made.layout.font is not None:
        fonts.use(store.font(collage_id))
    tally = Tally(made.layout, store.unsettled(collage_id))
    found = _Found()
    for end in ends(store, collage_id, outline.tiles, lost):
        tally.add(end)
        found.add(end)
    source = made.source.key if made.source else None
    progress.counted(store, collage_id, source, tally.counts)
    share = services.settings.min_share
    manifest = judged(made, tally, min_share=share, created=clock.now())
    drawing = _drawing(outline, manifest, tally, found.sizes, at_once)
    for band in map(drawing.bands.band, range(drawing.bands.count)):
        store.put_pictures(collage_id, number, band.number, found.pictures(_shown(manifest, band)))
    store.put_drawing(collage_id, number, drawing)
    store.put_draft(Draft(manifest=manifest, lost=dict(lost or {})), number)
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
        draft = store.draft(collage_id, number)
    except UnreadableRecord:
        raise
    except NotInStore:
        # It was made, and whoever asked did not hear of it.
        return _done(store, store.summary(collage_id), number)
    manifest, drawing = draft.manifest, store.drawing(collage_id, number)
    dhashes, lost = dict[int, str](), set[int]()
    for part in _parts(manifest, drawing):
        end = store.part_end(collage_id, number, part)
        dhashes |= end.dhashes
        lost.update(end.lost)
    if lost:
        without = {**draft.lost, **lost_ends(store, collage_id, lost)}
        return judge_tiles(store, services, collage_id, number + 1, without, at_once)
    _smaller_levels(store, manifest, number, drawing)
    outline = store.outline(collage_id)
    publish(store, told(store, outline, draft, dhashes))
    source = outline.plan.source
    progress.finished(store, manifest, source.key if source else None)
    return _done(store, manifest, number)


def told(store: Store, outline: Outline, draft: Draft, dhashes: Mapping[int, str]) -> LongManifest:
    """The manifest of a round, with the hashes of its tiles' pictures as far as they are known."""
    states: list[TileState] = []

    def tiles() -> Iterator[TileRecord]:
        for end in ends(store, draft.manifest.id, outline.tiles, draft.lost):
            record = end.told(draft.manifest.stopped)
            states.append(record.state)
            yield record.model_copy(update={"dhash": dhashes.get(record.index)})

    spelled = SpelledTiles(tiles())
    cells = Cells(outline.plan.layout, draft.manifest.layout.cells, states)
    return LongManifest(draft.manifest, spelled, cells)


def _done(store: Store, manifest: Manifest | Summary, number: int) -> Assembly:
    store.remove_assembly(manifest.id)
    result = completed(store, manifest).model_dump()
    return Assembly(done=True, round=number, parts=[], result=result)


class _Found:
    """The pictures that there are of tiles, by index; some 400 bytes each."""

    def __init__(self) -> None:
        self._files: list[tuple[str, str] | None] = []
        self._sizes: list[Size] = []
        self._known: dict[Size, Size] = {}

    def add(self, end: End) -> None:
        """The next tile."""
        record = end.record
        self._files.append(None if end.sha256 is None else (record.key, end.sha256))
        # Many tiles have one size, which is held once.
        size = record.tile.size
        self._sizes.append(size if end.missing else self._known.setdefault(size, size))

    @property
    def sizes(self) -> list[Size]:
        """The sizes that there are, in order."""
        return sorted(self._known)

    def pictures(self, tiles: Iterable[int]) -> Pictures:
        """Those of some tiles that there are."""
        found = {}
        for tile in tiles:
            if file := self._files[tile]:
                found[tile] = Picture(key=file[0], sha256=file[1], size=self._sizes[tile])
        return Pictures(pictures=found)


def _drawing(
    outline: Outline, manifest: Manifest, tally: Tally, sizes: Iterable[Size], at_once: int
) -> Drawing:
    """What all bands draw alike."""
    layout, asked = manifest.layout, outline.plan.request
    return Drawing(
        layout=layout,
        captions=tally.captions,
        bands=divided(manifest.geometry, at_once),
        pyramid=manifest.files.pyramid,
        mark=outline.mark,
        shapes=tuple((size, asked.cell_of(size, layout.cell)) for size in sizes),
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
    from collage.steps import join

    found = join.Cells(store, shown, dict(drawing.shapes).__getitem__)
    sheet = Sheet(drawing.layout, drawing.captions)
    with join.workshop(store, collage) as at:
        if part == "collage":
            at.draw(sheet, found, [_joined(store, at, store.draft(collage, number))])
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


def _joined(store: Store, at: Workshop, draft: Draft) -> Writer:
    """What writes the collage as one file."""
    outline = store.outline(draft.manifest.id)
    if not outline.plan.request.metadata:
        return at.joined(outline.plan, draft.manifest)
    # It tells of each tile in the picture itself.
    whole = told(store, outline, draft, {}).whole()
    return at.joined(store.plan(whole.id), whole)


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
