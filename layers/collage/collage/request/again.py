"""What somebody wants to have made again of a collage that there is."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from collage.fields.again import MOST_CHANGED, TileChange
from collage.fields.values import Word
from collage.frozen import Frozen
from collage.words.seeds import MAX_SEED, RANDOM

LIKE_ONE = 12
"""Pictures that are like one tile, unless told otherwise."""

Place = Annotated[
    str,
    Field(
        pattern="^([0-9]{1,3}:[0-9]{1,3}|[0-9]{1,6})$",
        description="a cell as ROW:COL, both from 0, or a tile by its number",
    ),
]


class CellChange(TileChange):
    """What one cell has otherwise than it has now."""

    seed: int | None = Field(
        default=None,
        ge=RANDOM,
        le=MAX_SEED,
        exclude_if=lambda seed: seed is None,
        description="-1: one at random; of an engine without seeds, another sample",
    )


class AskedAgain(Frozen, extra="forbid"):
    """What is made again of a collage: single cells, pictures like one, or the best anew.

    With none of them it is the same request, for somebody to change.
    """

    cells: dict[Place, CellChange] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_CHANGED,
        description="what single cells have otherwise; all others stay",
    )
    like: Place | None = Field(default=None, description="variations of the picture of this cell")
    count: int | None = Field(
        default=None, ge=1, le=1000, description=f"pictures like it; unless given, {LIKE_ONE}"
    )
    best: tuple[Word, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="terms that choose tiles, as `only` has them: their styles are combined anew",
    )
    skip: dict[Word, tuple[Word, ...]] = Field(
        default={}, max_length=50, description="values to go on without, by style, mask or axis"
    )
    options: dict[str, Any] = Field(
        default={}, description="fields of the request that are set otherwise"
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        given = [name for name in ("cells", "like", "best") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{given[1]}: it cannot go with {given[0]}; ask for one at a time")
        if self.count is not None and self.like is None:
            raise ValueError("count: it is how many pictures are to be like one; give like")
        if self.skip and given and given != ["best"]:
            raise ValueError(f"skip: it cannot go with {given[0]}, which keeps all other tiles")
        if "again" in self.options:
            raise ValueError("options: give changes of single tiles as cells")
        return self
