"""Rules of the house that can be read off the code: who imports whom, and how large things are."""

import ast
import re
import subprocess
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from examples import drawing, house
from tests.infrastructure import house_rules as rules
from tests.infrastructure.shipped import ROOT

LIBRARY = ROOT / "layers" / "collage" / "collage"
LOCKS = [
    ROOT / "requirements.txt",
    *(
        ROOT / "requirements" / f"{name}.txt"
        for name in ("checkov", "audit", "sam", "ministack", "runtime")
    ),
    *sorted(ROOT.glob("layers/*/requirements.txt")),
    ROOT / "requirements" / "diffusion.txt",
    ROOT / "tasks" / "diffusion" / "requirements.txt",
]
MOST_LINES, MOST_OF_A_FUNCTION = 400, 60


@cache
def tracked(*endings: str) -> tuple[str, ...]:
    """The files of the repository with these endings, by paths from its root."""
    said = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return tuple(
        name for name in said.splitlines() if name.endswith(endings) and (ROOT / name).is_file()
    )


def imported(path: Path) -> frozenset[str]:
    return house.imported(path)


def test_every_room_imports_what_the_table_lets_it_and_all_of_that():
    found = {
        house.label(name): sorted(map(house.label, to)) for name, to in house.arrows().items() if to
    }

    assert found == {name: sorted(to.split()) for name, to in rules.ARROWS.items()}


def test_no_way_leads_back_to_the_room_or_the_file_that_it_began_in():
    files = {
        name: house.imported(path) & house.modules().keys() - {name}
        for name, path in house.modules().items()
    }

    assert house.circles(house.arrows()) == []
    assert house.circles(files) == []


def test_a_circle_is_found_and_drawn_by_nobody():
    graph = {"a": frozenset({"b"}), "b": frozenset({"c"}), "c": frozenset({"b"})}

    assert house.circles(graph) == [["b", "c"]]
    with pytest.raises(ValueError, match="circle"):
        drawing.svg(graph, {name: name for name in graph}, set())


def test_nothing_is_imported_relatively():
    for path in house.modules().values():
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.ImportFrom) and node.level), path


def test_only_what_stands_for_services_of_aws_makes_clients():
    users = {
        str(path.relative_to(LIBRARY))
        for path in LIBRARY.rglob("*.py")
        if {name.split(".")[0] for name in imported(path)} & {"boto3"}
    }

    assert users == {"announcements.py", "services.py", "store/store.py"}


def test_recipes_know_no_engine_but_by_what_it_can():
    names = {name for path in (LIBRARY / "recipes").glob("*.py") for name in imported(path)}

    assert {name for name in names if name.startswith("collage.engines")} <= {
        "collage.engines",
        "collage.engines.engine",
    }


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("functions/*/app.py")), ids=lambda path: path.parent.name
)
def test_a_function_is_a_door(path):
    assert len(path.read_text().splitlines()) <= MOST_OF_A_FUNCTION


def test_no_file_is_longer_than_can_be_read_at_once():
    long = {
        name
        for name in tracked(".py", ".js", ".mjs", ".css")
        if len((ROOT / name).read_text(encoding="utf-8").splitlines()) > MOST_LINES
    }

    assert long == rules.LONG_FILES.keys()


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{name}:{node.name}"
        for name in tracked(".py")
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_OF_A_FUNCTION
    }

    assert long == rules.LONG_FUNCTIONS.keys()


def test_a_file_that_bears_the_name_of_another_has_a_reason():
    folders = defaultdict(set)
    pages = [ROOT / name for name in tracked(".js", ".css") if name.startswith("web/")]
    for path in [*house.modules().values(), *pages]:
        folder = str(path.parent.relative_to(ROOT))
        if not path.name.startswith("__") and not folder.startswith(tuple(rules.NAMED_AFTER)):
            folders[path.name].add(folder)
    twice = {name for name, found in folders.items() if len(found) > 1}

    assert twice == rules.SHARED_NAMES.keys()
    assert all((ROOT / folder).is_dir() for folder in rules.NAMED_AFTER)


@pytest.mark.parametrize("name", ["architecture.md", "house.svg", "house-command.svg"])
def test_the_drawing_of_the_house_is_current(name):
    """``make house`` writes it anew."""
    assert (house.DOCS / name).read_text(encoding="utf-8") == house.files()[house.DOCS / name]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_lock_file_holds_versions_with_hashes_and_no_address(path):
    text = path.read_text()
    entries = re.sub(r"\\\n", " ", re.sub(r"#.*", "", text)).splitlines()
    wanted = [entry.strip() for entry in entries if entry.strip()]

    assert wanted
    assert "://" not in text
    for entry in wanted:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.+!]+ ", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
