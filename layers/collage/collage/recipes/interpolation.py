"""Interpolation: a triangle between the source, a text, and what an embedding keeps of the source.

A cell has the weights u of the text and v of the image's meaning, u + v at most 1; what is left
is the source itself, by its inverted latent. The corner u = v = 0 recreates the source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collage.fields import prompts
from collage.recipes.recipe import Ingredients, Recipe, Size, Unfolded

if TYPE_CHECKING:
    from collage.fields.fields import Fields


class Interpolation(Recipe):
    """A triangle whose corners are the source, the text and the source's meaning."""

    name = "interpolation"
    what = "a triangle of pictures between the source, a text and the source's meaning"
    source = "needed"
    uses = frozenset({"prompt", "steps"})
    operation = "interpolate"
    own_grid = True
    prompted = True

    def check(self, request: Fields) -> None:
        """There is one text to go to."""
        super().check(request)
        prompts.single(request.prompt or "", request.words, "prompt")

    def complete(self, request: Fields, source: Size | None) -> dict[str, Any]:
        """A side of the triangle is as many steps long, and has one cell more."""
        return {"rows": request.steps + 1, "cols": request.steps + 1}

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """Row by row u grows, column by column v; half of the square stays empty."""
        request = ingredients.request
        text = prompts.single(request.prompt or "", request.words, "prompt")
        weights = [f"{step / request.steps:.4g}" for step in range(request.steps + 1)]
        places = [(u, v) for u in range(len(weights)) for v in range(len(weights) - u)]
        tiles = [
            ingredients.tile("interpolate", text, options={"u": weights[u], "v": weights[v]})
            for u, v in places
        ]
        index = {place: i for i, place in enumerate(places)}
        side = range(len(weights))
        return Unfolded(
            tiles,
            [index.get((u, v)) for u in side for v in side],
            column_headers=tuple(weights),
            row_headers=tuple(weights),
            column_axis="image",
            row_axis="text",
            axes=[{"text": weights[u], "image": weights[v]} for u, v in places],
        )
