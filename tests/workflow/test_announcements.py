"""What a stack announces, heard by a rule of the same bus as on AWS."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from collage.announcements import KINDS
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from tests.workflow.running import SMALL, denied, eventually, photo, run

Hear = Callable[[], dict[str, Any]]
LONG = SMALL | {"rows": 12, "cols": 12, "size": 512}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with laptop.running({}) as (_, stack):
        yield stack


@pytest.fixture
def hear(stack: Stack) -> Iterator[Hear]:
    """The next event of the stack, which is held to its schema."""
    sqs, events = stack.client("sqs"), stack.client("events")
    queue = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    events.put_rule(Name="hear", EventPattern=json.dumps({"source": [stack.name]}))
    target = {"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}
    events.put_targets(Rule="hear", Targets=[target])

    def one() -> dict[str, Any]:
        (heard,) = eventually(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=heard["ReceiptHandle"])
        event: dict[str, Any] = json.loads(heard["Body"])
        KINDS[event["detail-type"]].model_validate(event["detail"], strict=True, extra="forbid")
        return event

    yield one
    events.remove_targets(Rule="hear", Ids=["queue"])
    events.delete_rule(Name="hear")
    sqs.delete_queue(QueueUrl=queue)


def test_a_collage_that_is_made_is_announced_with_where_it_lies(stack: Stack, hear: Hear) -> None:
    manifest = run(stack, photo(1))

    event = hear()
    detail = event["detail"]
    assert (event["detail-type"], detail["state"]) == ("Collage Completed", "done")
    assert (detail["id"], detail["tiles"], detail["missing"]) == (manifest.id, 6, 0)
    picture = stack.client("s3").get_object(Bucket=detail["bucket"], Key=detail["collage"])
    assert picture["Body"].read() == stack.store.collage(manifest.id)


def test_a_collage_that_lacks_tiles_is_announced_as_partial(stack: Stack, hear: Hear) -> None:
    options = {"rows": 4, "cols": 3, "masks": ["halves", "centre"]}
    whole = run(stack, photo(2), **options)
    assert hear()["detail"]["state"] == "done"
    lost = whole.tiles[5].key
    collages = stack.outputs["CollagesBucket"]
    stack.client("s3").delete_object(Bucket=collages, Key=f"tiles/{lost}.json")

    arn = f"arn:aws:s3:::{collages}/tiles/{lost}*"
    with denied(stack, "RenderTile", "s3:PutObject", [arn]):
        partial = run(stack, photo(2), cell=33, **options)

    detail = hear()["detail"]
    assert (detail["id"], detail["state"]) == (partial.id, "partial")
    assert (detail["tiles"], detail["missing"], detail["refused"]) == (12, 1, 0)


def test_a_run_that_fails_is_announced_with_its_reason(stack: Stack, hear: Hear) -> None:
    arn = f"arn:aws:s3:::{stack.outputs['CollagesBucket']}/tiles/*"
    with denied(stack, "RenderTile", "s3:PutObject", [arn]), pytest.raises(RunFailed) as raised:
        run(stack, photo(3))

    event = hear()
    detail = event["detail"]
    assert (event["detail-type"], detail["state"]) == ("Collage Failed", "failed")
    assert (detail["error"], detail["message"]) == (raised.value.name, str(raised.value))
    written = stack.client("s3").get_object(Bucket=detail["bucket"], Key=detail["failure"])
    assert json.load(written["Body"])["error"] == detail["error"] == "TooFewTiles"


def test_a_run_that_is_stopped_is_announced_as_cancelled(stack: Stack, hear: Hear) -> None:
    started = stack.start(photo(4), LONG)
    next(iter(stack.follow(started)))
    stack.runs.states.stop_execution(
        executionArn=stack.runs.arn(started["run"]), error="Cancelled", cause="Enough of it."
    )

    event = hear()
    detail = event["detail"]
    assert (event["detail-type"], detail["state"]) == ("Collage Cancelled", "cancelled")
    assert (detail["id"], detail["message"]) == (started["id"], "Enough of it.")


def test_an_upload_that_starts_no_run_is_announced_as_refused(stack: Stack, hear: Hear) -> None:
    uploads = stack.outputs["UploadsBucket"]
    stack.client("s3").put_object(Bucket=uploads, Key="uploads/letter.txt", Body=b"Dear all,")

    event = hear()
    detail = event["detail"]
    assert (event["detail-type"], detail["state"]) == ("Collage Refused", "refused")
    assert (detail["bucket"], detail["source"]) == (uploads, "uploads/letter.txt")
    assert detail["error"] == "NotAPicture"
