"""The provider's key, and what a source says of its owner, are found nowhere they need not be.

One cloud makes a collage of a photo that names its place, its camera and its owner, by a provider
that wants a key; a second run ends because the provider refuses the key. Then all that either left
is searched, while the cloud still runs.
"""

import base64
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest
from PIL import Image

from collage.manifest import Manifest
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.log_lines import FILE
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from tests.fake_openai import FakeOpenAI
from tests.function_processes import of_function
from tests.unit.pictures import noise
from tests.workflow.running import run

KEY = "sk-proj-Rec0gnisable_Key-of-a-test-0123456789"
PAINT = {"engine": "openai", "quality": "low", "masks": ["left"], "tiles": 2}
OWNER, CAMERA, REMARK, ADDRESS = "Ottilie-Owner", "Kameramarke-77", "bemerkung-91", "xmp-ort-13"
GPS = 0x8825
TOLD = [name.encode() for name in (OWNER, CAMERA, REMARK, ADDRESS)]


def spelled(secret: str) -> list[bytes]:
    """A secret as it may stand in a file: plain, by Base64 at each of three offsets, by URL."""
    raw = secret.encode()
    encoded = [base64.b64encode(b"x" * offset + raw)[4:-4] for offset in range(3)]
    safe = [base64.urlsafe_b64encode(b"x" * offset + raw)[4:-4] for offset in range(3)]
    return [raw, quote(secret, safe="").encode(), raw.hex().encode(), *encoded, *safe]


def telling(seed: int) -> bytes:
    """A JPEG that says in EXIF, a comment and XMP who took it, with what, and where."""
    exif = Image.Exif()
    exif[0x010F], exif[0x013B], exif[0x9286] = CAMERA, OWNER, REMARK
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    exif[GPS] = exif.get_ifd(GPS)
    file = BytesIO()
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{ADDRESS}</x:xmpmeta>".encode()
    noise((96, 96), seed).convert("RGB").save(
        file, "JPEG", exif=exif, comment=REMARK.encode(), xmp=xmp
    )
    return file.getvalue()


@dataclass
class Left:
    """What two runs left behind, and the cloud that still runs."""

    stack: Stack
    manifest: Manifest
    failed: RunFailed
    state: Path
    scratch: Path
    said: list[str]

    def objects(self, bucket: str) -> Iterator[tuple[str, bytes]]:
        """Key and body of everything in a bucket."""
        s3 = self.stack.client("s3")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for item in page["Contents"]:
                found = s3.get_object(Bucket=bucket, Key=item["Key"])
                yield item["Key"], json.dumps(found["Metadata"]).encode() + found["Body"].read()


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    folder = tmp_path_factory.mktemp("privacy")
    scratch, state, said = folder / "scratch", folder / "state", list[str]()
    scratch.mkdir()
    pace = {"ImagesPerMinute": "1200", "ImagesAtOnce": "20", "LatencySeconds": "0.1"}
    with FakeOpenAI(key=KEY, cheap=True) as fake, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", KEY)
        patch.setenv("OPENAI_BASE_URL", fake.base_url)
        patch.setattr(tempfile, "tempdir", str(scratch))
        with laptop.running(pace, log=said.append, state=state) as (_, stack):
            manifest = run(stack, telling(1), **PAINT)
            fake.key = "another"
            with pytest.raises(RunFailed) as failed:
                run(stack, telling(2), **PAINT)
            yield Left(stack, manifest, failed.value, state, scratch, said)


def test_the_runs_were_what_the_search_is_about(left: Left) -> None:
    assert left.manifest.tile_counts == {"done": 2}
    assert left.failed.name == "BadKey"
    source = telling(1)
    assert all(word in source for word in TOLD)
    assert Image.open(BytesIO(source)).getexif().get_ifd(GPS)[1] == "N"
    for before in ("", "Bearer ", "Bearer: "):
        sent = base64.b64encode(f"{before}{KEY} and more".encode())
        assert any(secret in sent for secret in spelled(KEY))


def test_no_object_and_no_record_of_a_table_holds_the_key(left: Left) -> None:
    places = {
        f"{bucket}/{key}": body
        for bucket in (left.stack.outputs["CollagesBucket"], left.stack.outputs["UploadsBucket"])
        for key, body in left.objects(bucket)
    }
    table = left.stack.client("dynamodb").scan(TableName=left.stack.outputs["LimitsTable"])
    places["table"] = json.dumps(table["Items"]).encode()

    assert len(places) > 10
    assert not [place for place, body in places.items() if any(s in body for s in spelled(KEY))]


def test_no_file_of_the_state_directory_and_no_temporary_file_holds_the_key(left: Left) -> None:
    files = [
        path for top in (left.state, left.scratch) for path in top.rglob("*") if path.is_file()
    ]

    assert left.state / FILE in files
    assert len(files) > 10
    for path in files:
        body = path.read_bytes()
        assert not any(secret in body for secret in spelled(KEY)), path


def test_no_line_of_a_log_and_no_failure_holds_the_key(left: Left) -> None:
    said = "\n".join([*left.said, str(left.failed)]).encode()

    assert b"BadKey" in said
    assert not any(secret in said for secret in spelled(KEY))


def test_no_history_and_no_description_of_anything_deployed_holds_the_key(left: Left) -> None:
    states = left.stack.client("stepfunctions")
    machine = left.stack.outputs["StateMachine"]
    arns = [
        e["executionArn"] for e in states.list_executions(stateMachineArn=machine)["executions"]
    ]
    found: list[Any] = [states.get_execution_history(executionArn=arn) for arn in arns]
    found += [states.describe_execution(executionArn=arn) for arn in arns]
    found += [left.stack.client("lambda").list_functions()]
    found += [left.stack.client("cloudformation").describe_stacks()]
    text = json.dumps(found, default=str).encode()

    assert len(arns) == 2
    assert b"RenderTile" in text
    assert not any(secret in text for secret in spelled(KEY))


def test_no_process_of_the_cloud_is_told_the_key_by_its_command_or_its_environment(
    left: Left,
) -> None:
    processes = psutil.Process().children(recursive=True)

    assert of_function("RenderTile")
    for process in processes:
        told = json.dumps([process.cmdline(), process.environ()]).encode()
        assert not any(secret in told for secret in spelled(KEY)), process


def test_nothing_that_a_source_says_of_its_owner_place_and_camera_is_in_an_output(
    left: Left, tmp_path: Path
) -> None:
    left.stack.fetch(left.manifest.id, tmp_path / "out")
    outputs = dict(left.objects(left.stack.outputs["CollagesBucket"]))
    outputs |= {str(p): p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}

    pictures = 0
    for name, body in outputs.items():
        assert not any(word in body for word in TOLD), name
        if name.endswith((".png", ".jpg", ".webp")):
            pictures += 1
            # What lies compressed in a chunk is unpacked by reading it.
            image = Image.open(BytesIO(body[body.index(b"}") + 1 :] if body[:1] == b"{" else body))
            image.load()
            said = repr(image.info).encode()
            assert not any(word in said for word in TOLD), name
            assert GPS not in image.getexif(), name
    assert pictures >= 8
