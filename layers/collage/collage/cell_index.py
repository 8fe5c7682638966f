"""The index of a large collage: what its page reads as it goes, in place of the whole manifest.

::

    manifest.js            the head: the manifest without tiles and cells, and what cells differ in
    index/head.json        the same, for who serves the page of a store
    index/{n}.json         all that is known of the cells of a block, SIDE x SIDE, row by row
    index/columns-{n}.json what CHUNK cells after another are found by, as numbers of values
    index/keys-{n}.json    of the same cells the first digits of their tiles' keys

A manifest of a million cells has some 900 MB. Of the index a page reads the head (some kilobytes),
the blocks that are looked at, and the columns, some bytes a cell, when something is looked for.
"""

from __future__ import annotations

import sys
from array import array
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase
from typing import Any

from collage.digest import canonical
from collage.long_manifest import LongManifest
from collage.manifest import CellRecord, Manifest, TileRecord

LARGE = 10_000
"""Cells of the largest collage whose page reads the whole manifest: that is some 8 MB."""

FOLDER = "index"
"""Where its files lie, beside the page."""

HEAD = f"{FOLDER}/head.json"
"""The file that says what manifest.js says of a large collage."""

SIDE = 32
"""Rows and columns of a block: about what is seen where cells are large enough to be told apart,
and some 200 kB."""

CHUNK = 50_000
"""Cells of a file of columns: some 300 kB; and fewer than prompts can be numbered in two bytes."""

MOST_VALUES = 4_000
"""Values of a field that cells are found by; what has more, as seeds, is read of blocks only."""

SHORTEST = 3
"""Letters of a value that prompts are told to be made of; of digits there would be too many."""

KEY_BYTES = 6
"""Of a tile's key: a million keys do not meet in them but by a chance of one in 500."""

NO_VALUE = 0
"""The number of nothing; the first value of a field is number 1."""


def is_large(manifest: Manifest | LongManifest) -> bool:
    """Whether the page of a collage reads an index."""
    return len(manifest.cells) > LARGE


