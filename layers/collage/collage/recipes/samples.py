"""Sample grids: one prompt, consecutive seeds, so that a larger grid contains the smaller one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from collage.recipes import sizes
from collage.recipes.recipe import Counted, Ingredients, Recipe, Size, Unfolded

if TYPE_CHECKING:
    from collage.fields.fields import Fields


class Samples(Recipe):
    """A square of pictures for each prompt, made of nothing but that."""

    name = "samples"
    what = "a grid of pictures of one prompt, by consecutive seeds"
    source = "unused"
    uses = frozenset({"prompt", "sample", "grid_size"})
    operation = "generate"
    prompted = True

    def complete(self, request: Fields, source: Size | None) -> dict[str, Any]:
        """A square for each prompt that the text stands for, one below the other."""
        side = request.grid_size or 3
        return {"grid_size": side, "rows": side * len(self.prompts(request)), "cols": side}

    def tiles(self, request: Fields) -> int:
        """A square of each prompt."""
        return len(self.prompts(request)) * (request.grid_size or 3) ** 2

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """Tile i of a prompt has the request's seed plus i, or the sample number i."""
        request = ingredients.request
        side = request.grid_size or 3
        tiles = ingredients.series("generate", self.prompts(request), side * side)
        cells = sizes.row_by_row(len(tiles), request.rows, request.cols)
        return replace(self._heads(request), tiles=tiles, cells=cells)

    def counted(self, ingredients: Ingredients) -> Counted:
        """A square of each prompt."""
        request = ingredients.request
        side = request.grid_size or 3
        kinds = ingredients.counted("generate", self.prompts(request), side * side)
        return Counted(kinds, self._heads(request))

    def _heads(self, request: Fields) -> Unfolded:
        texts, side = self.prompts(request), request.grid_size or 3
        # Headers stand only beside rows that are as the recipe makes them.
        blocks = len(texts) > 1 and (request.rows, request.cols) == (side * len(texts), side)
        names = [text if row == 0 else "" for text in texts for row in range(side)]
        return Unfolded(
            [],
            row_headers=tuple(names) if blocks else (),
            row_axis="prompt" if blocks else "",
        )
