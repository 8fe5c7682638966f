"""Tiles chosen by terms that must all hold: ``starred``, ``score>=4``, ``style=Cubism``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from collage.choices.together import NOTHING, Together, taken_together
from collage.errors import FieldError, InvalidRequest
from collage.manifest import MISSING, Manifest, TileRecord

if TYPE_CHECKING:
    from collage.choices.choice import Choices

Holds = Callable[[TileRecord, Together], bool]

WORDS: dict[str, Holds] = {
    "starred": lambda _, choice: choice.star,
    "hidden": lambda _, choice: choice.hidden,
    "noted": lambda _, choice: bool(choice.notes),
    "unscored": lambda _, choice: choice.score is None,
}

FIELDS: dict[str, Callable[[TileRecord], Iterable[str]]] = {
    "style": lambda record: record.tile.styles,
    "source": lambda record: filter(None, [record.source]),
    "mask": lambda record: filter(None, [record.mask_name]),
    "engine": lambda record: [record.tile.engine],
    "model": lambda record: [record.tile.model],
    "operation": lambda record: [record.tile.operation],
    "state": lambda record: [record.state],
    "seed": lambda record: [] if record.tile.seed is None else [str(record.tile.seed)],
}
"""What every tile has beside the axes of a matrix, and its values of each."""

TERMS = (*WORDS, "score>=4", "score=5", "FIELD=VALUE", "cells=ROW:COL")

NAMED = 20
"""Values that an error names; of more, the first."""

_SCORE = re.compile(r"score\s*(>=|=)\s*(\d+(?:\.\d+)?)", re.ASCII)
_CELL = re.compile(r"\d{1,4}:\d{1,4}", re.ASCII)
_CELLS = re.compile(rf"cells\s*=\s*({_CELL.pattern}(?:\s+{_CELL.pattern})*)", re.ASCII)


def select(manifest: Manifest, choices: Choices, only: Sequence[str]) -> tuple[int, ...]:
    """The indexes of the tiles that all terms hold for, in the order of their cells.

    Only tiles that the collage shows are among them. Several values of one field are any of these,
    several lists of cells all of these. What is hidden is left out unless ``hidden`` is asked for.

    Raises:
        InvalidRequest: for a term or a value that there is not, or when no tile is left.
    """
    shown = dict.fromkeys(cell.tile for cell in manifest.cells if cell.tile is not None)
    records = [manifest.tiles[index] for index in shown]
    records = [record for record in records if record.state not in MISSING]
    terms = [term.strip() for term in only]
    holds = _meaning(manifest, records, terms)
    opinions = taken_together(choices)
    found = [
        record
        for record in records
        if all(hold(record, opinions.get(record.key, NOTHING)) for hold in holds)
    ]
    if "hidden" in terms:
        left = found
    else:
        left = [record for record in found if not opinions.get(record.key, NOTHING).hidden]
    if not left:
        why = "all of them are hidden" if found else f"no tile is {', '.join(terms) or 'shown'}"
        raise _wrong(f"{why}; choose otherwise")
    return tuple(record.index for record in left)


def shown_at(manifest: Manifest, cells: Sequence[str]) -> list[int]:
    """The indexes of the tiles that cells show, hidden or not, each once and as they are listed.

    Raises:
        InvalidRequest: when one is no ROW:COL, both from 0, or shows no tile.
    """
    for cell in cells:
        if not _CELL.fullmatch(cell):
            raise InvalidRequest(f"{cell[:80]!r} is no cell; give ROW:COL, both from 0.")
    return list(dict.fromkeys(_tile_at(manifest, cell) for cell in cells))


def _meaning(
    manifest: Manifest, records: Sequence[TileRecord], terms: Sequence[str]
) -> list[Holds]:
    """What must hold of a tile, one for each word, field, and bound."""
    holds: list[Holds] = []
    values: dict[str, set[str]] = defaultdict(set)
    scores: set[float] = set()
    places: set[int] = set()
    for term in terms:
        if term in WORDS:
            holds.append(WORDS[term])
        elif score := _SCORE.fullmatch(term):
            if score[1] == "=":
                scores.add(float(score[2]))
            else:
                holds.append(_at_least(float(score[2])))
        elif cells := _CELLS.fullmatch(term):
            places |= {_tile_at(manifest, cell) for cell in cells[1].split()}
        else:
            name, value = _field(records, term)
            values[name].add(value)
    if scores:
        holds.append(lambda _, choice: choice.score in scores)
    if places:
        holds.append(lambda record, _: record.index in places)
    return [*holds, *(_has(name, wanted) for name, wanted in values.items())]


def _at_least(least: float) -> Holds:
    return lambda _, choice: choice.score is not None and choice.score >= least


def _has(name: str, wanted: set[str]) -> Holds:
    return lambda record, _: not wanted.isdisjoint(map(str.casefold, _values(record, name)))


def _values(record: TileRecord, name: str) -> Iterable[str]:
    yield from FIELDS[name](record) if name in FIELDS else ()
    if name in record.axes:
        yield record.axes[name]


def _field(records: Sequence[TileRecord], term: str) -> tuple[str, str]:
    """The name of a field and one of its values, which tiles have, in lower case."""
    said, equals, value = (part.strip() for part in term.partition("="))
    if not equals or said.startswith("score"):
        raise _wrong(f"{term[:80]!r} is no term; there are: {', '.join(TERMS)}", TERMS)
    name = said.lower().replace(" ", "_")
    fields = list(dict.fromkeys([*FIELDS, *(axis for r in records for axis in r.axes)]))
    if name not in fields:
        raise _wrong(f"{said[:80]!r} is no field; there are: {', '.join(fields)}", fields)
    there = sorted({each for record in records for each in _values(record, name)})
    if value.casefold() not in map(str.casefold, there):
        named = there[:NAMED]
        more = f", and {len(there) - NAMED:,} more" if len(there) > NAMED else ""
        some = f"there are: {', '.join(named)}{more}" if named else "no tile has one"
        raise _wrong(f"no tile has the {name} {value[:80]!r}; {some}", named)
    return name, value.casefold()


def _tile_at(manifest: Manifest, cell: str) -> int:
    """The tile that a cell shows, by its row and column, both from 0."""
    row, col = map(int, cell.split(":"))
    rows, cols = manifest.layout.rows, manifest.layout.cols
    if row >= rows or col >= cols:
        raise _wrong(f"there is no cell {cell}; the last is {rows - 1}:{cols - 1}")
    tile = manifest.cells[row * cols + col].tile
    if tile is None:
        raise _wrong(f"the cell {cell} shows no tile")
    return tile


def _wrong(message: str, allowed: Sequence[str] | None = None) -> InvalidRequest:
    return InvalidRequest(
        f"only: {message}.", [FieldError("only", message, allowed and list(allowed))]
    )
