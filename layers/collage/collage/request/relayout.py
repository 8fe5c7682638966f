"""Another layout for a collage that is made."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from collage.digest import canonical, sha256
from collage.errors import FieldError, InvalidRequest
from collage.fields.fields import unused
from collage.fields.values import LEAST_DPI, MOST_DPI, Colour, FormatName
from collage.frozen import Frozen
from collage.request.parse import parse, validated
from collage.request.request import Request
from collage.sheet.layout import Sort
from collage.words.seeds import MAX_SEED, RANDOM, seeded

MOST_SIDE = 200
"""Rows, and columns, of a collage."""

MOST_LETTERS = 60_000
"""Of a term: one that lists cells may list thousands."""

Chosen = Literal["score", "place"]
"""How tiles that are chosen can lie beside: the best first, or in the order that they had."""


class _Layout(Frozen, extra="forbid"):
    """What a layout and the asking for one have in common; what is left out stays as it was."""

    rows: int | None = Field(default=None, ge=1, le=MOST_SIDE)
    cols: int | None = Field(default=None, ge=1, le=MOST_SIDE)
    cell: int | None = Field(default=None, ge=16, le=16_384)
    gap: int | None = Field(default=None, ge=-256, le=256)
    labels: bool | None = None
    title: str | None = Field(default=None, max_length=200)
    border: int | None = Field(default=None, ge=0, le=1024)
    background: Colour | None = None
    format: FormatName | None = None
    dpi: int | None = Field(default=None, ge=LEAST_DPI, le=MOST_DPI, exclude_if=unused)
    joined: bool | None = Field(default=None, exclude_if=unused)
    seed: int | None = Field(default=None, ge=RANDOM, le=MAX_SEED)


class LayoutAsked(_Layout):
    """How to lay the tiles of a collage out again, all of them or those that are chosen."""

    sort: Sort | Chosen | None = Field(
        default=None,
        description="score and place are of the chosen: the best first, or as the collage has "
        "them; unless given, shuffle, or place where tiles are chosen",
    )
    only: tuple[Annotated[str, Field(max_length=MOST_LETTERS)], ...] | None = Field(
        default=None,
        max_length=200,
        description="terms that must all hold of a tile: starred, score>=4, FIELD=VALUE, "
        "cells=ROW:COL; rows and cols follow from how many there are, unless given",
    )

    @property
    def chooses(self) -> bool:
        """Whether it is of chosen tiles, each of them once; else it is of all."""
        return self.only is not None or self.sort in get_args(Chosen)


class Relayout(_Layout):
    """How the tiles of a collage are laid out again, all of them or those that it names."""

    sort: Sort | Literal["place"] = "shuffle"
    tiles: tuple[Annotated[int, Field(ge=0)], ...] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_SIDE**2,
        exclude_if=unused,
        description="indexes of those that are shown, once each; in this order if sort is place",
    )


def of_all(asked: LayoutAsked) -> Relayout:
    """The layout that is asked for, of all tiles."""
    return Relayout(**asked.model_dump(exclude={"sort", "only"}), sort=asked.sort or "shuffle")


def of_these(asked: LayoutAsked, tiles: Sequence[int]) -> Relayout:
    """The layout that is asked for, of these tiles in this order, unless it has another."""
    rows, cols = _shape(len(tiles), asked.rows, asked.cols)
    sort = "place" if asked.sort is None or asked.sort in get_args(Chosen) else asked.sort
    own = asked.model_dump(exclude={"sort", "only"}) | {"rows": rows, "cols": cols}
    return Relayout(**own, sort=sort, tiles=tuple(tiles))


def _shape(count: int, rows: int | None, cols: int | None) -> tuple[int, int]:
    """Rows and columns for ``count`` cells: nearly as many of each, and few cells left over."""
    if rows is None and cols is None:
        side = ceil(sqrt(count))
        widths = [width for width in (side, side + 1) if width <= MOST_SIDE]
        cols = min(widths, key=lambda width: -count % width)
    if rows is None:
        rows = min(MOST_SIDE, ceil(count / (cols or 1)))
    return rows, cols or min(MOST_SIDE, ceil(count / rows))


def parse_asked(changes: dict[str, Any]) -> LayoutAsked:
    """The layout that ``changes`` ask for. A random seed is drawn.

    Raises:
        InvalidRequest: with one clause for each field that is wrong.
    """
    return seeded(validated(LayoutAsked, changes))


def parse_relayout(changes: dict[str, Any]) -> Relayout:
    """The new layout in ``changes``. A random seed is drawn.

    Raises:
        InvalidRequest: with one clause for each field that is wrong.
    """
    return seeded(validated(Relayout, changes))


def relaid(asked: Request, changes: Relayout) -> Request:
    """The request with another layout; the rules of a request hold for that as well.

    Raises:
        InvalidRequest: when the new layout breaks them, or has more cells than one function joins.
    """
    changed = changes.model_dump(exclude_none=True, exclude={"sort", "tiles"})
    again = parse({**asked.model_dump(), **changed, "tiles": None})
    if again.rows * again.cols > MOST_SIDE**2:
        said = (
            f"a layout has at most {MOST_SIDE**2:,} cells, and {again.rows:,} x {again.cols:,} are "
            f"{again.rows * again.cols:,}; give rows and cols"
        )
        raise InvalidRequest(f"rows: {said}.", [FieldError("rows", said)])
    return again


def layout_name(changes: Relayout) -> str:
    """The folder of a new layout, below ``layouts/`` of the collage: the same for the same."""
    return sha256(canonical(changes.model_dump(mode="json")))[:12]
