"""What lies in a state directory that the cloud did not write so, or cannot write."""

import errno
import hashlib
import json
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from combinatoric_collage.local import Cloud, remove_state
from combinatoric_collage.local.errors import StateError
from tests.workflow.kept_state import PACK, TEMPLATE, New, files, objects


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


def test_items_that_do_not_fit_the_template_any_more(new: New, tmp_path: Path) -> None:
    with new() as cloud:
        item = {"name": {"S": "a"}}
        cloud.client("dynamodb").put_item(TableName=cloud.outputs["Table"], Item=item)
    changed = TEMPLATE.replace("AttributeType: S", "AttributeType: N")
    (tmp_path / "template.yaml").write_text(changed)

    with pytest.raises(StateError, match="Table cannot take an item that was kept: "):
        new().start()


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
