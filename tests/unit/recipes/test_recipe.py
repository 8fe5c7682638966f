"""A recipe is one class: what it does not say, the base knows."""

import re
from pathlib import Path

import pytest

from collage import engines, recipes
from collage.recipes.recipe import Ingredients, Recipe, Unfolded
from tests.unit.plans import planned

FOLDER = Path(recipes.__file__).parent


class ContactSheet(Recipe):
    """Two pictures of a prompt."""

    name = "contact-sheet"
    what = "two pictures of a prompt"
    source = "unused"
    uses = frozenset({"prompt"})
    operation = "generate"
    unsaid = "a cat"

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        tiles = ingredients.series("generate", self.prompts(ingredients.request), 2)
        return Unfolded(tiles, (0, 1))


def test_a_recipe_may_have_a_hyphen_in_its_name(monkeypatch):
    monkeypatch.setitem(recipes.RECIPES, ContactSheet.name, ContactSheet())

    made = planned(recipe="contact-sheet", rows=1, cols=2)

    assert [tile.prompt for tile in made.tiles] == ["a cat", "a cat"]
    assert [tile.seed for tile in made.tiles] == [0, 1]
    assert made.layout.cells == (0, 1)


@pytest.mark.parametrize("name", sorted(recipes.RECIPES))
def test_a_recipe_is_a_class_in_a_file_of_its_name(name):
    recipe = recipes.RECIPES[name]

    assert recipe.name == name
    assert type(recipe).__module__ == f"collage.recipes.{name.replace('-', '_')}"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_recipes_name_no_engine(path):
    names = "|".join(engines.ENGINES)

    assert not re.findall(rf"[\"\'](?:{names})[\"\']", path.read_text())


def test_the_engines_that_recipes_take_by_themselves_are_told_by_what_they_can():
    assert engines.identity() == "original"
    assert engines.UPSCALERS["lanczos"] == ("painter", engines.ENGINES["painter"].model)
    assert "reconstruct" in engines.ENGINES[engines.identity()].operations
