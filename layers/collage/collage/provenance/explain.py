"""Explain a picture by itself: what it holds of its making, with no network and no store."""

from __future__ import annotations

from typing import Literal

from pydantic import FiniteFloat, ValidationError

from collage.digest import sha256
from collage.errors import InvalidRequest, NoMetadata, SourceChanged
from collage.formats import metadata
from collage.formats.description import Found
from collage.frozen import Frozen
from collage.provenance.derived import collage_id
from collage.provenance.read_record import (
    Counts,
    Names,
    ReadCollage,
    ReadTile,
    RequestFacts,
    Text,
    TileEnd,
    TileFacts,
)
from collage.provenance.record import VERSION, Name, Part
from collage.request.parse import parse
from collage.request.request import Request
from collage.sheet.geometry import Geometry


class CellFacts(Part):
    """A cell: its place, and what it shows.

    ``box`` is left, top, width and height of its picture, in pixels of the collage as it was
    made. ``planned`` is the tile that it was to show, where it shows another; ``reason`` says why.
    """

    row: int
    col: int
    box: tuple[int, int, int, int]
    state: Name
    planned: TileFacts | None
    reason: Text | None


class CollageFacts(Part):
    """What a collage says of the run that it came from. ``source`` is the source's digest.

    ``sources`` are the digests of several, by their names.

    Rows, columns and gap are those of the picture, whose tiles may have been laid out again.
    """

    id: Name
    pack: Name
    created: Name
    source: Name | None
    sources: dict[Name, Name]
    rows: int
    cols: int
    gap: int
    request: RequestFacts
    styles: Names
    styles_origin: Name
    styles_model: Name | None
    tiles: int
    tile_counts: Counts
    cell_counts: Counts
    usd: FiniteFloat
    render_seconds: FiniteFloat
    asked_again: int
    stopped: Text | None


class Explanation(Frozen):
    """Of a tile's picture, the tile. Of a collage, its run; or one cell and the tile it shows."""

    kind: Literal["collage", "tile"]
    id: str | None = None
    """Of the collage, where it is one."""
    collage: CollageFacts | None = None
    cell: CellFacts | None = None
    tile: TileFacts | None = None
    end: TileEnd | None = None
    """What became of the tile, which only a collage can say."""


def explain(
    picture: bytes, at: tuple[int, int] | None = None, cell: tuple[int, int] | None = None
) -> Explanation:
    """What ``picture`` says of itself, or of one of its cells.

    ``at`` is a point (x, y) in the pixels of this file, which may be a copy of another size in
    the same proportions; ``cell`` is (row, column). All of them count from 0. A tile has no
    cells, and is the same tile at every point.

    Raises:
        InvalidRequest: for both, or for a point or a cell that is not there.
        NotAPicture, TruncatedPicture: when the picture is none.
        NoMetadata: when it does not say how it was made, or a newer version of this pack said it.
    """
    if at is not None and cell is not None:
        raise InvalidRequest("at, cell: give one of them, not both.")
    found = metadata.read(picture)
    record = _checked(found)
    if at is not None:
        _inside(at, found.size)
    if isinstance(record, ReadTile):
        if cell is not None:
            raise InvalidRequest("cell: the picture is one tile; it has no cells.")
        return Explanation(kind="tile", tile=record.tile.model_copy(update={"key": record.key}))
    if at is not None:
        cell = _cell_at(record.geometry, found.size, at)
    if cell is None:
        return Explanation(kind="collage", id=record.plan.id, collage=_summary(record))
    return _cell(record, cell)


def request_of(picture: bytes, *sources: bytes) -> Request:
    """The request that made the collage ``picture``, for the sources that it was made of.

    Styles that a language model listed are named in it, so that they are not listed anew.

    Raises:
        SourceChanged: when it was made of other sources, or of the same in another order.
        InvalidRequest: when the picture is a tile, or this version cannot make it.
        NotAPicture, TruncatedPicture, NoMetadata: as for `explain`.
    """
    found = metadata.read(picture)
    record = _checked(found)
    if found.record is None or not isinstance(record, ReadCollage):
        raise InvalidRequest("The picture is one tile; only a collage can be made again.")
    one, several = record.plan.source, record.plan.sources
    known = [each.sha256 for each in (several or ((one,) if one else ()))]
    if known != [sha256(source) for source in sources]:
        named = ", ".join(record.plan.request.source_names or ())
        raise SourceChanged(
            f"The collage was made of these pictures, in this order: {named}."
            if named
            else "The collage was made of another picture than this one, or of none."
        )
    options = dict(found.record["plan"]["request"])
    if record.plan.styles.origin == "model":
        options |= {"styles": record.plan.styles.styles}
        options |= {"style_count": None, "theme": None, "exclude": ()}
    return parse(options)


