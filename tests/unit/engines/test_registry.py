"""An engine is a folder and a line: neither is there without the other."""

from pathlib import Path

from collage import engines

FOLDER = Path(engines.__file__).parent


def test_every_folder_of_an_engine_is_in_the_registry_by_its_name():
    folders = {path.parent.name for path in FOLDER.glob("*/capability.py")}

    assert folders == engines.ENGINES.keys()


def test_every_engine_that_a_function_loads_is_there_to_be_loaded():
    loaded = {name for name, known in engines.ENGINES.items() if not known.pinned}

    assert {name for name in loaded if not (FOLDER / name / "engine.py").is_file()} == set()
