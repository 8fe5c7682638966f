"""Sample grids: one prompt, consecutive seeds, so that a larger grid contains the smaller one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collage.recipes import Ingredients, Shape, Size, Unfolded, sizes
from collage.request import prompts

if TYPE_CHECKING:
    from collage.request.fields import Fields
    from collage.tile import Operation


def complete(request: Fields, source: Size | None) -> dict[str, Any]:
    """A square for each prompt that the text stands for, one below the other."""
    side = request.grid_size or 3
    return {"grid_size": side, "rows": side * len(_prompts(request)), "cols": side}


def operations(request: Fields, source: bool) -> set[Operation]:
    """It starts from nothing."""
    return {"generate"}


def masks(request: Fields, source: Size | None) -> Mapping[str, Shape]:
    """None."""
    return {}


def unfold(ingredients: Ingredients) -> Unfolded:
    """Tile i of a prompt has the request's seed plus i, or the sample number i."""
    request = ingredients.request
    texts = _prompts(request)
    side = request.grid_size or 3
    tiles = [
        ingredients.tile("generate", text, number=number)
        for text in texts
        for number in range(side * side)
    ]
    # Headers stand only beside rows that are as the recipe makes them.
    blocks = len(texts) > 1 and (request.rows, request.cols) == (side * len(texts), side)
    names = [text if row == 0 else "" for text in texts for row in range(side)]
    return Unfolded(
        tiles,
        sizes.row_by_row(len(tiles), request.rows, request.cols),
        row_headers=tuple(names) if blocks else (),
        row_axis="prompt" if blocks else "",
    )


def _prompts(request: Fields) -> tuple[str, ...]:
    return prompts.asked(request, request.prompt or "")
