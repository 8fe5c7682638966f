"""Recipes: how a request unfolds into tiles. A new one is a class in a file here, and a line."""

from collage.recipes.collage import Collage
from collage.recipes.erase import Erase
from collage.recipes.interpolation import Interpolation
from collage.recipes.matrix import Matrix
from collage.recipes.panorama import Panorama
from collage.recipes.recipe import Recipe
from collage.recipes.reconstruction import Reconstruction
from collage.recipes.samples import Samples
from collage.recipes.transfer import Transfer
from collage.recipes.variations import Variations

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Collage(),
        Matrix(),
        Transfer(),
        Samples(),
        Variations(),
        Erase(),
        Panorama(),
        Interpolation(),
        Reconstruction(),
    )
}
"""Every recipe by its name, in the order that users are told of them."""
