"""A laptop cloud that has a state begins where the last one ended."""

import gc
import signal
import subprocess
import sys
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from combinatoric_collage.local import Cloud, remove_state
from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.errors import StateError
from tests.workflow.kept_state import PACK, New, files, items, objects
from tests.workflow.running import eventually

ROOT = Path(__file__).parents[2]

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


def listing(cloud: Cloud) -> list[dict[str, Any]]:
    found = cloud.client("s3").list_objects_v2(Bucket=cloud.outputs["Files"])["Contents"]
    return [{k: v for k, v in item.items() if k != "ChecksumAlgorithm"} for item in found]


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
            assert cloud.outputs["Files"] == name
            s3 = cloud.client("s3")
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


def test_without_a_state_nothing_is_kept(tmp_path: Path, new: New, state: Path) -> None:
    with Cloud(tmp_path / "template.yaml") as cloud:
        cloud.client("s3").put_object(Bucket=cloud.outputs["Files"], Key="a", Body=b"1")
    assert not state.exists()
    with new() as cloud:
        assert objects(cloud) == {}


def test_a_state_can_be_removed(new: New, state: Path) -> None:
    with new() as cloud:
        cloud.client("s3").put_object(Bucket=cloud.outputs["Files"], Key="a", Body=b"1")
        with pytest.raises(StateError, match="is used by another cloud"):
            remove_state(state)

    assert remove_state(state)
    assert not state.exists()
    assert not remove_state(state)
