"""An upload with options: in its metadata, or beside it."""

import json

from collage.manifest import Failure, Manifest
from collage.progress import Progress
from collage.request.parse import parse
from collage.watch.look import newest
from combinatoric_collage.cli.stacks.stack import Stack
from tests.workflow.running import SMALL, eventually, photo

METADATA = {
    "collage-rows": "2",
    "collage-cols": "3",
    "collage-size": "64",
    "collage-cell": "32",
    "collage-styles": "Cubism, Baroque, Op Art",
}


def put(stack: Stack, name: str, data: bytes, metadata: dict[str, str] | None = None) -> str:
    key = f"uploads/{name}"
    stack.client("s3").put_object(
        Bucket=stack.outputs["UploadsBucket"], Key=key, Body=data, Metadata=metadata or {}
    )
    return key


def made(stack: Stack, source: str) -> Manifest:
    """The collage of an upload, once it is made; there is no other of it."""

    def found() -> list[Progress]:
        listed, _ = newest(stack.store, stack.runs, 100)
        return [one for one in listed if one.source == source and one.state != "running"]

    # Each look is at all collages of the cloud.
    (seen,) = eventually(found, pause=0.3)
    assert seen.state == "done", seen
    return stack.store.manifest(seen.id)


def refused(stack: Stack, source: str) -> Failure:
    """Why an upload was refused, from the file beside it."""
    s3, bucket = stack.client("s3"), stack.outputs["UploadsBucket"]

    def found() -> bytes | None:
        key = f"{source}.failure.json"
        if s3.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"]:
            return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        return None

    return Failure.model_validate_json(eventually(found))


def test_metadata_sets_the_options_of_a_collage(stack: Stack) -> None:
    source = put(stack, "by metadata.png", photo(41), METADATA)

    manifest = made(stack, source)

    assert stack.store.accepted(manifest.id).request == parse(SMALL)


def test_a_picture_and_its_options_make_one_collage(stack: Stack) -> None:
    options = json.dumps(SMALL).encode()
    first = put(stack, "marked.png", photo(42), {"collage-options": "sidecar"})
    put(stack, "marked.png.json", options)
    put(stack, "sidecar first.png.json", options)
    second = put(stack, "sidecar first.png", photo(43))

    for source in (first, second):
        assert stack.store.accepted(made(stack, source).id).request == parse(SMALL)


def test_a_wrong_option_is_told_beside_the_upload(stack: Stack) -> None:
    source = put(stack, "wrong.png", photo(44), {"collage-rows": "none"})

    failure = refused(stack, source)

    assert (failure.error, failure.source) == ("InvalidRequest", source)
    assert failure.message.startswith("rows: ")
    assert stack.store.failure(failure.id) == failure


def test_what_is_written_beside_an_upload_starts_nothing(stack: Stack) -> None:
    source = put(stack, "notes.txt", b"no picture")

    assert refused(stack, source).error == "NotAPicture"
    after = put(stack, "after.txt", b"no picture either")
    refused(stack, after)
    found = stack.client("s3").list_objects_v2(
        Bucket=stack.outputs["UploadsBucket"], Prefix="uploads/notes"
    )
    keys = [item["Key"] for item in found["Contents"]]
    assert keys == ["uploads/notes.txt", "uploads/notes.txt.failure.json"]
