"""Seeds: their bounds, and what stands for one drawn at random."""

import secrets
from collections.abc import Mapping
from typing import Any, Protocol, Self, TypeVar

from collage.digest import canonical, sha256

RANDOM = -1
"""The seed that stands for one drawn at random, as for other programs of the field."""

MAX_SEED = 2**64 - 1
"""The largest seed; one that would be larger begins again at 0."""

DRAWN = 2**32
"""Seeds are drawn below it: short enough to be read out, and for other programs to take."""


class Seeded(Protocol):
    """A model with a seed."""

    @property
    def seed(self) -> int | None:
        """It, where it is asked for."""

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's models do."""


AnySeeded = TypeVar("AnySeeded", bound=Seeded)


def seeded(asked: AnySeeded, *stands_for: str) -> AnySeeded:
    """``asked`` with a seed in place of RANDOM: the same for what ``stands_for`` one asking.

    Where nothing does, it is another one each time.
    """
    if asked.seed != RANDOM:
        return asked
    drawn = secrets.randbelow(DRAWN)
    if stands_for:
        drawn = int(sha256(canonical(stands_for)), 16) % DRAWN
    return asked.model_copy(update={"seed": drawn})
