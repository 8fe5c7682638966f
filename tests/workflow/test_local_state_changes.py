"""Items of a laptop cloud's table that several change at once, and changes that fail."""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.workflow.kept_state import New, items


def test_a_counter_loses_nothing_to_functions_that_add_at_once(new: New) -> None:
    interval = sys.getswitchinterval()
    with new() as cloud:
        table, name = cloud.client("dynamodb"), cloud.outputs["Table"]

        def add(_: int) -> int:
            before = table.update_item(
                TableName=name,
                Key={"name": {"S": "count"}},
                UpdateExpression="ADD times :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
                ReturnValues="ALL_OLD",
            ).get("Attributes", {"times": {"N": "0"}})
            return int(before["times"]["N"])

        # Threads take turns so often that any gap would be found.
        sys.setswitchinterval(1e-5)
        try:
            with ThreadPoolExecutor(8) as pool:
                before = list(pool.map(add, range(200)))
        finally:
            sys.setswitchinterval(interval)

    # And everybody was told of what was there just before.
    assert sorted(before) == list(range(200))

    with new() as cloud:
        assert items(cloud) == [{"name": {"S": "count"}, "times": {"N": "200"}}]


def test_who_changes_one_item_and_who_changes_many_do_not_wait_for_each_other(new: New) -> None:
    interval = sys.getswitchinterval()
    with new() as cloud:
        table, name = cloud.client("dynamodb"), cloud.outputs["Table"]
        item = {"name": {"S": "count"}}

        def change(many: bool) -> None:
            for _ in range(50):
                if many:
                    table.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": item}}]})
                else:
                    table.put_item(TableName=name, Item=item, ReturnValues="ALL_OLD")

        threads = [Thread(target=change, args=[bool(n % 2)], daemon=True) for n in range(8)]
        sys.setswitchinterval(1e-5)
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                # Two that wait for each other do so without end.
                thread.join(60)
        finally:
            sys.setswitchinterval(interval)
        assert not [thread for thread in threads if thread.is_alive()]


@pytest.mark.parametrize("there", [{}, {"times": {"N": "1"}, "words": {"SS": ["a"]}}])
def test_an_update_that_fails_leaves_an_item_as_it_was(new: New, there: dict[str, Any]) -> None:
    key = {"name": {"S": "one"}}
    with new() as cloud:
        table, name = cloud.client("dynamodb"), cloud.outputs["Table"]
        if there:
            table.put_item(TableName=name, Item=key | there)
        before = items(cloud)
        with pytest.raises(ClientError):
            table.update_item(
                TableName=name,
                Key=key,
                UpdateExpression="SET times = :two, more = :long, most = :long ADD words :word",
                ExpressionAttributeValues={
                    ":two": {"N": "2"},
                    ":word": {"SS": ["b"]},
                    # Two of it are more than an item may have.
                    ":long": {"S": "x" * 300_000},
                },
            )

        assert items(cloud) == before
    with new() as cloud:
        assert items(cloud) == before
