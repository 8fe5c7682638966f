"""Reconstruction: the source beside what models of discrete codes keep of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collage.recipes.recipe import SEVERAL, Ingredients, Recipe, Size, Unfolded

if TYPE_CHECKING:
    from collage.fields.fields import Fields
    from collage.tile import Tile

MODELS = ("dalle-dvae", "vqmodel")
"""OpenAI's discrete VAE of 2021, and diffusers' VQModel."""

SIDE = 256
"""Pixels that both models were trained on."""


class Reconstruction(Recipe):
    """A row for each source: itself, and what each model encodes of it and decodes again."""

    name = "reconstruction"
    what = "the source beside what models of discrete codes keep of it, measured"
    source = "needed"
    uses = SEVERAL | {"models"}
    operation = "reconstruct"
    own_grid = True

    def complete(self, request: Fields, source: Size | None) -> dict[str, Any]:
        """A row for each source: that itself, then a column for each model."""
        models = request.models or MODELS
        return {
            "models": models, "rows": request.source_count, "cols": 1 + len(models),
            "size": (SIDE, SIDE), "cell": SIDE,
        }  # fmt: skip

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """The source as it is, and the reconstructions."""
        models, called = ingredients.request.models, ingredients.request.source_names or ()
        tiles: list[Tile] = []
        for part in ingredients.of_each_source:
            tiles.append(part.as_it_is(""))
            tiles += [part.tile("reconstruct", "", settings={"model": one}) for one in models]
        names = ("source", *models)
        return Unfolded(
            tiles,
            range(len(tiles)),
            column_headers=names,
            row_headers=called,
            column_axis="model",
            row_axis="source" if called else "",
            axes=[
                {**source, "model": name}
                for source in ([{"source": name} for name in called] or [{}])
                for name in names
            ],
        )
