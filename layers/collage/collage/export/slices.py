"""How chosen tiles lie on a sheet: as a table of two fields, as in the collage, or side by side."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from collage.export import traits
from collage.export.asked import Export
from collage.manifest import Manifest
from collage.sheet.layout import Layout

NAMED = 3
"""Tiles that an error names; of more, these first."""


@dataclass(frozen=True)
class Arrangement:
    """Rows and columns of tiles, by index, row by row, and what heads them if they are a table."""

    rows: int
    cols: int
    cells: tuple[int | None, ...]
    column_headers: tuple[str, ...] = ()
    row_headers: tuple[str, ...] = ()
    column_axis: str = ""
    row_axis: str = ""

    @property
    def tiles(self) -> tuple[int, ...]:
        """The tiles that it shows, each once."""
        return tuple(dict.fromkeys(cell for cell in self.cells if cell is not None))


def arranged(
    manifest: Manifest,
    tiles: Sequence[int],
    asked: Export,
    shape: float = 1.0,
    shown: Collection[int] | None = None,
) -> Arrangement:
    """Where the tiles lie: as ``rows`` and ``cols`` ask for, as in the collage, or side by side.

    All tiles of a collage lie as in it, what is hidden left empty. Where only some are asked for,
    they lie in their order in ``columns``, or so that the sheet is about ``shape`` times as wide as
    it is high. A table of several is that of all ``tiles``, and only those ``shown`` are on it.

    Raises:
        InvalidRequest: when the tiles have no such field, or several belong into one cell.
    """
    if asked.rows is not None or asked.cols is not None:
        return _table(manifest, tiles, asked.rows, asked.cols, shown)
    if asked.only or asked.columns is not None:
        cell = manifest.layout.cell
        best = round(math.sqrt(len(tiles) * shape * cell[1] / cell[0])) or 1
        return side_by_side(tiles, min(asked.columns or best, len(tiles)))
    return _as_laid(manifest, tiles)


def side_by_side(tiles: Sequence[int | None], cols: int) -> Arrangement:
    """The tiles in their order, so many in a row; the last row may have fewer."""
    rows = -(-len(tiles) // cols)
    room: list[None] = [None] * (rows * cols - len(tiles))
    return Arrangement(rows, cols, (*tiles, *room))


def layout_of(
    manifest: Manifest, there: Arrangement, asked: Export, cell: tuple[int, int]
) -> Layout:
    """A layout of tiles in cells of ``cell`` (width, height) pixels.

    What is not asked for is as in the collage's own layout.
    """
    own = manifest.layout
    given = {name: getattr(asked, name) for name in ("labels", "background", "border")}
    return own.model_copy(
        update={
            **{name: value for name, value in given.items() if value is not None},
            "rows": there.rows,
            "cols": there.cols,
            "cell": cell,
            "gap": max(0, own.gap) if asked.gap is None else asked.gap,
            "title": title_of(manifest, asked),
            "dpi": asked.dpi,
            "column_headers": there.column_headers,
            "row_headers": there.row_headers,
            "column_axis": there.column_axis,
            "row_axis": there.row_axis,
            "fixed": True,
            "cells": there.cells,
        }
    )


def title_of(manifest: Manifest, asked: Export) -> str | None:
    """What stands above: what is asked for, or the collage's own; an empty one is none."""
    return manifest.title if asked.title is None else asked.title.strip() or None


def values(manifest: Manifest, tiles: Sequence[int], field: str) -> dict[str, list[int]]:
    """The tiles by what they have of a field.

    The values are in the order in which a table has them, and elsewhere in that of the alphabet,
    numbers by their size.
    """
    found: dict[str, list[int]] = {}
    for index in tiles:
        found.setdefault(traits.value(manifest.tiles[index], field), []).append(index)
    if manifest.layout.fixed:
        return found
    return {value: found[value] for value in sorted(found, key=_natural)}


