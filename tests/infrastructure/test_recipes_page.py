"""docs/recipes.md says what the script that makes its pictures runs."""

import shlex

import pytest
from typer.testing import CliRunner

from collage import recipes
from combinatoric_collage.cli.application import app
from examples import thumbnails
from examples.recipes import EXAMPLES, PAGE, PICTURES, page


def test_the_page_is_current_and_has_its_pictures():
    assert PAGE.read_text() == page()
    assert {path.stem for path in PICTURES.glob("*.jpg")} == {
        e.name for e in EXAMPLES if e.pictured
    }


def test_every_recipe_is_shown():
    shown = " ".join(example.command for example in EXAMPLES)

    for name in set(recipes.RECIPES) - {"collage"}:
        assert f"--recipe {name}" in shown


def test_the_studio_has_a_picture_of_every_recipe():
    assert {path.stem for path in thumbnails.OUT.glob("*.jpg")} == recipes.RECIPES.keys()
    assert thumbnails.SCRIPT.read_text(encoding="utf-8") == thumbnails.script()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_command_has_every_option_that_is_shown(example):
    known = CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "200"}).output

    for part in shlex.split(example.command):
        if part.startswith("--"):
            assert part in known