def _checked(found: Found) -> ReadCollage | ReadTile:
    record = found.record
    if record is None:
        if collage := collage_id(found):
            raise NoMetadata(
                f"The picture is only a view of the collage {collage}; all that is known stands in "
                "the collage's own picture."
            )
        raise NoMetadata("The picture was not made by this pack, or lost what it said of it.")
    version, kind = record.get("version"), record.get("kind")
    if isinstance(version, int) and version > VERSION:
        raise NoMetadata("The picture was made by a newer version of this pack.")
    if kind not in ("tile", "collage"):
        raise NoMetadata("The picture's record is not one of this pack.")
    try:
        if kind == "tile":
            return ReadTile.model_validate(record)
        made = ReadCollage.model_validate(record)
    except ValidationError as error:
        raise NoMetadata("The picture's record is not one of this pack.") from error
    cells, tiles = made.geometry.rows * made.geometry.cols, len(made.plan.tiles)
    columns = (made.cells.tile, made.cells.planned, made.cells.state)
    indices = {cell for cell in (*made.cells.tile, *made.cells.planned) if cell is not None}
    if any(len(column) != cells for column in columns) or len(made.tiles) != tiles:
        raise NoMetadata("The picture's record is not whole.")
    if max(indices, default=0) >= tiles:
        raise NoMetadata("The picture's record is not whole.")
    return made


def _inside(at: tuple[int, int], size: tuple[int, int]) -> None:
    (x, y), (width, height) = at, size
    if not (0 <= x < width and 0 <= y < height):
        raise InvalidRequest(
            f"at: {x},{y} is outside the picture; x goes from 0 to {width - 1}, "
            f"y from 0 to {height - 1}."
        )


def _cell_at(made: Geometry, size: tuple[int, int], at: tuple[int, int]) -> tuple[int, int]:
    """Row and column at a point of the picture, or of a copy in other pixels.

    A label belongs to the cell above it.
    """
    (width, height), (full_width, full_height) = size, made.size
    # Sides are whole pixels: a copy's may each be off by less than one.
    if abs(width * full_height - height * full_width) > full_width + full_height:
        raise InvalidRequest(
            f"at: the picture is {width} x {height} pixels and was made as {full_width} x "
            f"{full_height}; a cropped copy does not say where it was cut. Ask for a cell."
        )
    points = (
        (2 * at[0] + 1) * full_width // (2 * width) - made.offset[0],
        (2 * at[1] + 1) * full_height // (2 * height) - made.offset[1],
    )
    (col, right), (row, down) = (
        divmod(point, step) for point, step in zip(points, made.step, strict=True)
    )
    if min(points) < 0 or right >= made.visible[0] or down >= made.visible[1] + made.label:
        raise InvalidRequest(f"at: {at[0]},{at[1]} is in the gap between cells.")
    if row >= made.rows or col >= made.cols:
        raise InvalidRequest(f"at: {at[0]},{at[1]} is beside the cells.")
    return row, col


def _cell(record: ReadCollage, cell: tuple[int, int]) -> Explanation:
    (row, col), made = cell, record.geometry
    if not (0 <= row < made.rows and 0 <= col < made.cols):
        raise InvalidRequest(
            f"cell: {row},{col} is not there; rows go from 0 to {made.rows - 1}, "
            f"columns from 0 to {made.cols - 1}."
        )
    position = row * made.cols + col
    shown, planned = record.cells.tile[position], record.cells.planned[position]
    facts = CellFacts(
        row=row,
        col=col,
        box=made.box(row, col),
        state=record.cells.state[position],
        planned=None,
        reason=None,
    )
    if planned is None:
        return Explanation(kind="collage", id=record.plan.id, cell=facts)
    ended = record.tiles[planned]
    index = planned if shown is None else shown
    end = record.tiles[index]
    tile = (end.tile or record.plan.tiles[index]).model_copy(update={"key": end.key})
    another = index != planned or ended.tile is not None
    reason = ": ".join(said for said in (ended.error, ended.message) if said) or None
    wanted = record.plan.tiles[planned] if another else None
    return Explanation(
        kind="collage",
        id=record.plan.id,
        cell=facts.model_copy(update={"planned": wanted, "reason": reason}),
        tile=tile,
        end=TileEnd.model_validate(end.model_dump()),
    )


def _summary(record: ReadCollage) -> CollageFacts:
    plan, run = record.plan, record.run
    # Those that were changed one by one may be of other models.
    of_all = (tile for tile, end in zip(plan.tiles, record.tiles, strict=True) if not end.again)
    model = next(of_all, plan.tiles[0]).model
    return CollageFacts(
        id=plan.id,
        pack=record.pack,
        created=run.created,
        source=plan.source and plan.source.sha256,
        sources={
            name: each.sha256
            for name, each in zip(plan.request.source_names or (), plan.sources, strict=False)
        },
        rows=record.geometry.rows,
        cols=record.geometry.cols,
        gap=record.geometry.gap,
        request=plan.request.model_copy(update={"model": model}),
        styles=plan.styles.styles,
        styles_origin=plan.styles.origin,
        styles_model=plan.styles.model,
        tiles=len(plan.tiles),
        tile_counts=run.tile_counts,
        cell_counts=run.cell_counts,
        usd=run.usd,
        render_seconds=run.render_seconds,
        asked_again=run.asked_again,
        stopped=run.stopped and f"{run.stopped.error}: {run.stopped.message}",
    )
