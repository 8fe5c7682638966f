"""Variations: other pictures of what the source shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from collage.recipes import sizes
from collage.recipes.recipe import SEVERAL, Counted, Ingredients, Recipe, Size, Unfolded

if TYPE_CHECKING:
    from collage.fields.fields import Fields

SIDE = 1024
"""Longest side of a variation unless a size is asked for: what models are trained for."""


class Variations(Recipe):
    """What an image embedding, or a strong img2img, makes of the source."""

    name = "variations"
    what = "pictures that are like the source in meaning, not in pixels"
    source = "needed"
    uses = SEVERAL | {"prompt", "sample", "count"}
    operation = "variation"
    unsaid = "another picture of the same subject, in the same mood, composed differently"

    def complete(self, request: Fields, source: Size | None) -> dict[str, Any]:
        """Four of the source's shape, in the squarest grid; a row for each of several sources.

        Their cells have the shape of the first.
        """
        count = request.count or 4
        of_one = count * len(self.prompts(request))
        rows, cols = (request.source_count, of_one) if request.sources else sizes.grid(of_one)
        size = sizes.native(source, SIDE) if source else request.size
        return {
            "count": count, "rows": rows, "cols": cols, "size": size, "cell": min(512, size[0]),
        }  # fmt: skip

    def tiles(self, request: Fields) -> int:
        """So many of each prompt and source."""
        return request.source_count * len(self.prompts(request)) * (request.count or 1)

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """So many of each prompt that the text stands for."""
        request = ingredients.request
        texts, count = self.prompts(request), request.count or 1
        parts = ingredients.of_each_source
        tiles = [tile for part in parts for tile in part.series("variation", texts, count)]
        names = request.source_names or ()
        return replace(
            self._heads(request),
            tiles=tiles,
            cells=sizes.row_by_row(len(tiles), request.rows, request.cols),
            axes=[{"source": name} for name in names for _ in range(len(texts) * count)],
        )

    def counted(self, ingredients: Ingredients) -> Counted:
        """So many of each prompt and source."""
        request = ingredients.request
        texts, count = self.prompts(request), request.count or 1
        parts = ingredients.of_each_source
        kinds = [kind for part in parts for kind in part.counted("variation", texts, count)]
        return Counted(kinds, self._heads(request))

    def _heads(self, request: Fields) -> Unfolded:
        names, of_one = (
            request.source_names or (),
            len(self.prompts(request)) * (request.count or 1),
        )
        # Headers stand only beside rows that are as the recipe makes them.
        beside = (request.rows, request.cols) == (len(names), of_one)
        return Unfolded(
            [], row_headers=names if beside else (), row_axis="source" if beside else ""
        )
