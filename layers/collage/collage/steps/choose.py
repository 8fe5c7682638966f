"""Choosing: what a person thinks of tiles of a finished collage is written into its choices."""

from __future__ import annotations

from collections.abc import Mapping

from collage.choices import merging
from collage.choices.choice import Change, Choices
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
