"""The house as its code says it: rooms are packages and files, arrows are imports.

``python -m examples.house`` draws it into docs/ and writes the table of arrows in
docs/architecture.md. Imports for types alone count like others, and so do those within functions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from examples.drawing import svg

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

FOLDERS = {
    "layers/collage/collage": "collage",
    "combinatoric_collage": "combinatoric_collage",
    "functions": "functions",
    "tasks": "tasks",
    "benchmarks": "benchmarks",
    "examples": "examples",
    "rehearsal": "rehearsal",
    "supply": "supply",
}
"""Where code lies, and what it is imported as; functions import their own files by bare names."""

DEEP = ("combinatoric_collage.cli", "combinatoric_collage.local")
"""Packages whose own packages and files are rooms, as the library's are."""

WHOLE = ("functions", "tasks", "benchmarks", "examples", "rehearsal", "supply")
"""Folders that are one room each."""

EVERYWHERE = frozenset({"collage.errors", "collage.digest", "collage.frozen"})
"""Rooms that nearly all others import from: their arrows would hide the rest of a drawing."""

Arrows = Mapping[str, frozenset[str]]


@cache
def modules() -> Mapping[str, Path]:
    """Every module, by its dotted name."""
    found = {}
    for folder, name in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            dotted = ".".join((name, *parts)).removesuffix(".__init__")
            found[dotted] = path
    return found


def imported(path: Path) -> frozenset[str]:
    """The dotted names of the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in modules() else node.module)
    return frozenset(found)


def room(module: str) -> str:
    """The room that a module stands in."""
    parts = module.split(".")
    if parts[0] in WHOLE:
        return parts[0]
    if module.startswith(DEEP):
        return ".".join(parts[:3])
    return ".".join(parts[:2])


@cache
def arrows() -> Arrows:
    """The rooms that each room imports from."""
    found: dict[str, set[str]] = {room(module): set() for module in modules()}
    for module, path in modules().items():
        for name in imported(path):
            if name in modules() and room(name) != room(module):
                found[room(module)].add(room(name))
    return {name: frozenset(to) for name, to in sorted(found.items())}


def circles(graph: Arrows) -> list[list[str]]:
    """Rooms or modules from which arrows lead back to themselves, each circle sorted."""
    reached = {name: _reached(graph, name) for name in graph}
    found = {
        tuple(sorted(other for other in reached[name] if name in reached.get(other, ())))
        for name in graph
        if name in reached[name]
    }
    return [list(circle) for circle in sorted(found)]


def _reached(graph: Arrows, start: str) -> set[str]:
    found: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph.get(name, ())
    return found


def within(*beginnings: str) -> Arrows:
    """The arrows between the rooms whose names begin so."""
    rooms = {name for name in arrows() if name.startswith(beginnings)}
    return {name: arrows()[name] & rooms for name in sorted(rooms)}


def library() -> str:
    """The drawing of the library, below those who use it."""
    graph = {
        name: set(to - EVERYWHERE)
        for name, to in within("collage.").items()
        if name not in EVERYWHERE
    }
    for user in ("functions", "tasks", "combinatoric_collage.cli"):
        graph[user] = {
            to
            for name, found in arrows().items()
            if f"{name}.".startswith(f"{user}.")
            for to in found
            if to in graph
        }
    return svg(graph, {name: label(name) for name in graph}, packages())


def command() -> str:
    """The drawing of the command and its laptop cloud."""
    graph = within(
        "combinatoric_collage.cli.", "combinatoric_collage.local", "combinatoric_collage.studio"
    )
    return svg(graph, {name: label(name) for name in graph}, packages())


def packages() -> set[str]:
    """The rooms that are more than one file."""
    return {name for name in arrows() if name in WHOLE or name in DEEP or _has_files(name)}


def _has_files(name: str) -> bool:
    path = modules().get(name)
    return path is not None and path.name == "__init__.py"


def label(name: str) -> str:
    """A room's name as it is said: without that of the package that it is delivered in."""
    return name.removeprefix("combinatoric_collage.").removeprefix("collage.")


def table() -> str:
    """The arrows as a table of Markdown, the lowest rooms first."""
    lines = ["| room | imports |", "|---|---|"]
    for name in in_order(arrows()):
        to = ", ".join(f"`{label(other)}`" for other in sorted(arrows()[name])) or "nothing"
        lines.append(f"| `{label(name)}` | {to} |")
    return "\n".join(lines)


def in_order(graph: Arrows) -> Iterable[str]:
    """Every room after those that it imports from."""
    done: list[str] = []
    while len(done) < len(graph):
        ready = [name for name in sorted(graph) if name not in done and graph[name] <= set(done)]
        if not ready:
            raise ValueError(f"There is a circle: {circles(graph)}")
        done += ready
    return done


START, END = "<!-- arrows -->\n", "\n<!-- /arrows -->"


def with_table(page: str) -> str:
    """The page with the table in its place."""
    before, _, rest = page.partition(START)
    return before + START + table() + END + rest.partition(END)[2]


def files() -> Mapping[Path, str]:
    """What is written, by where it lies."""
    page = DOCS / "architecture.md"
    return {
        DOCS / "house.svg": library(),
        DOCS / "house-command.svg": command(),
        page: with_table(page.read_text(encoding="utf-8")),
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