@dataclass(frozen=True)
class CellIndex:
    """The index of a manifest, in blocks of ``side`` x ``side`` cells and columns of ``chunk``."""

    manifest: Manifest | LongManifest
    side: int = SIDE
    chunk: int = CHUNK

    def head(self, *, scripts: bool = False) -> bytes:
        """What manifest.js says in place of the manifest.

        ``scripts`` says that the files of the index are scripts (`script`), as where a page is
        opened from disk and may fetch nothing.
        """
        # Which tile lies where is said cell by cell.
        said = self.manifest.head.model_dump(
            mode="json", exclude={"tiles": True, "cells": True, "layout": {"cells"}}
        )
        said["index"] = {
            "version": 1,
            "scripts": scripts,
            "side": self.side,
            "chunk": self.chunk,
            "cells": len(self.manifest.cells),
            "tiles": len(self.manifest.tiles),
            "widest": self._survey.widest,
            "axes": sorted(self._survey.axes),
            "fields": [field.said for field in self._fields],
            "in_place": self._in_place,
        }
        return canonical(said)

    def files(self, *, scripts: bool = False) -> Iterator[tuple[str, bytes]]:
        """The files of the index but for the head, by their names beside the page."""
        for name, said in self._contents():
            data = canonical(said)
            if scripts:
                yield _file(name, scripts), b"collageIndex(" + canonical(name) + b", %b);\n" % data
            else:
                yield _file(name, scripts), data

    def names(self, *, scripts: bool = False) -> list[str]:
        """The names of those files."""
        geometry = self.manifest.geometry
        blocks = _parts(geometry.rows, self.side) * _parts(geometry.cols, self.side)
        chunks = range(_parts(len(self._cells), self.chunk))
        kinds = [f"{kind}-{number}" for number in chunks for kind in ("columns", "keys")]
        return [_file(name, scripts) for name in (*map(str, range(blocks)), *kinds)]

    def _contents(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for number, positions in enumerate(self._blocks()):
            yield str(number), self._block(positions)
        for number, first in enumerate(range(0, len(self._cells), self.chunk)):
            cells = self._cells[first : first + self.chunk]
            yield f"columns-{number}", self._columns(cells)
            yield f"keys-{number}", self._keys(cells)

    @property
    def _cells(self) -> Sequence[CellRecord]:
        """The cells row by row."""
        return self.manifest.cells

    @cached_property
    def _in_place(self) -> bool:
        """Whether each cell was to show the tile of its own number."""
        return all(_of(cell) == position for position, cell in enumerate(self._cells))

    @cached_property
    def _survey(self) -> _Survey:
        """What is to be known of all tiles; they are gone through once for it."""
        found = _Survey(len(self.manifest.tiles))
        for number, record in enumerate(self.manifest.tiles):
            found.put(number, record)
        return found

    @cached_property
    def _fields(self) -> list[_Field]:
        """What tiles are found by, and the states of cells."""
        state = _Field("state", len(self._cells))
        for position, cell in enumerate(self._cells):
            state.put(position, cell.state)
        fields = self._survey.fields.values()
        return [*(field for field in fields if field.is_usable), state]

    def _blocks(self) -> Iterator[list[int]]:
        """The positions of the cells of each block."""
        rows, cols = self.manifest.geometry.rows, self.manifest.geometry.cols
        for top in range(0, rows, self.side):
            for left in range(0, cols, self.side):
                yield [
                    row * cols + col
                    for row in range(top, min(top + self.side, rows))
                    for col in range(left, min(left + self.side, cols))
                ]

    def _block(self, positions: Iterable[int]) -> dict[str, Any]:
        """The cells at some positions, and their tiles once each."""
        cells = [self._cells[position] for position in positions]
        places: dict[int, int] = {}
        for cell in cells:
            for tile in (cell.tile, cell.planned):
                if tile is not None:
                    places.setdefault(tile, len(places))
        records = [_flat(self.manifest.tiles[tile]) for tile in places]
        names = dict.fromkeys(name for record in records for name in record)
        return {
            "count": len(records),
            "cells": {
                "state": _column([cell.state for cell in cells]),
                "shown": _column([_place(places, cell.tile) for cell in cells]),
                "planned": _column([_place(places, cell.planned) for cell in cells]),
            },
            "tiles": {name: _column([record.get(name) for record in records]) for name in names},
        }

    def _columns(self, cells: Sequence[CellRecord]) -> dict[str, Any]:
        """The numbers of the values of cells that follow each other, and of their prompts."""
        first = cells[0].row * self.manifest.geometry.cols + cells[0].col
        tiles = [cell.planned if cell.tile is None else cell.tile for cell in cells]
        columns = {}
        for field in self._fields:
            if field.key == "state":
                columns[field.key] = field.packed(range(first, first + len(cells)))
            elif field.has_column:
                columns[field.key] = field.packed(tiles)
        prompts: dict[tuple[str | int, ...], int] = {}
        numbers = array("H")
        values = {field.key: number for number, field in enumerate(self._fields)}
        for tile in tiles:
            made_of = () if tile is None else _pieces(self.manifest.tiles[tile], values)
            numbers.append(prompts.setdefault(made_of, len(prompts)))
        return {"columns": columns, "prompts": list(prompts), "prompt": _packed(numbers)}

    def _keys(self, cells: Sequence[CellRecord]) -> dict[str, str]:
        """What finds the cells that show a tile of a key, and those of a tile's number."""
        tiles = self.manifest.tiles
        nothing = bytes(KEY_BYTES)
        keys = b"".join(
            nothing if cell.tile is None else bytes.fromhex(tiles[cell.tile].key[: 2 * KEY_BYTES])
            for cell in cells
        )
        found = {"keys": b64encode(keys).decode()}
        if not self._in_place:
            planned = (NO_VALUE if tile is None else tile + 1 for tile in map(_of, cells))
            found["tiles"] = _packed(array("I", planned))
        return found


class _Field:
    """What things can have: its values, and which of them each has, by number."""

    def __init__(self, key: str, count: int) -> None:
        self.key = key
        self.values: dict[str, int] = {}
        self.numbers = array("H", bytes(2 * count))
        self.missing = count

    def put(self, thing: int, value: str) -> None:
        if self.is_usable:
            self.numbers[thing] = self.values.setdefault(value, len(self.values) + 1)
            self.missing -= 1

    @property
    def is_usable(self) -> bool:
        return len(self.values) <= MOST_VALUES

    @property
    def has_column(self) -> bool:
        """Whether things differ in it."""
        return len(self.values) > 1 or self.missing > 0

    @property
    def said(self) -> dict[str, Any]:
        """What the head says of it: its values, and the bytes that a number has in a column."""
        column = self.has_column or self.key == "state"
        return {
            "key": self.key,
            "values": list(self.values),
            "bytes": self._bytes if column else 0,
        }

    @property
    def _bytes(self) -> int:
        return 1 if len(self.values) < 2**8 else 2

    def packed(self, things: Iterable[int | None]) -> str:
        """The numbers of some things' values; None is a thing that has none."""
        numbers = (NO_VALUE if thing is None else self.numbers[thing] for thing in things)
        return _packed(array("B" if self._bytes == 1 else "H", numbers))


class _Survey:
    """What is to be known of so many tiles before the first of them is told."""

    def __init__(self, count: int) -> None:
        self.fields: dict[str, _Field] = {}
        self.axes = set[str]()
        self.widest = 1
        self._count = count

    def put(self, number: int, record: TileRecord) -> None:
        """The next tile."""
        self.widest = max(self.widest, record.tile.size[0])
        self.axes.update(record.axes)
        for key, value in _said(record).items():
            if key not in self.fields:
                self.fields[key] = _Field(key, self._count)
            self.fields[key].put(number, value)


def _file(name: str, scripts: bool) -> str:
    return f"{FOLDER}/{name}.{'js' if scripts else 'json'}"


def _said(record: TileRecord) -> Mapping[str, str]:
    """What a tile is found by: the fields by which it can be told from others, and its axes.

    An axis is what the recipe's author meant by that name; it goes before a field of the tile.
    """
    tile = record.tile
    said = {
        **{
            f"style-{letter}": style
            for letter, style in zip(ascii_lowercase, tile.styles, strict=False)
        },
        "source": record.source,
        "mask": record.mask_name,
        "operation": tile.operation,
        "engine": tile.engine,
        "model": tile.model,
        "seed": tile.seed,
        "sample": tile.sample,
        **tile.options,
        **record.axes,
    }
    # What became of a cell is a field of its own.
    return {
        key: str(value) for key, value in said.items() if value not in (None, "") and key != "state"
    }


def _pieces(record: TileRecord, numbers: Mapping[str, int]) -> tuple[str | int, ...]:
    """A prompt as its words and, for the values of fields in it, the numbers of these fields."""
    pieces: list[str | int] = [record.tile.prompt]
    said = _said(record)
    named = [key for key in said if key in record.axes or key.startswith("style-")]
    for key in sorted(named, key=lambda key: -len(said[key])):
        if key in numbers and len(said[key]) >= SHORTEST:
            pieces = [piece for each in pieces for piece in _split(each, said[key], numbers[key])]
    return tuple(piece for piece in pieces if piece != "")


def _split(piece: str | int, value: str, number: int) -> Iterator[str | int]:
    if isinstance(piece, int):
        yield piece
        return
    first, *others = piece.split(value)
    yield first
    for other in others:
        yield number
        yield other


def _of(cell: CellRecord) -> int | None:
    """The tile that a cell was to show, or shows where nothing was planned for it."""
    return cell.tile if cell.planned is None else cell.planned


def _place(places: Mapping[int, int], tile: int | None) -> int | None:
    return None if tile is None else places[tile]


def _flat(record: TileRecord) -> dict[str, Any]:
    """A record whose tile's fields stand beside its own, as ``tile.prompt``."""
    said = record.model_dump(mode="json")
    return {**{f"tile.{name}": value for name, value in said.pop("tile").items()}, **said}


def _column(values: list[Any]) -> dict[str, Any]:
    """Values of one kind: what they all are, or which are which of a few, or each for itself."""
    names = [canonical(value) if isinstance(value, dict | list) else value for value in values]
    found = dict(zip(names, values, strict=True))
    if len(found) == 1:
        return {"all": values[0]}
    if 2 * len(found) > len(values):
        return {"each": values}
    numbers = {name: number for number, name in enumerate(found)}
    return {"values": list(found.values()), "which": [numbers[name] for name in names]}


def _packed(numbers: array[int]) -> str:
    """Numbers of a fixed width, little end first, in base64."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return b64encode(numbers.tobytes()).decode()


def _parts(count: int, size: int) -> int:
    return -(-count // size)
