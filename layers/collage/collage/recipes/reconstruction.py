"""Reconstruction: the source beside what models of discrete codes keep of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collage.recipes import Ingredients, Shape, Size, Unfolded

if TYPE_CHECKING:
    from collage.request.fields import Fields
    from collage.tile import Operation

MODELS = ("dalle-dvae", "vqmodel")
"""OpenAI's discrete VAE of 2021, and diffusers' VQModel."""

SIDE = 256
"""Pixels that both models were trained on."""


def complete(request: Fields, source: Size | None) -> dict[str, Any]:
    """One row: the source, then a column for each model."""
    models = request.models or MODELS
    return {
        "models": models, "rows": 1, "cols": 1 + len(models),
        "size": (SIDE, SIDE), "cell": SIDE,
    }  # fmt: skip


def operations(request: Fields, source: bool) -> set[Operation]:
    """Encoded and decoded again."""
    return {"reconstruct"}


def masks(request: Fields, source: Size | None) -> Mapping[str, Shape]:
    """None."""
    return {}


def unfold(ingredients: Ingredients) -> Unfolded:
    """The source as it is, and the reconstructions."""
    models = ingredients.request.models
    shown = ingredients.tile("reconstruct", "", settings={"engine": "original"})
    made = [ingredients.tile("reconstruct", "", settings={"model": model}) for model in models]
    names = ("source", *models)
    return Unfolded(
        [shown, *made],
        range(1 + len(made)),
        column_headers=names,
        column_axis="model",
        axes=[{"model": name} for name in names],
    )
