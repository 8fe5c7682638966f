"""What a cloud leaves in its state directory, and what the next one finds there."""

import errno
import gc
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from combinatoric_collage.local import Cloud, remove_state
from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.errors import StateError
from tests.workflow.running import eventually

ROOT = Path(__file__).parents[2]
PACK = Path(__file__).parent / "pack" / "template.yaml"
KEYS = [
    "plain",
    "..",
    "../up",
    "a/../b",
    "./dot",
    "/lead",
    "//two",
    "folder/",
    "x" * 1024,
    "\u00fc/\u65e5\u672c \u8a9e",
    "a b+c%20?&=#;@:",
    "back\\slash",
    "\"'<>",
]
TEMPLATE = """
Resources:
  Files: { Type: AWS::S3::Bucket }
  Versions:
    Type: AWS::S3::Bucket
    Properties: { VersioningConfiguration: { Status: Enabled } }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: name, AttributeType: S }]
      KeySchema: [{ AttributeName: name, KeyType: HASH }]
  Ranged:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: name, AttributeType: S }
        - { AttributeName: at, AttributeType: N }
      KeySchema:
        - { AttributeName: name, KeyType: HASH }
        - { AttributeName: at, KeyType: RANGE }
Outputs:
  Files: { Value: !Ref Files }
  Versions: { Value: !Ref Versions }
  Table: { Value: !Ref Table }
  Ranged: { Value: !Ref Ranged }
"""

# Puts objects and counts in a table as fast as it can, and says what was answered.
HOST = """
import sys
from pathlib import Path
from combinatoric_collage.local import Cloud

with Cloud(Path(sys.argv[1]), state=Path(sys.argv[2])) as cloud:
    s3, table = cloud.client("s3"), cloud.client("dynamodb")
    for number in range(100000):
        body = bytes([number % 256]) * (100_000 + number)
        s3.put_object(Bucket=cloud.outputs["Files"], Key=f"tiles/{number}", Body=body)
        table.update_item(
            TableName=cloud.outputs["Table"],
            Key={"name": {"S": "count"}},
            UpdateExpression="ADD times :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        print(number, flush=True)
"""

New = Callable[[], Cloud]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "some" / "state"


@pytest.fixture
def new(tmp_path: Path, state: Path) -> New:
    """Makes one cloud after the other on the same state."""
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE)
    return lambda: Cloud(template, state=state)


def objects(cloud: Cloud, bucket: str = "Files") -> dict[str, bytes]:
    s3, name = cloud.client("s3"), cloud.outputs[bucket]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return {key: s3.get_object(Bucket=name, Key=key)["Body"].read() for key in keys}


def items(cloud: Cloud, table: str = "Table") -> list[dict[str, Any]]:
    return list(cloud.client("dynamodb").scan(TableName=cloud.outputs[table])["Items"])


def listing(cloud: Cloud) -> list[dict[str, Any]]:
    found = cloud.client("s3").list_objects_v2(Bucket=cloud.outputs["Files"])["Contents"]
    return [{k: v for k, v in item.items() if k != "ChecksumAlgorithm"} for item in found]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_objects_come_back_whatever_their_keys_are(new: New, state: Path) -> None:
    put: dict[str, Any] = {
        "ContentType": "image/png",
        "CacheControl": "no-store",
        "Metadata": {"painter": "Ada"},
    }
    with new() as cloud:
        name = cloud.outputs["Files"]
        for key in KEYS:
            cloud.client("s3").put_object(Bucket=name, Key=key, Body=key.encode(), **put)
        cloud.client("s3").put_object(Bucket=name, Key="empty")
        before = listing(cloud)
    assert state.stat().st_mode & 0o777 == 0o700
    assert {path.parent for path in files(state / "Files")} == {state / "Files"}

    for _ in range(2):
        with new() as cloud:
            assert cloud.outputs["Files"] != name
            s3, name = cloud.client("s3"), cloud.outputs["Files"]
            assert objects(cloud) == {key: key.encode() for key in KEYS} | {"empty": b""}
            assert listing(cloud) == before
            for key in KEYS:
                head = s3.head_object(Bucket=name, Key=key)
                assert head["ContentLength"] == len(key.encode())
                assert {field: head[field] for field in put} == put


