"""What of a collage others use too: tiles that their plans name, uploads that their requests do.

A tile is deleted while other runs go on, and none of them is to count on one that goes. So two
writes come before two reads, and S3 shows each as soon as it is done. The deletion writes until
when a batch of tiles will be gone, and then reads all plans; a run writes its plan, and then reads
what is being deleted (`settle`). Either the deletion sees the plan, and keeps the tiles that it
names; or the run sees the deletion, and looks for no tile before the batch is gone.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import sleep
from typing import TYPE_CHECKING, NamedTuple

from collage.errors import NotInStore

if TYPE_CHECKING:
    from collage.request.accepted import Accepted
    from collage.store.store import Store

READERS = 8
"""Other collages whose records are read at once."""

LONGEST_WAIT = 60.0
"""Seconds that a run waits at most: deletions say that they need half of it."""


def settle(store: Store) -> None:
    """Return when all tiles are gone that are being deleted at this moment, nearly always at once.

    What is deleted later is not named by any plan that was written before the call.
    """
    ends = [known.settled for known in store.deletions() if known.settled is not None]
    left = (max(ends) - datetime.now(UTC)).total_seconds() if ends else 0.0
    if left > 0:
        sleep(min(left, LONGEST_WAIT))


class Own(NamedTuple):
    """What a collage names, and others may name too."""

    id: str
    tiles: frozenset[str] = frozenset()
    uploads: frozenset[str] = frozenset()
    pictures: frozenset[str] | None = frozenset()
    """Digests of the sources that all tiles are made of; None where some are made of none."""


def named_by(store: Store, collage: str) -> Own:
    """What a collage names, as far as its records are there."""
    try:
        uploads = _uploads(store.accepted(collage))
    except NotInStore:
        uploads = frozenset()
    try:
        named = store.named_tiles(collage)
    except NotInStore:
        return Own(collage, uploads=uploads)
    prepared = {named.prepared.source, *named.prepared.sources} - {None}
    pictures = frozenset(digest for digest in prepared if digest is not None)
    return Own(collage, named.keys, uploads, None if named.sourceless else pictures)


@dataclass
class Others:
    """What all other collages use of ``own``, as it was at the last `look`."""

    store: Store
    own: Own
    tiles: set[str] = field(default_factory=set)
    uploads: set[str] = field(default_factory=set)
    _planned: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Read what is new: a plan that was read once stays as it is."""
        new = self.store.known_collages() - self._planned - {self.own.id}
        with ThreadPoolExecutor(READERS) as pool:
            for collage, planned in pool.map(self._read, sorted(new)):
                if planned:
                    self._planned.add(collage)

    def _read(self, collage: str) -> tuple[str, bool]:
        """Take in one that may use something, and whether it has a plan."""
        with suppress(NotInStore):
            self.uploads |= self.own.uploads & _uploads(self.store.accepted(collage))
        if not self.own.tiles:
            return collage, False
        try:
            prepared = self.store.prepared(collage)
            apart = self.own.pictures is not None and self.own.pictures.isdisjoint(
                {prepared.source, *prepared.sources}
            )
            # Tiles of other pictures are other tiles: their plan, which is long, tells nothing.
            if not apart:
                self.tiles |= self.store.named_tiles(collage, among=self.own.tiles).keys
        except NotInStore:
            self.tiles |= self.own.tiles & self._shown(collage)
            return collage, False
        return collage, True

    def _shown(self, collage: str) -> set[str]:
        """The tiles of a collage that was made, though its plan cannot be read."""
        try:
            return self.store.tile_keys(collage)
        except NotInStore:
            return set()


def _uploads(accepted: Accepted) -> frozenset[str]:
    """Keys of all that a request names in the uploads bucket."""
    several = (picture for masks in accepted.mask_files.values() for picture in masks)
    files = (
        *accepted.every_source,
        accepted.mask,
        accepted.font,
        *accepted.style_pictures.values(),
        *several,
    )
    return frozenset(file.key for file in files if file is not None and file.key)
