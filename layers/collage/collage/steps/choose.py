"""Choosing: what a person thinks of tiles of a finished collage is written into its choices."""

from __future__ import annotations

from collections.abc import Mapping

from collage.choices import merging
from collage.choices.choice import Change, Choices
from collage.choices.selection import select
from collage.choices.together import NOTHING, taken_together
from collage.request.relayout import LayoutAsked, Relayout, of_all, of_these
from collage.store.store import Store


def choose(store: Store, collage: str, person: str, changes: Mapping[str, Change]) -> Choices:
    """Write what a person thinks otherwise of tiles, by their keys; all choices then.

    Raises:
        NotInStore: when the collage was never finished.
        InvalidRequest: when it has no such tile, or there would be too many choices.
        UnreadableChoices: when the choices there cannot be read.
    """
    merging.check(store.tile_keys(collage), changes)
    return store.change_choices(collage, lambda there: there.changed(person, changes))


def merge(store: Store, collage: str, others: Choices) -> Choices:
    """Write other choices of the same collage into its own; all choices then.

    Raises:
        NotInStore, InvalidRequest, UnreadableChoices: as `choose`, or when they are of another.
    """
    known = store.tile_keys(collage)
    return store.change_choices(collage, lambda there: merging.merged(there, others, known))


def layout_of(store: Store, collage: str, asked: LayoutAsked) -> Relayout:
    """The layout that is asked for, with the tiles that its terms mean by the choices of now.

    Raises:
        NotInStore: when the collage was never finished.
        InvalidRequest: for a term or a value that there is not, or when no tile is left.
        UnreadableChoices: when the choices there cannot be read.
    """
    if not asked.chooses:
        return of_all(asked)
    manifest, choices = store.manifest(collage), store.choices(collage)
    tiles = list(select(manifest, choices, asked.only or ()))
    if asked.sort == "score":
        known = taken_together(choices)
        scores = {i: known.get(manifest.tiles[i].key, NOTHING).score or 0 for i in tiles}
        tiles.sort(key=lambda index: -scores[index])
    return of_these(asked, tiles)
