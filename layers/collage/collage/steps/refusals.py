"""Refusals are remembered by draw: none is asked again by a retry, only when somebody says so."""

from collections.abc import Mapping, Sequence

from collage import clock
from collage.errors import Refused
from collage.notes import Pardon, Refusal
from collage.store.store import Store
from collage.tile import Composition, Tile


def heed(store: Store, collage: str, tiles: Sequence[Tile]) -> tuple[list[Tile], Refused | None]:
    """The draws that may be asked for, and the refusal of the others, if any was refused before."""
    asked, refused = [], None
    for tile in tiles:
        refusal = store.refusal(collage, tile.key)
        if refusal is None or _pardoned(store, collage, refusal):
            asked.append(tile)
        else:
            refused = Refused(refusal.message)
    return asked, refused


def note(store: Store, collage: str, tiles: Sequence[Tile], refused: Refused) -> None:
    """Remember that the provider refused these draws."""
    refusal = Refusal(message=str(refused), created=clock.now("milliseconds"))
    for tile in tiles:
        store.put_refused(collage, tile.key, refusal)


def follow(
    store: Store, collage: str, tiles: Sequence[Tile], composed: Mapping[str, Composition]
) -> None:
    """Remember these tiles as refused where one that they are made of was, and is not there.

    ``composed`` is what is put together for them, by digest.

    Raises:
        Refused: if that is so, as it was said of the other.
    """
    parts = (composed[digest].pieces for digest in tiles[0].made_of if digest in composed)
    for key in (piece.tile for pieces in parts for piece in pieces):
        if key is None or store.has_tile(key):
            continue
        if refusal := store.refusal(collage, key):
            refused = Refused(refusal.message)
            note(store, collage, tiles, refused)
            raise refused


def pardon(store: Store, collage: str) -> None:
    """Have what was refused until now asked for again: moderation may judge otherwise."""
    store.put_pardon(collage, Pardon(since=clock.now("milliseconds")))


def _pardoned(store: Store, collage: str, refusal: Refusal) -> bool:
    given = store.pardon(collage)
    return given is not None and refusal.created < given.since
