"""The objects of buckets and the items of tables outlive moto's memory.

They are written as they are put, and go as they are deleted, before the caller has an answer. Of a
versioned bucket the newest versions are kept. Tags, ACLs, checksums and unfinished uploads are not.
"""

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from combinatoric_collage.local.errors import StateError
from combinatoric_collage.local.moto.dynamodb import CHANGES, MANY_ITEMS, ONE_ITEM
from combinatoric_collage.local.moto.host import replace
from combinatoric_collage.local.moto.object_memory import slim
from combinatoric_collage.local.state import Folder, Saved, State

LOCKS = 64


def attach(stack: ExitStack, state: State, resources: Mapping[str, Any]) -> None:
    """Loads what the resources held, and keeps what they get until `stack` is closed.

    They are known by their logical ids: what they are called changes from life to life.
    """
    from moto.dynamodb.models.table import Table
    from moto.s3.models import FakeBucket

    buckets, tables = {}, {}
    for name, resource in resources.items():
        if isinstance(resource, FakeBucket):
            buckets[resource.name] = state.folder(name)
            _load_objects(resource, buckets[resource.name])
        elif isinstance(resource, Table):
            tables[resource.name] = state.folder(name)
            _load_items(name, resource, tables[resource.name])
    for folder in buckets.values():
        stack.callback(folder.tidy)
    _keep_objects(stack, buckets)
    _keep_items(stack, tables)


class _Body:
    """Stands in for the buffer of an object: its file is read when somebody asks for it.

    So a cloud with thousands of pictures starts at once, and does not hold them in memory.
    """

    def __init__(self, path: Path) -> None:
        # Of which there are as many as pictures; a Path takes three times as much.
        self._path = str(path)
        self._at = 0

    def seek(self, offset: int) -> None:
        self._at = offset

    def read(self, size: int = -1) -> bytes:
        with open(self._path, "rb") as file:
            file.seek(self._at)
            data = file.read(size)
        self._at += len(data)
        return data

    def close(self) -> None:
        """Nothing is open."""


def _load_objects(bucket: Any, folder: Folder) -> None:
    from moto.s3.models import s3_backends

    backend = s3_backends[bucket.account_id][bucket.partition]
    for saved in folder.load():
        if saved.body is None:
            continue
        known = _described(saved, folder)
        value = saved.body.read_bytes() if bucket.is_versioned else b""
        key: Any = backend.put_object(
            bucket.name,
            saved.key,
            value,
            storage=known.storage_class,
            etag=known.etag,
            # It was told to the rules in the life in which it was put.
            disable_notification=True,
        )
        key.last_modified = known.last_modified
        key.metadata.update(known.metadata)
        if not bucket.is_versioned:
            key.contentsize = saved.body.stat().st_size
            key._value_buffer = _Body(saved.body)
            slim(key)


@dataclass(frozen=True)
class _Described:
    """What a record says of an object."""

    etag: str
    last_modified: datetime
    metadata: Mapping[str, str]
    storage_class: str


def _described(saved: Saved, folder: Folder) -> _Described:
    match saved.data:
        case {
            "etag": str(etag),
            "last_modified": str(modified),
            "metadata": dict(metadata),
            "storage_class": str(storage),
        }:
            with suppress(ValueError):
                return _Described(etag, datetime.fromisoformat(modified), metadata, storage)
    raise folder.alien(saved.key)


