"""Recipes: how a request unfolds into tiles. A new one is a module here and a registry line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collage.request import Request
    from collage.tile import Tile

RECIPES = {"collage": "every mask with every combination of styles, in a shuffled grid"}
"""Each recipe's name and what it makes."""


@dataclass(frozen=True)
class Ingredients:
    """What a recipe has to work with: frozen styles, and digests of what was prepared."""

    request: Request
    styles: tuple[str, ...]
    source: str
    """Digest of the prepared source's pixels."""
    masks: Mapping[str, str]
    """Digest of each mask's file, by the mask's name, in the order of the request."""
    model: str


@dataclass(frozen=True)
class Unfolded:
    """The tiles of a collage, and spares that take the place of refused ones."""

    tiles: list[Tile]
    spares: list[Tile]


class Recipe(Protocol):
    """What every recipe module offers."""

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """The tiles, the most wanted first."""


def load(name: str) -> Recipe:
    """The recipe ``name``."""
    return cast(Recipe, import_module(f"collage.recipes.{name}"))
