"""Rules of the house that can be read off the code: arrows point one way, doors are short."""

import ast
import re
from pathlib import Path

import pytest

from tests.infrastructure.shipped import ROOT

LIBRARY = ROOT / "layers" / "collage" / "collage"
ROOMS = {"benchmarks", "collage", "combinatoric_collage", "examples", "functions", "tasks", "tests"}
LOCKS = [
    ROOT / "requirements.txt",
    *(
        ROOT / "requirements" / f"{name}.txt"
        for name in ("checkov", "clients", "audit", "sam", "ministack", "runtime")
    ),
    *sorted(ROOT.glob("layers/*/requirements.txt")),
    ROOT / "requirements" / "diffusion.txt",
    ROOT / "tasks" / "diffusion" / "requirements.txt",
]


def imported(path: Path) -> set[str]:
    """The dotted names of the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def rooms(folder: Path) -> set[str]:
    """The rooms of the house that the files of a folder import from."""
    return {name.split(".")[0] for path in folder.rglob("*.py") for name in imported(path)} & ROOMS


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [
        (LIBRARY, {"collage"}),
        (ROOT / "functions", {"collage"}),
        (ROOT / "combinatoric_collage", {"collage", "combinatoric_collage"}),
        (ROOT / "tasks", {"collage", "tasks"}),
    ],
    ids=["library", "functions", "laptop", "tasks"],
)
def test_imports_point_one_way(folder, allowed):
    assert list(folder.rglob("*.py"))
    assert rooms(folder) <= allowed


def test_the_laptop_cloud_knows_no_collages():
    local = ROOT / "combinatoric_collage" / "local"
    names = {name for path in local.rglob("*.py") for name in imported(path)}

    assert rooms(local) == {"combinatoric_collage"}
    assert not [
        name
        for name in names
        if name.startswith("combinatoric_collage.")
        and not name.startswith("combinatoric_collage.local")
    ]


def test_only_what_stands_for_services_of_aws_makes_clients():
    users = {
        str(path.relative_to(LIBRARY))
        for path in LIBRARY.rglob("*.py")
        if {name.split(".")[0] for name in imported(path)} & {"boto3"}
    }

    assert users == {"announcements.py", "services.py", "store/store.py"}


def test_recipes_know_no_engine_and_engines_no_recipe():
    def names(folder):
        return {name for path in (LIBRARY / folder).glob("*.py") for name in imported(path)}

    assert not [name for name in names("recipes") if name.startswith("collage.engines.")]
    assert not [name for name in names("engines") if name.startswith("collage.recipes")]


def test_painting_knows_nothing_of_collages():
    names = {name for path in (LIBRARY / "painting").rglob("*.py") for name in imported(path)}

    assert not [
        name
        for name in names
        if name.startswith("collage.")
        and not name.startswith(
            ("collage.painting", "collage.pictures.feather", "collage.pictures.pull_push")
        )
    ]


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("functions/*/app.py")), ids=lambda path: path.parent.name
)
def test_a_function_is_a_door(path):
    assert len(path.read_text().splitlines()) <= 60


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