def _keep_objects(stack: ExitStack, folders: Mapping[str, Folder]) -> None:
    from moto.s3.models import FakeKey, S3Backend, s3_backends

    # Of one object one after the other; of others at once, as each waits for the medium.
    locks = [threading.Lock() for _ in range(LOCKS)]
    set_metadata, delete = FakeKey.set_metadata, S3Backend.delete_object

    def keep(bucket: Any, name: str) -> None:
        # Whoever changed the object last comes here last, and finds what is to be kept.
        with locks[hash((bucket.name, name)) % LOCKS]:
            key: Any = bucket.keys.get(name)
            if type(key) is not FakeKey:
                folders[bucket.name].remove(name)
                return
            try:
                value, etag = key.value, key.etag.strip('"')
            except ValueError:
                # Disposed of meanwhile; who did that is about to come.
                return
            data = {
                "etag": etag,
                "last_modified": key.last_modified.isoformat(),
                "metadata": dict(key.metadata),
                "storage_class": key.storage_class,
            }
            body = folders[bucket.name].put(name, data, value)
            # An older version would be asked for when its file is gone.
            if body and not bucket.is_versioned:
                with key.lock:
                    key._value_buffer.close()
                    key._value_buffer = cast(Any, _Body(body))
                    slim(key)

    def described(self: Any, metadata: Any, replace: bool = False) -> None:
        """The last step of every way to put an object, by which it is whole."""
        set_metadata(self, metadata, replace)
        if self.bucket_name in folders:
            keep(s3_backends[self.account_id][self.partition].buckets[self.bucket_name], self.name)

    def deleted(self: Any, bucket_name: str, key_name: str, *args: Any, **kwargs: Any) -> Any:
        answer = delete(self, bucket_name, key_name, *args, **kwargs)
        if bucket_name in folders:
            keep(self.buckets[bucket_name], key_name)
        return answer

    replace(stack, FakeKey, "set_metadata", described)
    replace(stack, S3Backend, "delete_object", deleted)


def _load_items(name: str, table: Any, folder: Folder) -> None:
    from moto.core.exceptions import JsonRESTError

    # Nor are the readers of a stream told again.
    stream, table.stream_shard = table.stream_shard, None
    for saved in folder.load():
        try:
            table.put_item(saved.data)
        except JsonRESTError as error:
            raise StateError(
                f"{name} cannot take an item that was kept: {error.message}"
            ) from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise folder.alien(saved.key) from error
    table.stream_shard = stream


def _keep_items(stack: ExitStack, folders: Mapping[str, Folder]) -> None:
    from moto.dynamodb.models import DynamoDBBackend
    from moto.dynamodb.models.utilities import dynamo_json_dump

    def put(folder: Folder, item: Any) -> str:
        key = _item_key(item)
        folder.put(key, json.loads(dynamo_json_dump(item.attrs)))
        return key

    def one(name: str) -> None:
        """An operation on one item, which it returns."""
        change = getattr(DynamoDBBackend, name)

        def changed(self: Any, table_name: str, *args: Any, **kwargs: Any) -> Any:
            # What is on disk is of the order in which the table was changed.
            with CHANGES:
                item = change(self, table_name, *args, **kwargs)
                table = self.get_table(table_name)
                if item is not None and table.name in folders:
                    if table.get_item(item.hash_key, item.range_key) is None:
                        folders[table.name].remove(_item_key(item))
                    else:
                        put(folders[table.name], item)
            return item

        replace(stack, DynamoDBBackend, name, changed)

    def any_number(name: str) -> None:
        """An operation on who knows how many items, or one that may have been rolled back."""
        change: Callable[..., Any] = getattr(DynamoDBBackend, name)

        def changed(self: Any, *args: Any, **kwargs: Any) -> Any:
            with CHANGES:
                try:
                    return change(self, *args, **kwargs)
                finally:
                    for table in folders.keys() & self.tables.keys():
                        folder, items = folders[table], self.tables[table].all_items()
                        for key in folder.keys - {put(folder, item) for item in items}:
                            folder.remove(key)

        replace(stack, DynamoDBBackend, name, changed)

    for name in ONE_ITEM:
        one(name)
    for name in MANY_ITEMS:
        any_number(name)


def _item_key(item: Any) -> str:
    keys = (item.hash_key, item.range_key)
    return json.dumps([[key.type, str(key.value)] for key in keys if key is not None])
