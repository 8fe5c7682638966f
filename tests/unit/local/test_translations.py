"""Templates that were translated before: the same, and only what is the same."""

import os
from pathlib import Path
from typing import Any

import pytest

from combinatoric_collage.local import template
from combinatoric_collage.local.cache import MOST
from combinatoric_collage.local.errors import ParameterError
from combinatoric_collage.local.translations import Translations

SAM = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Word: { Type: String, Default: one, AllowedValues: [one, two] }
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      Handler: app.handler
      Runtime: python3.13
      Environment: { Variables: { WORD: !Ref Word } }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "templates"


def planned(
    folder: Path, text: str = SAM, place: str = "here", region: str = "eu-west-1", **given: str
) -> template.Plan:
    path = folder.parent / place / "template.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return template.plan(path, given, region, "stack", Translations(folder))


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_the_same_template_is_translated_once_wherever_it_lies(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = planned(folder)

    def not_again(*_: Any) -> Any:
        raise AssertionError("it was translated again")

    monkeypatch.setattr(template, "_translate", not_again)
    again, elsewhere = planned(folder), planned(folder, place="elsewhere")

    assert again == first
    assert elsewhere.template == first.template
    assert elsewhere.paths == {"Work": folder.parent / "elsewhere" / "code"}
    assert first.paths == {"Work": folder.parent / "here" / "code"}


@pytest.mark.parametrize(
    "other",
    [{"Word": "two"}, {"region": "us-east-1"}, {"text": SAM.replace("3.13", "3.12")}],
    ids=["parameters", "region", "template"],
)
def test_another_one_is_translated_anew(folder: Path, other: dict[str, str]) -> None:
    planned(folder)
    before = files(folder)

    planned(folder, **other)

    assert files(folder) > before


def test_a_parameter_that_is_not_allowed_is_refused_whatever_was_kept(folder: Path) -> None:
    planned(folder)
    with pytest.raises(ParameterError, match="must be one of one, two"):
        planned(folder, Word="three")
    assert len(files(folder)) == 1


@pytest.mark.parametrize("left", [b"", b"{", b"[1]", b"\xff"])
def test_what_is_not_all_there_is_translated_again(folder: Path, left: bytes) -> None:
    first = planned(folder)
    (file,) = folder.iterdir()
    file.write_bytes(left)

    assert planned(folder) == first
    assert file.read_bytes() != left


def test_a_folder_that_cannot_be_made_costs_time_alone(folder: Path) -> None:
    folder.write_text("a file of somebody's")

    assert "Work" in planned(folder).template["Resources"]
    assert folder.read_text() == "a file of somebody's"


def test_only_the_newest_are_kept(folder: Path) -> None:
    kept = Translations(folder)
    for number in range(MOST + 3):
        kept.put(f"{number}", {"Resources": {}})
        os.utime(folder / f"{number}.json", (number, number))

    assert len(files(folder)) == MOST
    assert kept.get(f"{MOST + 2}") == {"Resources": {}}
    assert kept.get("0") is None
