"""What all people's choices come to for a tile."""

from __future__ import annotations

from collections import defaultdict
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collage.choices.choice import Choice, Choices


class Together(NamedTuple):
    """A tile by all choices: ``score`` is the mean of those given, ``notes`` are by who wrote."""

    star: bool = False
    hidden: bool = False
    score: float | None = None
    notes: tuple[tuple[str, str], ...] = ()


NOTHING = Together()
"""What is thought of a tile that nobody has chosen for anything."""


def taken_together(choices: Choices) -> dict[str, Together]:
    """All people's choices as one, by the keys of the tiles.

    A tile is starred if anybody starred it, and hidden if somebody hid it and nobody starred it.
    """
    by_tile: dict[str, dict[str, Choice]] = defaultdict(dict)
    for person in sorted(choices.people):
        for key, choice in choices.people[person].items():
            by_tile[key][person] = choice
    return {key: _together(by_person) for key, by_person in by_tile.items()}


def _together(by_person: dict[str, Choice]) -> Together:
    starred = any(choice.star for choice in by_person.values())
    scores = [choice.score for choice in by_person.values() if choice.score is not None]
    return Together(
        star=starred,
        hidden=not starred and any(choice.hidden for choice in by_person.values()),
        score=fsum(scores) / len(scores) if scores else None,
        notes=tuple((person, each.note) for person, each in by_person.items() if each.note),
    )
