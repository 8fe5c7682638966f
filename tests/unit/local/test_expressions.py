"""Expressions that are read once come to the same as moto makes of them by itself."""

import json
from contextlib import ExitStack
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.models import DynamoDBBackend

from combinatoric_collage.local.moto import expressions

KEY = {"name": {"S": "day"}}


def change(
    update: str,
    values: dict[str, Any] | None = None,
    condition: str | None = None,
    names: dict[str, str] | None = None,
) -> dict[str, Any]:
    return {
        "key": KEY,
        "update_expression": update,
        "expression_attribute_names": names or {},
        "expression_attribute_values": values or {},
        "condition_expression": condition,
        "return_values_on_condition_check_failure": "ALL_OLD",
    }


def number(value: int) -> dict[str, str]:
    return {"N": str(value)}


ROOM = "attribute_not_exists(micros) OR micros <= :room"
COUNT = "ADD micros :price SET expires = :expires"
CHANGES = [
    change(COUNT, {":price": number(7), ":expires": number(1), ":room": number(9)}, ROOM),
    change(COUNT, {":price": number(5), ":expires": number(2), ":room": number(9)}, ROOM),
    change(COUNT, {":price": number(5), ":expires": number(3), ":room": number(9)}, ROOM),
    change(COUNT, {":price": number(-2), ":expires": number(4), ":room": number(50)}, ROOM),
    change("SET #n = :a", {":a": {"L": [number(1), number(2), number(3)]}}, names={"#n": "turns"}),
    change("REMOVE turns[0], turns[2]"),
    change("SET turns = list_append(turns, :a)", {":a": {"L": [number(4)]}}),
    change("SET turns[1] = :a", {":a": {"S": "last"}}),
    change("SET #n = if_not_exists(#n, :a)", {":a": number(8)}, names={"#n": "micros"}),
    change("SET #n = if_not_exists(#n, :a)", {":a": number(8)}, names={"#n": "other"}),
    change("SET micros = micros + :a", {":a": number(1)}, "micros BETWEEN :low AND :high"),
    change(
        "SET micros = micros - :a",
        {":a": number(1), ":low": number(1), ":high": number(99)},
        "micros BETWEEN :low AND :high",
    ),
    change("ADD micros :a, counted :a", {":a": number(3)}),
    change("SET a = micros, b = micros + counted REMOVE d", {}),
    change("SET a = micros, b = a - :a", {":a": {"N": "1.5"}}),
    change("SET b = :a + :b", {":a": number(1), ":b": {"S": "1"}}),
    change("ADD b :a", {":a": {"S": "1"}}),
    change("SET #a = :a", {":a": number(1), ":b": number(2)}, names={"#a": ":b"}),
    change("SET a = #a", {":a": number(1), ":b": number(2)}, names={"#a": ":b"}),
    change("SET #a = :a, a = :a", {":a": number(1)}, names={"#a": "a"}),
    change("ADD a :a ADD b :a", {":a": number(1)}),
    change("SET indexed = :a", {":a": number(1)}),
    change("SET indexed = :a", {":a": {"S": ""}}),
    change("SET a = :a", {":a": {"S": "x" * 410_000}}),
    change("ADD places :a", {":a": {"SS": ["here", "there"]}}),
    change("DELETE places :a", {":a": {"SS": ["here"]}}),
    change("SET a = :a, a.b = :a", {":a": number(1)}),
    change("SET a = :a SET b = :a", {":a": number(1)}),
    change("SET missing.part = :a", {":a": number(1)}),
    change("SET b = c", {}),
    change("SET #n = :a", {":a": {"S": "night"}}, names={"#n": "name"}),
    change("SET size = :a", {":a": number(1)}),
    change("SET a :a", {":a": number(1)}),
    change("SET a = :b", {":a": number(1)}),
]


def outcomes() -> list[Any]:
    """What becomes of an item by all changes, each made twice, or the errors."""
    backend = DynamoDBBackend("us-east-1", "123456789012")
    table = backend.create_table(
        "limits",
        schema=[{"AttributeName": "name", "KeyType": "HASH"}],
        attr=[
            {"AttributeName": "name", "AttributeType": "S"},
            {"AttributeName": "indexed", "AttributeType": "S"},
        ],
        throughput=None,
        indexes=[],
        global_indexes=[],
        billing_mode="PAY_PER_REQUEST",
        sse_specification=None,
        streams=None,
        tags=[],
        deletion_protection_enabled=None,
        warm_throughput=None,
    )
    found: list[Any] = []
    for one in [each for each in CHANGES for _ in range(2)]:
        try:
            found.append(json.dumps(backend.update_item(table.name, **one).to_json()))
        except (JsonRESTError, KeyError, ValueError) as error:
            found.append((type(error), str(error)))
    return found


def test_every_change_comes_to_the_same() -> None:
    plain = outcomes()

    with ExitStack() as stack:
        expressions.patch(None, stack)  # type: ignore[arg-type]
        assert outcomes() == plain
    assert outcomes() == plain
    # They do come to something, and to different things.
    assert len(set(plain)) > len(CHANGES) / 2
    assert any(isinstance(one, tuple) for one in plain)


def test_a_condition_is_held_to_the_values_of_its_own_change() -> None:
    with ExitStack() as stack:
        expressions.patch(None, stack)  # type: ignore[arg-type]
        made = [isinstance(one, str) for one in outcomes()[:8]]

    # 7 and 14 have room up to 9 before them, 14 has none, and some up to 50.
    assert made == [True, True, False, False, False, False, True, True]
