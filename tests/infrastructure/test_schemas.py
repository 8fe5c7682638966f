"""The schemas under docs are those of the models, and the samples of events keep to them."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from moto.events.models import EventPattern

from collage.announcements import TYPES
from examples import offered, schemas
from tests.infrastructure.shipped import ROOT
from tests.rule_patterns import PAGE, PATTERNS

ANNOUNCED = sorted((ROOT / "events" / "announced").glob("*.json"))


def schema(name: str) -> Any:
    return json.loads(schemas.text(name))


@pytest.mark.parametrize("name", schemas.MODELS)
def test_the_schema_in_the_docs_is_current(name: str) -> None:
    assert (schemas.FOLDER / f"{name}.schema.json").read_text() == schemas.text(name)


def test_what_the_pages_offer_by_themselves_is_what_the_library_knows() -> None:
    assert offered.FILE.read_text(encoding="utf-8") == offered.text()


@pytest.mark.parametrize("name", schemas.MODELS)
def test_a_schema_says_by_which_rules_it_is_to_be_read_and_has_a_name_of_its_own(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))

    assert schema(name)["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert [other for other in schemas.MODELS if schema(other)["$id"] == schema(name)["$id"]] == [
        name
    ]


@pytest.mark.parametrize("path", ANNOUNCED, ids=lambda path: path.stem)
def test_a_sample_of_what_is_announced_keeps_to_its_schema(path: Any) -> None:
    event = json.loads(path.read_text())
    model = TYPES[event["detail-type"]]
    (name,) = (name for name, known in schemas.MODELS.items() if known is model)
    strict = {**schema(name), "additionalProperties": False}

    Draft202012Validator(strict).validate(event["detail"])


def test_all_that_is_announced_has_a_sample_and_stands_in_the_docs() -> None:
    assert {json.loads(path.read_text())["detail-type"] for path in ANNOUNCED} == set(TYPES)
    assert [kind for kind in TYPES if f"`{kind}`" not in PAGE] == []
    assert [path.name for path in ANNOUNCED if f"announced/{path.name}" not in PAGE] == []


def heard(pattern: str) -> set[str]:
    """The kinds of the samples that a rule with a pattern hears."""
    samples = [json.loads(path.read_text()) for path in ANNOUNCED]
    rule = EventPattern.load(pattern)
    return {sample["detail"]["kind"] for sample in samples if rule.matches_event(sample)}


@pytest.mark.parametrize("kind", PATTERNS)
def test_the_pattern_of_a_kind_hears_its_sample_and_no_other(kind: str) -> None:
    assert heard(PATTERNS[kind]) == {kind}


def test_a_pattern_from_before_there_were_kinds_hears_what_it_did() -> None:
    ends = {"source": ["collage"], "detail-type": [{"prefix": "Collage "}]}
    odd = {"source": ["collage"], "detail": {"state": ["partial", "failed", "refused"]}}

    assert heard(json.dumps(ends)) == set(PATTERNS) - {"started"}
    assert heard(json.dumps(odd)) == {"partial", "stopped", "failed", "refused"}
