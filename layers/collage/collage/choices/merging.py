"""Choices that were made elsewhere, taken into those of a collage."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from collage.errors import FieldError, InvalidRequest

if TYPE_CHECKING:
    from collage.choices.choice import Choices

NAMED = 3
"""Unknown tiles that an error names."""


def merged(there: Choices, others: Choices, known: Collection[str]) -> Choices:
    """Both; ``known`` are the keys of the collage's tiles.

    Raises:
        InvalidRequest: when ``others`` are of another collage, or of tiles that it never had.
    """
    if others.id != there.id:
        message = f"these are choices of the collage {others.id}, not of {there.id}"
        raise InvalidRequest(f"id: {message}.", [FieldError("id", message)])
    # A tile that was replaced in a later run may have been chosen before.
    check({*known, *_keys(there)}, _keys(others))
    return there.merged(others)


def check(known: Collection[str], keys: Iterable[str]) -> None:
    """Refuse tiles that the collage does not have.

    Raises:
        InvalidRequest: naming some of them.
    """
    unknown = [key for key in keys if key not in known]
    if unknown:
        named = ", ".join(key[:12] for key in unknown[:NAMED])
        more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
        message = f"the collage has no tile {named}{more}"
        raise InvalidRequest(f"tiles: {message}.", [FieldError("tiles", message)])


def _keys(choices: Choices) -> set[str]:
    return set().union(*choices.people.values())
