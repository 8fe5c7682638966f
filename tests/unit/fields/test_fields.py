"""Every field of a request means something to a recipe, an engine, the layout, or a step."""

import ast
from pathlib import Path

import collage
from collage import engines, recipes
from collage.fields.fields import OPTIONS, Fields

LIBRARY = Path(collage.__file__).parent
RULES = LIBRARY / "request"
"""Here a field is checked, which is no use of it."""
CALLED = {"request", "asked", "accepted"}
"""What a request is called wherever it is read."""


def read_of(path: Path, called: set[str]) -> set[str]:
    """The attributes that a file reads of what is called so."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            of = node.value
            name = of.attr if isinstance(of, ast.Attribute) else getattr(of, "id", None)
            if name in called:
                found.add(node.attr)
    return found


def read_by_properties(read: set[str]) -> set[str]:
    """The fields that a request's own properties are made of, where those are read."""
    fields = LIBRARY / "fields" / "fields.py"
    found: set[str] = set()
    for node in ast.walk(ast.parse(fields.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name in read | found:
            found |= {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    return found


def read() -> set[str]:
    """All that is read of a request where it is put to use."""
    files = [path for path in LIBRARY.rglob("*.py") if path.parent != RULES]
    direct = set().union(*(read_of(path, CALLED) for path in files))
    return direct | read_by_properties(direct)


def unused(fields: set[str]) -> set[str]:
    """Those that no engine is given and nothing reads."""
    return fields - {*OPTIONS} - read()


def test_no_field_of_a_request_is_without_use():
    """Give it to an engine by its `Capability.options`, or read it where it means something."""
    assert unused({*Fields.model_fields}) == set()


def test_a_field_that_is_only_declared_has_none():
    assert unused({"cell", "sparkle"}) == {"sparkle"}


def test_what_recipes_and_engines_say_they_use_is_a_field():
    used = set().union(*(recipe.uses for recipe in recipes.RECIPES.values()))
    given = set().union(*(known.options for known in engines.ENGINES.values()))

    assert used | given <= Fields.model_fields.keys()
