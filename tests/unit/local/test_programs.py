"""Programs of state machines that were made before: the same, and nothing else that a file says."""

import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

from combinatoric_collage.local.cache import Cache
from combinatoric_collage.local.moto.programs import INTERPRETER, Programs

DEFINITION = json.dumps(
    {
        "StartAt": "Enough",
        "States": {
            "Enough": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.n", "NumericGreaterThan": 2, "Next": "Yes"}],
                "Default": "Yes",
            },
            "Yes": {"Type": "Succeed"},
        },
    }
)


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(Cache(tmp_path / "programs", ".pickle"))


@pytest.fixture
def file(programs: Programs, tmp_path: Path) -> Path:
    """The file of the definition, which holds something."""
    programs.put(DEFINITION, None)
    (found,) = (tmp_path / "programs").iterdir()
    return found


def test_a_program_comes_back_as_it_was_made(programs: Programs) -> None:
    made, _ = AmazonStateLanguageParser.parse(DEFINITION)
    programs.put(DEFINITION, made)

    again = programs.get(DEFINITION)

    assert list(again.states.states) == ["Enough", "Yes"]
    assert pickle.dumps(again) == pickle.dumps(pickle.loads(pickle.dumps(made)))
    assert programs.get(DEFINITION.replace("2", "3")) is None


class Calls:
    """Has `getcwd` called by whoever reads it as a pickle is read."""

    def __reduce__(self) -> Any:
        return Path.cwd, ()


@pytest.mark.parametrize(
    "left",
    [
        pickle.dumps(Calls()),
        pickle.dumps(json.JSONDecodeError),
        # What a module has imported is none of its own.
        f"c{INTERPRETER}models\njson.dumps\n.".encode(),
        f"c{INTERPRETER}models\njson\n.".encode(),
        pickle.dumps(5),
        b"",
        b"half",
    ],
    ids=["call", "class", "function of another module", "module", "number", "nothing", "half"],
)
def test_a_file_that_holds_another_thing_is_as_none(
    programs: Programs, file: Path, left: bytes
) -> None:
    file.write_bytes(hashlib.sha256(left).digest() + left)
    assert programs.get(DEFINITION) is None


def test_a_file_that_lost_a_letter_is_as_none(programs: Programs, file: Path) -> None:
    programs.put(DEFINITION, AmazonStateLanguageParser.parse(DEFINITION)[0])
    assert programs.get(DEFINITION) is not None

    file.write_bytes(file.read_bytes().replace(b"Enough", b"Enouph"))

    assert programs.get(DEFINITION) is None