def test_every_way_to_put_and_to_delete(new: New, state: Path) -> None:
    part = b"p" * (5 * 2**20)
    with new() as cloud:
        s3, name = cloud.client("s3"), cloud.outputs["Files"]
        for key in ("kept", "deleted", "deleted with others", "overwritten"):
            s3.put_object(Bucket=name, Key=key, Body=b"first", ContentType="text/plain")
        s3.put_object(Bucket=name, Key="overwritten", Body=b"second")
        s3.copy_object(Bucket=name, Key="copied", CopySource={"Bucket": name, "Key": "kept"})
        upload = {"Bucket": name, "Key": "in parts"}
        upload["UploadId"] = s3.create_multipart_upload(**upload, ContentType="a/b")["UploadId"]
        parts = [
            {"PartNumber": i, "ETag": s3.upload_part(**upload, PartNumber=i, Body=body)["ETag"]}
            for i, body in ((1, part), (2, b"end"))
        ]
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        s3.delete_object(Bucket=name, Key="deleted")
        s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "deleted with others"}]})
        # What lies on disk is read as well in the life in which it was put.
        before = objects(cloud)
    assert before == {
        "kept": b"first",
        "overwritten": b"second",
        "copied": b"first",
        "in parts": part + b"end",
    }
    assert len(files(state / "Files")) == 2 * len(before)

    with new() as cloud:
        s3, name = cloud.client("s3"), cloud.outputs["Files"]
        assert objects(cloud) == before
        assert s3.head_object(Bucket=name, Key="copied")["ContentType"] == "text/plain"
        assert s3.head_object(Bucket=name, Key="in parts")["ContentType"] == "a/b"
        s3.delete_object(Bucket=name, Key="kept")
        s3.put_object(Bucket=name, Key="overwritten", Body=b"third")
        s3.copy_object(Bucket=name, Key="again", CopySource={"Bucket": name, "Key": "in parts"})

    with new() as cloud:
        left = {"overwritten": b"third", "copied": b"first"}
        assert objects(cloud) == left | dict.fromkeys(("in parts", "again"), part + b"end")


def test_the_newest_of_several_versions_comes_back(new: New) -> None:
    with new() as cloud:
        s3, name = cloud.client("s3"), cloud.outputs["Versions"]
        first = s3.put_object(Bucket=name, Key="a", Body=b"1")["VersionId"]
        s3.put_object(Bucket=name, Key="a", Body=b"2")
        s3.put_object(Bucket=name, Key="b", Body=b"1")
        s3.delete_object(Bucket=name, Key="b")
        old = s3.get_object(Bucket=name, Key="a", VersionId=first)
        assert old["Body"].read() == b"1"

    with new() as cloud:
        assert objects(cloud, "Versions") == {"a": b"2"}


def test_puts_and_deletes_at_once_leave_what_the_cloud_has(new: New) -> None:
    with new() as cloud:
        s3, name = cloud.client("s3"), cloud.outputs["Files"]

        def work(number: int) -> None:
            key = f"key {number % 3}"
            # moto itself may trip over an object that another thread has just replaced.
            with suppress(ClientError):
                s3.put_object(Bucket=name, Key=key, Body=str(number).encode() * 1000)
                if number % 5 == 0:
                    s3.delete_object(Bucket=name, Key=key)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(300)))
        before = objects(cloud)

    with new() as cloud:
        assert objects(cloud) == before


