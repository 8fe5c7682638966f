"""The manifest of a large collage, whose tiles and cells are read and told one after another."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, overload

from collage import records
from collage.manifest import CellRecord, Manifest, TileRecord
from collage.sheet.geometry import Geometry


class SpelledTiles(Sequence[TileRecord]):
    """Records of tiles as they are spelled, each read when it is asked for.

    One takes some 800 bytes so, a fifth of what it does as an object.
    """

    def __init__(self, tiles: Iterable[TileRecord]) -> None:
        self._spelled = bytearray()
        self._ends = array("Q", [0])
        for tile in tiles:
            self._spelled += records.spelled(tile)
            self._ends.append(len(self._spelled))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, at: int) -> TileRecord: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[TileRecord]: ...
    def __getitem__(self, at: int | slice) -> TileRecord | Sequence[TileRecord]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        return TileRecord.model_validate_json(self._piece(range(len(self))[at]))

    def spelled(self) -> Iterator[bytes]:
        """All of them, as they stand in manifest.json."""
        return map(self._piece, range(len(self)))

    def _piece(self, number: int) -> bytes:
        return bytes(self._spelled[self._ends[number] : self._ends[number + 1]])


class LongManifest(NamedTuple):
    """As a `Manifest`; ``head`` is that without its tiles and cells."""

    head: Manifest
    tiles: SpelledTiles
    cells: Sequence[CellRecord]

    @property
    def id(self) -> str:
        """The collage's."""
        return self.head.id

    @property
    def geometry(self) -> Geometry:
        """Where its cells lie."""
        return self.head.geometry

    def whole(self) -> Manifest:
        """All of it at once."""
        parts = {"tiles": tuple(self.tiles), "cells": tuple(self.cells)}
        return self.head.model_copy(update=parts)
