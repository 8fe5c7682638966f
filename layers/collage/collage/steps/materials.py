"""What a tile is made of: the prepared source or what is put together in its place, a mask, styles.

The request, which says how it is kept and what it may cost, is read along with them.

What is put together of other tiles, a call names by digest: ``composed`` is its `Call.composed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from threading import Lock

from collage.digest import sha256
from collage.errors import MissingContext
from collage.request.accepted import Accepted
from collage.store.store import Store
from collage.tile import Composition, Tile

MOST_MASKS = 16
"""Masks that a process remembers."""

_masks: dict[str, bytes] = {}
"""Those that this process has read, by the digests of their files, the oldest first."""

_KEEPING = Lock()


def materials(
    store: Store, collage_id: str, tile: Tile, composed: Mapping[str, Composition]
) -> tuple[bytes | None, bytes | None]:
    """The source and the mask that a tile is made of, where it is made of them.

    Raises:
        NotInStore: when an earlier step did not write them.
        MissingContext: when a tile that the source is put together from was not made.
    """
    source = None
    if tile.source is not None:
        composition = composed.get(tile.source)
        source = (
            _source(store, collage_id, tile.source)
            if composition is None
            else _composed(store, collage_id, composition)
        )
    mask = None if tile.mask is None else _mask(store, collage_id, tile.mask, tile.mask_sha256)
    return source, mask


def style_pictures(
    store: Store, collage_id: str, tile: Tile, composed: Mapping[str, Composition]
) -> dict[str, bytes]:
    """The pictures that a tile's styles are taken from, by the styles' names.

    Raises:
        NotInStore, MissingContext: as `materials`.
    """
    return {
        name: _composed(store, collage_id, composed[digest])
        if digest in composed
        else _style_picture(store, collage_id, digest)
        for name, digest in tile.style_pictures.items()
    }


@lru_cache(maxsize=8)
def accepted(store: Store, collage_id: str) -> Accepted:
    """The request as it was accepted, read once a process. Raises NotInStore."""
    return store.accepted(collage_id)


def _composed(store: Store, collage_id: str, composition: Composition) -> bytes:
    """What is put together from other tiles."""
    from collage.pictures.compose import compose

    def read(key: str | None) -> bytes:
        if key is None:
            return _source(store, collage_id, composition.source or "")
        found = store.finished(key)
        if found is None:
            raise MissingContext("A picture that this one goes on from was not made.")
        return found[0]

    digests = {piece.mask: piece.mask_sha256 for piece in composition.pieces}
    return compose(composition, read, lambda name: _mask(store, collage_id, name, digests[name]))


@lru_cache(maxsize=8)
def _source(store: Store, collage_id: str, digest: str) -> bytes:
    """The prepared source whose pixels have this digest, read once a process."""
    return store.source(collage_id, digest if accepted(store, collage_id).sources else None)


@lru_cache(maxsize=64)
def _style_picture(store: Store, collage_id: str, digest: str) -> bytes:
    """The picture that a style is taken from, by its pixels' digest, read once a process."""
    return store.style_picture(collage_id, digest)


def _mask(store: Store, collage_id: str, name: str, digest: str | None) -> bytes:
    """A mask, read once a process: collages of a size have the same, file by file."""
    known = _masks.get(digest or "")
    if known is None:
        known = store.mask(collage_id, name)
        if (found := sha256(known)) == digest:
            with _KEEPING:
                _masks[found] = known
                if len(_masks) > MOST_MASKS:
                    del _masks[next(iter(_masks))]
    return known