def test_items_come_back(new: New) -> None:
    everything = {
        "name": {"S": "all types"},
        "number": {"N": "1.5"},
        "bytes": {"B": b"\x00\xff"},
        "truth": {"BOOL": True},
        "nothing": {"NULL": True},
        "list": {"L": [{"S": "a"}, {"N": "1"}]},
        "map": {"M": {"in": {"M": {"deep": {"S": "b"}}}}},
        "numbers": {"NS": ["1", "2"]},
    }
    with new() as cloud:
        table: Any = cloud.client("dynamodb")
        name, ranged = cloud.outputs["Table"], cloud.outputs["Ranged"]
        table.put_item(TableName=name, Item=everything)
        for word in ("changed", "deleted", "in a batch", "refused"):
            table.put_item(TableName=name, Item={"name": {"S": word}})
        table.delete_item(TableName=name, Key={"name": {"S": "deleted"}})
        batch = [{"DeleteRequest": {"Key": {"name": {"S": "in a batch"}}}}]
        table.batch_write_item(RequestItems={name: batch})
        change: dict[str, Any] = {
            "TableName": name,
            "Key": {"name": {"S": "changed"}},
            "UpdateExpression": "ADD times :one",
            "ExpressionAttributeValues": {":one": {"N": "2"}},
        }
        table.update_item(**change)
        with pytest.raises(ClientError):
            table.update_item(**change, ConditionExpression="attribute_not_exists(times)")
        for at in "12":
            table.put_item(TableName=ranged, Item={"name": {"S": "r"}, "at": {"N": at}})
        table.delete_item(TableName=ranged, Key={"name": {"S": "r"}, "at": {"N": "1"}})
        never = {"TableName": name, "ConditionExpression": "attribute_exists(never)"}
        refused = {"Key": {"name": {"S": "refused"}}}
        with pytest.raises(ClientError, match="TransactionCanceled"):
            table.transact_write_items(
                TransactItems=[
                    {"Delete": {"TableName": name, **refused}},
                    {"Put": {**never, "Item": {"name": {"S": "never"}}}},
                ]
            )
        table.execute_statement(Statement=f"INSERT INTO \"{name}\" VALUE {{'name': 'by PartiQL'}}")
        before = items(cloud)
    words = {item["name"]["S"] for item in before}
    assert words == {"all types", "changed", "refused", "by PartiQL"}

    for _ in range(2):
        with new() as cloud:
            after = items(cloud)
            assert len(after) == len(before)
            assert all(item in before for item in after)
            assert everything in after
            assert items(cloud, "Ranged") == [{"name": {"S": "r"}, "at": {"N": "2"}}]


def test_a_counter_loses_nothing_to_functions_that_add_at_once(new: New) -> None:
    interval = sys.getswitchinterval()
    with new() as cloud:
        table, name = cloud.client("dynamodb"), cloud.outputs["Table"]

        def add(_: int) -> None:
            table.update_item(
                TableName=name,
                Key={"name": {"S": "count"}},
                UpdateExpression="ADD times :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

        # Threads take turns so often that any gap would be found.
        sys.setswitchinterval(1e-5)
        try:
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(add, range(200)))
        finally:
            sys.setswitchinterval(interval)

    with new() as cloud:
        assert items(cloud) == [{"name": {"S": "count"}, "times": {"N": "200"}}]


