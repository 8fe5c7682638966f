"""Reconstruction: the source beside what models of discrete codes keep of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collage.recipes.recipe import Ingredients, Recipe, Size, Unfolded

if TYPE_CHECKING:
    from collage.fields.fields import Fields

MODELS = ("dalle-dvae", "vqmodel")
"""OpenAI's discrete VAE of 2021, and diffusers' VQModel."""

SIDE = 256
"""Pixels that both models were trained on."""


class Reconstruction(Recipe):
    """One row: the source, and what each model encodes of it and decodes again."""

    name = "reconstruction"
    what = "the source beside what models of discrete codes keep of it, measured"
    source = "needed"
    uses = frozenset({"models"})
    operation = "reconstruct"

    def complete(self, request: Fields, source: Size | None) -> dict[str, Any]:
        """One row: the source, then a column for each model."""
        models = request.models or MODELS
        return {
            "models": models, "rows": 1, "cols": 1 + len(models),
            "size": (SIDE, SIDE), "cell": SIDE,
        }  # fmt: skip

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """The source as it is, and the reconstructions."""
        models = ingredients.request.models
        shown = ingredients.as_it_is("")
        made = [ingredients.tile("reconstruct", "", settings={"model": model}) for model in models]
        names = ("source", *models)
        return Unfolded(
            [shown, *made],
            range(1 + len(made)),
            column_headers=names,
            column_axis="model",
            axes=[{"model": name} for name in names],
        )
