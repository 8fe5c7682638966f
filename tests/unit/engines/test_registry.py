"""An engine is a folder and a line: neither is there without the other."""

from pathlib import Path

import pytest

from collage import engines
from collage.fields.fields import Fields
from combinatoric_collage.cli import checks
from tests.infrastructure.shipped import ROOT

FOLDER = Path(engines.__file__).parent
TASK = ROOT / "tasks" / "diffusion"
"""What renders with weights of the stack's own."""


def test_every_folder_of_an_engine_is_in_the_registry_by_its_name():
    folders = {path.parent.name for path in FOLDER.glob("*/capability.py")}

    assert folders == engines.ENGINES.keys()


def test_every_engine_that_a_function_loads_is_there_to_be_loaded():
    loaded = {name for name, known in engines.ENGINES.items() if not known.pinned}

    assert {name for name in loaded if not (FOLDER / name / "engine.py").is_file()} == set()


@pytest.mark.parametrize(
    ("name", "option"),
    [(name, option) for name, known in engines.ENGINES.items() for option in known.options],
)
def test_an_engine_reads_every_option_that_it_says_it_takes(name: str, option: str) -> None:
    own = {*(FOLDER / name).rglob("*.py")} - {FOLDER / name / "capability.py"}
    if engines.ENGINES[name].pinned:
        own |= {*TASK.rglob("*.py")}

    assert [path.name for path in own if f'"{option}"' in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("provider", engines.providers())
def test_what_a_provider_is_asked_with_is_checked_before_a_run(provider: str) -> None:
    assert provider in {one.check.__module__.rpartition(".")[2] for one in checks.CHECKS}


def test_people_are_told_of_every_upscaler() -> None:
    told = Fields.model_fields["upscaler"].description or ""

    assert [name for name in engines.UPSCALERS if name not in told] == []
