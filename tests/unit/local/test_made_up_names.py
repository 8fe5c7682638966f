"""Names that are made up for resources: the same at every start, and given once in each."""

from contextlib import ExitStack
from typing import Any

import pytest
from moto.cloudformation import parsing

from combinatoric_collage.local.moto import cloudformation

TABLE, BUCKET = "AWS::DynamoDB::Table", "AWS::S3::Bucket"


def names(*asked: tuple[str, str, str]) -> list[str]:
    """What is made up in one life of a cloud."""
    nobody: Any = None
    with ExitStack() as stack:
        cloudformation._names(nobody, stack)
        return [parsing.generate_resource_name(*one) for one in asked]


@pytest.mark.parametrize("kind", [TABLE, BUCKET])
def test_a_resource_has_the_name_that_it_had(kind: str) -> None:
    (first,), (again,) = names((kind, "stack", "Things")), names((kind, "stack", "Things"))

    assert first == again
    assert first.lower().startswith("stack-things-")
    assert (first == first.lower()) == (kind == BUCKET)


def test_other_places_have_other_names() -> None:
    found = names((TABLE, "a", "b"), (TABLE, "a", "c"), (TABLE, "b", "b"))
    assert len({name.rpartition("-")[2] for name in found}) == 3


def test_what_takes_the_place_of_another_has_a_name_of_its_own() -> None:
    first, second = names((TABLE, "stack", "Things"), (TABLE, "stack", "Things"))
    assert first != second