@pytest.fixture
def host(new: New, tmp_path: Path, state: Path) -> Iterator["subprocess.Popen[str]"]:
    """A cloud in a process of its own that has been answered a few puts."""
    command = [sys.executable, "-c", HOST, str(tmp_path / "template.yaml"), str(state)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            for _ in range(20):
                assert process.stdout.readline()
            yield process
        finally:
            process.kill()


def test_nothing_answered_is_lost_with_a_host_that_is_killed(
    host: "subprocess.Popen[str]", new: New, state: Path
) -> None:
    with pytest.raises(StateError, match="is used by another cloud"):
        new().start()
    with pytest.raises(StateError, match="is used by another cloud"):
        remove_state(state)
    host.send_signal(signal.SIGKILL)
    assert host.stdout
    last = 19 + len(host.stdout.readlines())
    host.wait()

    with new() as cloud:
        found = objects(cloud)
        assert len(found) in (last + 1, last + 2)
        for number in range(len(found)):
            assert found[f"tiles/{number}"] == bytes([number % 256]) * (100_000 + number)
        counted = int(items(cloud)[0]["times"]["N"])
        assert counted in (last + 1, last + 2)
    assert len(files(state / "Files")) == 2 * len(found)


def test_what_is_half_written_is_taken_for_nothing(new: New, state: Path) -> None:
    with new() as cloud:
        for key in ("whole", "no body", "half a body", "half a record"):
            cloud.client("s3").put_object(Bucket=cloud.outputs["Files"], Key=key, Body=b"12345678")

    def body(key: str) -> Path:
        digest = hashlib.sha256(key.encode()).hexdigest()
        record = json.loads((state / "Files" / f"{digest}.json").read_text())
        return state / "Files" / str(record["body"])

    body("no body").unlink()
    os.truncate(body("half a body"), 5)
    record = body("half a record").with_suffix(".json")
    os.truncate(record, 20)
    for name in (f"{'0' * 64}.new", f"{'0' * 64}.01234567"):
        (state / "Files" / name).write_bytes(b"{")

    with new() as cloud:
        assert objects(cloud) == {"whole": b"12345678"}
        assert cloud.client("s3").list_objects_v2(Bucket=cloud.outputs["Files"])["KeyCount"] == 1
    assert len(files(state / "Files")) == 2


def test_what_was_not_made_here_is_left_alone(new: New, state: Path) -> None:
    with new() as cloud:
        cloud.client("s3").put_object(Bucket=cloud.outputs["Files"], Key="one", Body=b"1")
    folder = state / "Files"
    (folder / f"{'0' * 64}.json").mkdir()
    (folder / "a folder").mkdir()
    (folder / "notes.json").write_text("{")
    strange = {folder / f"{'0' * 64}.json", folder / "a folder", folder / "notes.json"}

    with new() as cloud:
        assert objects(cloud) == {"one": b"1"}
    assert strange < set(folder.iterdir())


def other_key(record: dict[str, Any]) -> None:
    record["key"] = ["one"]


def other_data(record: dict[str, Any]) -> None:
    record["data"] = []


def no_etag(record: dict[str, Any]) -> None:
    del record["data"]["etag"]


def no_time(record: dict[str, Any]) -> None:
    record["data"]["last_modified"] = "yesterday"


def a_body_elsewhere(record: dict[str, Any]) -> None:
    record["body"] = "../../elsewhere"


def no_size(record: dict[str, Any]) -> None:
    del record["size"]


@pytest.mark.parametrize(
    "damage", [other_key, other_data, no_etag, no_time, a_body_elsewhere, no_size]
)
def test_a_record_of_another_kind_is_named_and_kept(
    new: New, state: Path, damage: Callable[[dict[str, Any]], None]
) -> None:
    with new() as cloud:
        cloud.client("s3").put_object(Bucket=cloud.outputs["Files"], Key="one", Body=b"1")
    (file,) = (state / "Files").glob("*.json")
    record = json.loads(file.read_text())
    damage(record)
    file.write_text(json.dumps(record))
    before = files(state)

    with pytest.raises(StateError, match=f"{file} is no record of this version's"):
        new().start()

    assert files(state) == before


def test_what_is_read_while_it_is_replaced_is_whole(new: New, state: Path) -> None:
    with new() as cloud:
        s3, place = cloud.client("s3"), {"Bucket": cloud.outputs["Files"], "Key": "progress"}
        s3.put_object(Body=bytes(1000), **place)
        stop = threading.Event()

        def replace() -> None:
            while not stop.is_set():
                s3.put_object(Body=bytes(1000), **place)

        with ThreadPoolExecutor() as pool:
            replacing = pool.submit(replace)
            try:
                bodies = {s3.get_object(**place)["Body"].read() for _ in range(150)}
            finally:
                stop.set()
            replacing.result()
        assert bodies == {bytes(1000)}
    # A lock, and a record and its body.
    assert len(files(state)) == 3


def test_an_item_of_another_kind_is_named(new: New, state: Path) -> None:
    with new() as cloud:
        item = {"name": {"S": "x"}}
        cloud.client("dynamodb").put_item(TableName=cloud.outputs["Table"], Item=item)
    (file,) = (state / "Table").glob("*.json")
    record = json.loads(file.read_text()) | {"data": {"name": "x"}}
    file.write_text(json.dumps(record))

    with pytest.raises(StateError, match=f"{file} is no record of this version's"):
        new().start()


def test_a_disk_that_takes_nothing_more_is_said_with_its_folder(
    new: New, state: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write = os.write

    def full(file: int, data: Any) -> int:
        if len(data) > 10_000:
            write(file, data[:5000])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, data)

    with new() as cloud:
        s3 = cloud.client("s3")
        s3.put_object(Bucket=cloud.outputs["Files"], Key="kept", Body=b"before")
        monkeypatch.setattr(os, "write", full)
        for key in ("kept", "new"):
            with pytest.raises(ClientError, match=r"InsufficientStorage.*No space left on device"):
                s3.put_object(Bucket=cloud.outputs["Files"], Key=key, Body=bytes(20_000))
        monkeypatch.setattr(os, "write", write)
        s3.put_object(Bucket=cloud.outputs["Files"], Key="later", Body=b"after")
        assert str(cloud.lost) == (
            f"{state}/Files cannot keep what is made: No space left on device."
        )
    with new() as cloud:
        assert objects(cloud) == {"kept": b"before", "later": b"after"}
    assert "Traceback" not in capfd.readouterr().err


def test_what_was_replaced_or_removed_takes_no_memory(new: New) -> None:
    from moto.s3.models import FakeKey, s3_backends

    with new() as cloud:
        s3, bucket = cloud.client("s3"), cloud.outputs["Files"]
        known = next(b for b in s3_backends[ACCOUNT]["aws"].buckets.values() if b.name == bucket)
        gone = []
        for name in ("replaced", "removed"):
            s3.put_object(Bucket=bucket, Key=name, Body=b"1", Metadata={"title": "old"})
            gone.append(weakref.ref(known.keys[name]))
        s3.put_object(Bucket=bucket, Key="replaced", Body=b"22", Metadata={"title": "new"})
        s3.delete_object(Bucket=bucket, Key="removed")
        gc.collect()

        assert [key() for key in gone] == [None, None]
        assert FakeKey.instances_tracked == []
        # Of some thirty attributes; the others are the class's.
        assert len(vars(known.keys["replaced"])) <= 16
        found = s3.get_object(Bucket=bucket, Key="replaced")
        assert (found["Body"].read(), found["Metadata"]) == (b"22", {"title": "new"})
        assert s3.get_object_tagging(Bucket=bucket, Key="replaced")["TagSet"] == []
        s3.put_object_tagging(
            Bucket=bucket, Key="replaced", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
        )
        assert s3.get_object_tagging(Bucket=bucket, Key="replaced")["TagSet"]


def test_an_upload_of_the_last_life_starts_nothing(state: Path) -> None:
    with Cloud(PACK, stack="pack", state=state) as cloud:
        inbox = cloud.outputs["Inbox"]
        # The rule is for keys below in/: this one is kept and told to nobody.
        cloud.client("s3").put_object(Bucket=inbox, Key="elsewhere", Body=b"meow")

    with Cloud(PACK, {"Prefix": "else"}, stack="pack", workers=1, state=state) as cloud:
        s3 = cloud.client("s3")
        s3.put_object(Bucket=cloud.outputs["Inbox"], Key="elsewhere too", Body=b"meow")
        # The one process there is would have had the first event before the second.
        eventually(lambda: objects(cloud, "Outbox"))
        assert objects(cloud, "Outbox").keys() == {"events/elsewhere too"}
        assert objects(cloud, "Inbox").keys() == {"elsewhere", "elsewhere too"}


def test_items_that_do_not_fit_the_template_any_more(new: New, tmp_path: Path) -> None:
    with new() as cloud:
        item = {"name": {"S": "a"}}
        cloud.client("dynamodb").put_item(TableName=cloud.outputs["Table"], Item=item)
    changed = TEMPLATE.replace("AttributeType: S", "AttributeType: N")
    (tmp_path / "template.yaml").write_text(changed)

    with pytest.raises(StateError, match="Table cannot take an item that was kept: "):
        new().start()


def test_without_a_state_nothing_is_kept(tmp_path: Path, new: New, state: Path) -> None:
    with Cloud(tmp_path / "template.yaml") as cloud:
        cloud.client("s3").put_object(Bucket=cloud.outputs["Files"], Key="a", Body=b"1")
    assert not state.exists()
    with new() as cloud:
        assert objects(cloud) == {}


def test_a_directory_of_somebody_else_is_left_alone(new: New, state: Path) -> None:
    state.mkdir(parents=True)
    (state / "letter.txt").write_text("dear")

    with pytest.raises(StateError, match="holds other files"):
        new().start()
    with pytest.raises(StateError, match="is not a state directory"):
        remove_state(state)
    assert (state / "letter.txt").read_text() == "dear"

    (state / "letter.txt").rename(state.with_name("file"))
    with pytest.raises(StateError, match="cannot hold state"):
        Cloud(PACK, state=state.with_name("file")).start()


def test_a_state_can_be_removed(new: New, state: Path) -> None:
    with new() as cloud:
        cloud.client("s3").put_object(Bucket=cloud.outputs["Files"], Key="a", Body=b"1")
        with pytest.raises(StateError, match="is used by another cloud"):
            remove_state(state)

    assert remove_state(state)
    assert not state.exists()
    assert not remove_state(state)
