"""Choosing: what a person thinks of tiles of a finished collage is written into its choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collage.choices.choice import Change, Choices
from collage.choices.selection import select
from collage.errors import FieldError, InvalidRequest
from collage.store.store import Store

NAMED = 3
"""Unknown tiles that an error names."""


def choose(store: Store, collage: str, person: str, changes: Mapping[str, Change]) -> Choices:
    """Write what a person thinks otherwise of tiles, by their keys; all choices then.

    Raises:
        NotInStore: when the collage was never finished.
        InvalidRequest: when it has no such tile, or there would be too many choices.
        UnreadableChoices: when the choices there cannot be read.
    """
    _check(changes, store.tile_keys(collage))
    return store.change_choices(collage, lambda there: there.changed(person, changes))


def merge(store: Store, collage: str, others: Choices) -> Choices:
    """Write other choices of the same collage into its own; all choices then.

    Raises:
        NotInStore, InvalidRequest, UnreadableChoices: as `choose`, or when they are of another.
    """

    def merged(there: Choices) -> Choices:
        _check(_chosen(others), known | _chosen(there))
        return there.merged(others)

    if others.id != collage:
        message = f"these are choices of the collage {others.id}, not of {collage}"
        raise InvalidRequest(f"id: {message}.", [FieldError("id", message)])
    known = store.tile_keys(collage)
    return store.change_choices(collage, merged)


def chosen(store: Store, collage: str, only: Sequence[str]) -> tuple[int, ...]:
    """The tiles of a finished collage that all terms hold for now; see `select`.

    Raises:
        NotInStore: when the collage was never finished.
        InvalidRequest: for a term or a value that there is not, or when no tile is left.
        UnreadableChoices: when the choices there cannot be read.
    """
    return select(store.manifest(collage), store.choices(collage), only)


def _chosen(choices: Choices) -> set[str]:
    return set().union(*choices.people.values())


def _check(keys: Iterable[str], known: set[str]) -> None:
    unknown = [key for key in keys if key not in known]
    if unknown:
        named = ", ".join(key[:12] for key in unknown[:NAMED])
        more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
        message = f"the collage has no tile {named}{more}"
        raise InvalidRequest(f"tiles: {message}.", [FieldError("tiles", message)])
