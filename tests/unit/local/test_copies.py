"""What states pass on is copied as Python copies it."""

from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from combinatoric_collage.local.moto.stepfunctions import copied

VALUES: list[Any] = [
    {"id": "a", "call": {"tiles": [1, 2.5, True, None, {}]}, "body": b"{}"},
    [{"timestamp": datetime(2026, 1, 1, tzinfo=UTC), "share": Decimal("0.5")}],
    {"pair": ({"a": []}, {1}), 3: "by a number"},
    "text",
]


@pytest.mark.parametrize("value", VALUES)
def test_a_copy_is_the_same_and_has_no_part_in_common(value: Any) -> None:
    made = copied(value)

    assert made == value == deepcopy(value)
    assert not parts(made) & parts(value)


def parts(value: Any) -> set[int]:
    """What of a value could be changed, by its identity."""
    if isinstance(value, dict):
        return {id(value)}.union(*map(parts, value.values()))
    if isinstance(value, list | tuple):
        own = {id(value)} if isinstance(value, list) else set[int]()
        return own.union(*map(parts, value))
    return {id(value)} if isinstance(value, set) else set()
