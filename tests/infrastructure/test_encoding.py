"""Text is UTF-8 on every machine: no file is opened in whatever encoding the locale has."""

import ast
from pathlib import Path

import pytest

from tests.infrastructure.shipped import ROOT

FOLDERS = (
    "combinatoric_collage",
    "layers",
    "functions",
    "tasks",
    "rehearsal",
    "examples",
    "benchmarks",
    "web",
)
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def opens_text(call: ast.Call) -> bool:
    """Whether it is an `open` of a path that is told to open it as text."""
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "open"
        and bool(call.args)
        and isinstance(call.args[0], ast.Constant)
        and call.args[0].value in {"r", "w", "a", "x", "rt", "wt", "at", "xt"}
    )


def without_encoding(path: Path) -> list[int]:
    """The lines that read or write text and do not say in what encoding."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr in ("read_text", "write_text") or opens_text(node))
        and not any(word.arg == "encoding" for word in node.keywords)
        # A distribution's own read_text takes a name, and knows its encoding.
        and not (node.func.attr == "read_text" and node.args)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_text_says_its_encoding(path: Path) -> None:
    assert without_encoding(path) == []
