"""Variations: other pictures of what the source shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collage.recipes import sizes
from collage.recipes.recipe import Ingredients, Recipe, Size, Unfolded

if TYPE_CHECKING:
    from collage.fields.fields import Fields

SIDE = 1024
"""Longest side of a variation unless a size is asked for: what models are trained for."""


class Variations(Recipe):
    """What an image embedding, or a strong img2img, makes of the source."""

    name = "variations"
    what = "pictures that are like the source in meaning, not in pixels"
    source = "needed"
    uses = frozenset({"prompt", "sample", "count"})
    operation = "variation"
    unsaid = "another picture of the same subject, in the same mood, composed differently"

    def complete(self, request: Fields, source: Size | None) -> dict[str, Any]:
        """Four of the source's shape, in the squarest grid."""
        count = request.count or 4
        rows, cols = sizes.grid(count * len(self.prompts(request)))
        size = sizes.native(source, SIDE) if source else request.size
        return {
            "count": count, "rows": rows, "cols": cols, "size": size, "cell": min(512, size[0]),
        }  # fmt: skip

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """So many of each prompt that the text stands for."""
        request = ingredients.request
        tiles = ingredients.series("variation", self.prompts(request), request.count or 1)
        return Unfolded(tiles, sizes.row_by_row(len(tiles), request.rows, request.cols))