def _table(
    manifest: Manifest,
    tiles: Sequence[int],
    rows: str | None,
    cols: str | None,
    shown: Collection[int] | None,
) -> Arrangement:
    """The tiles with one value in a row, and of another field in a column."""
    row_field = rows and traits.known(manifest, "rows", rows)
    col_field = cols and traits.known(manifest, "cols", cols)
    if row_field == col_field:
        raise traits.wrong("cols", "rows and columns need different fields")
    by_row = values(manifest, tiles, row_field) if row_field else {"": list(tiles)}
    by_col = values(manifest, tiles, col_field) if col_field else {"": list(tiles)}
    if shown is not None:
        by_row, by_col = _among(by_row, shown), _among(by_col, shown)
    if not col_field:
        cols_there = max(1, *map(len, by_row.values()))
        cells = [tile for listed in by_row.values() for tile in _filled(listed, cols_there)]
    elif not row_field:
        rows_there, cols_there = max(1, *map(len, by_col.values())), len(by_col)
        columns = [_filled(listed, rows_there) for listed in by_col.values()]
        cells = [column[row] for row in range(rows_there) for column in columns]
    else:
        cols_there = len(by_col)
        cells = _crossed(manifest, by_row, by_col, (row_field, col_field))
    return Arrangement(
        len(cells) // cols_there,
        cols_there,
        tuple(cells),
        column_headers=tuple(map(_heading, by_col)) if col_field else (),
        row_headers=tuple(map(_heading, by_row)) if row_field else (),
        column_axis=col_field or "",
        row_axis=row_field or "",
    )


def _among(found: Mapping[str, list[int]], shown: Collection[int]) -> dict[str, list[int]]:
    return {value: [tile for tile in tiles if tile in shown] for value, tiles in found.items()}


def _crossed(
    manifest: Manifest,
    by_row: Mapping[str, list[int]],
    by_col: Mapping[str, list[int]],
    fields: tuple[str, str],
) -> list[int | None]:
    """For each row and column the tile that has both values; no tile may be in another's place."""
    column_of = {tile: value for value, listed in by_col.items() for tile in listed}
    cells: list[int | None] = []
    for row, listed in by_row.items():
        at: dict[str, list[int]] = {}
        for tile in listed:
            at.setdefault(column_of[tile], []).append(tile)
        for col in by_col:
            if len(at.get(col, ())) > 1:
                raise _several(manifest, at[col], fields, (row, col))
            cells.append(at[col][0] if col in at else None)
    return cells


def _several(
    manifest: Manifest, tiles: Sequence[int], fields: tuple[str, str], at: tuple[str, str]
) -> Exception:
    """Several tiles would lie in one cell: what they differ in helps to choose one."""
    records = [manifest.tiles[index] for index in tiles]
    differ = [
        name
        for name in traits.names(manifest)
        if name not in fields and len({traits.value(record, name) for record in records}) > 1
    ]
    said = " and ".join(f"{name} {value[:40]!r}" for name, value in zip(fields, at, strict=True))
    how = f"; choose by only, as {differ[0]}=..., among " if differ else "; choose by only, among "
    numbers = ", ".join(str(index + 1) for index in tiles[:NAMED])
    more = " and more" if len(tiles) > NAMED else ""
    return traits.wrong("rows", f"{len(tiles)} tiles have {said}{how}{numbers}{more}")


def _as_laid(manifest: Manifest, tiles: Sequence[int]) -> Arrangement:
    own, chosen = manifest.layout, set(tiles)
    return Arrangement(
        own.rows,
        own.cols,
        tuple(cell if cell in chosen else None for cell in own.cells),
        own.column_headers,
        own.row_headers,
        own.column_axis,
        own.row_axis,
    )


def _filled(tiles: Sequence[int], count: int) -> list[int | None]:
    return [*tiles, *[None] * (count - len(tiles))]


def _heading(value: str) -> str:
    return value or "none"


def _natural(text: str) -> list[tuple[int, float, str]]:
    """A key by which numbers within texts come by their size."""
    parts = re.split(r"(\d+(?:\.\d+)?)", text.casefold())
    return [(0, float(part), "") if i % 2 else (1, 0.0, part) for i, part in enumerate(parts)]
