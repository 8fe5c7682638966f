"""What a tile is made of: the prepared source or what is put together in its place, and a mask."""

from __future__ import annotations

from functools import lru_cache

from collage.errors import MissingContext
from collage.store.store import Store
from collage.tile import Composition, Tile


def materials(
    store: Store, collage_id: str, tile: Tile, composition: Composition | None
) -> tuple[bytes | None, bytes | None]:
    """The source and the mask that a tile is made of, where it is made of them.

    ``composition`` is its call's.

    Raises:
        NotInStore: when an earlier step did not write them.
        MissingContext: when a tile that the source is put together from was not made.
    """
    source = _picture(store, collage_id, composition) if tile.source is not None else None
    mask = None if tile.mask is None else _mask(store, collage_id, tile.mask)
    return source, mask


def _picture(store: Store, collage_id: str, composition: Composition | None) -> bytes:
    """What a call works on: the prepared source, or what is put together from other tiles."""
    if composition is None:
        return _source(store, collage_id)
    from collage.pictures.compose import compose

    def read(key: str | None) -> bytes:
        if key is None:
            return _source(store, collage_id)
        found = store.finished(key)
        if found is None:
            raise MissingContext("A picture that this one goes on from was not made.")
        return found[0]

    return compose(composition, read)


@lru_cache(maxsize=2)
def _source(store: Store, collage_id: str) -> bytes:
    """The prepared source, read once a process."""
    return store.source(collage_id)


@lru_cache(maxsize=64)
def style_picture(store: Store, collage_id: str, digest: str) -> bytes:
    """The picture that a style is taken from, by its pixels' digest, read once a process."""
    return store.style_picture(collage_id, digest)


@lru_cache(maxsize=16)
def _mask(store: Store, collage_id: str, name: str) -> bytes:
    """A mask, read once a process."""
    return store.mask(collage_id, name)
