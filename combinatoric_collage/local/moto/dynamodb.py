"""DynamoDB: changes come one after the other.

moto checks a condition and then acts on it, and another thread gets in between: a counter that many
functions add to would lose some of it. It also looks at what was there before, of which it is to
tell, ahead of that. And what it has done of an update that then fails it leaves.
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy
from typing import Any

from combinatoric_collage.local.moto.host import Host, replace

ONE_ITEM = ("put_item", "update_item", "delete_item")
MANY_ITEMS = ("transact_write_items", "execute_statement")

CHANGES = threading.RLock()
"""Of all who change tables, and of who keeps what they change: with two, each could have one.

A transaction is made of changes to one item.
"""


def patch(_host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    from moto.dynamodb.models import DynamoDBBackend
    from moto.dynamodb.responses import DynamoHandler

    def alone(change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*args: Any, **kwargs: Any) -> Any:
            with CHANGES:
                return change(*args, **kwargs)

        return changed

    replace(stack, DynamoDBBackend, "update_item", _whole(DynamoDBBackend.update_item))
    for name in (*ONE_ITEM, *MANY_ITEMS):
        replace(stack, DynamoDBBackend, name, alone(getattr(DynamoDBBackend, name)))
    for name in ONE_ITEM:
        replace(stack, DynamoHandler, name, alone(getattr(DynamoHandler, name)))


def _whole(update: Callable[..., Any]) -> Callable[..., Any]:
    """An update of an item that is as it was before where it fails; nobody else changes it."""

    def updated(self: Any, table_name: str, key: Any, *args: Any, **kwargs: Any) -> Any:
        found = self.get_item(table_name, key)
        before = {name: deepcopy(value) for name, value in found.attrs.items()} if found else {}
        try:
            return update(self, table_name, key, *args, **kwargs)
        except Exception:
            if found:
                found.attrs.clear()
                found.attrs.update(before)
            elif made := self.get_item(table_name, key):
                self.get_table(table_name).delete_item(made.hash_key, made.range_key)
            raise

    return updated
