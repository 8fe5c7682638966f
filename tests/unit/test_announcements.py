import json

import boto3
import pytest

from collage.announcements import LONGEST_MESSAGE, Announcements, NotAnnounced
from collage.manifest import Failure

COLLAGE = "0123456789abcdef0123"


@pytest.fixture
def heard(stack):
    """What a rule for the stack's events hears."""
    sqs, events = boto3.client("sqs"), boto3.client("events")
    queue = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    events.put_rule(Name="hear", EventPattern=json.dumps({"source": ["my-stack"]}))
    targets = [{"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}]
    events.put_targets(Rule="hear", Targets=targets)

    def receive():
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]

    return receive


def failure(error, message="No."):
    return Failure(id=COLLAGE, error=error, message=message, created="2026-01-15T09:31:37+00:00")


@pytest.mark.parametrize(
    ("error", "kind", "state"),
    [
        ("TooFewTiles", "Collage Failed", "failed"),
        ("States.Timeout", "Collage Failed", "failed"),
        ("Cancelled", "Collage Cancelled", "cancelled"),
        ("Aborted", "Collage Cancelled", "cancelled"),
    ],
)
def test_an_end_without_a_collage_is_announced_as_what_it_is(heard, error, kind, state):
    Announcements(boto3.client("events"), "my-stack").end("bucket", failure(error))

    (event,) = heard()
    assert event["detail-type"] == kind
    assert event["detail"] == {
        "version": 1,
        "kind": state,
        "id": COLLAGE,
        "state": state,
        "bucket": "bucket",
        "failure": f"collages/{COLLAGE}/failure.json",
        "error": error,
        "message": "No.",
    }


def test_the_longest_message_fits_into_an_event(heard):
    said = failure("States.DataLimitExceeded", "\u0001" * 100_000)

    Announcements(boto3.client("events"), "my-stack").end("bucket", said)

    (event,) = heard()
    assert event["detail"]["message"] == "\u0001" * LONGEST_MESSAGE
    assert len(json.dumps(event["detail"])) < 256_000


def test_an_event_that_the_bus_does_not_take_is_an_error_that_names_why(stack):
    bus = Announcements(boto3.client("events"), "")

    with pytest.raises(NotAnnounced, match=r"Collage Failed: InvalidArgument, .*Source"):
        bus.end("bucket", failure("TooFewTiles"))
