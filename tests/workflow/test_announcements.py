"""What a stack announces, heard by a rule of the same bus as on AWS."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from collage.announcements import TYPES
from collage.errors import CollageError
from collage.messages.addressee import Addressee
from collage.steps.start_collage import Started
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from tests.fake_openai import FakeOpenAI, Faults
from tests.receiver import Got, Receiver
from tests.rule_patterns import PAGE, PATTERNS
from tests.workflow.running import SMALL, denied, eventually, photo, run

Hear = Callable[[str], dict[str, Any]]
LONG = SMALL | {"rows": 12, "cols": 12, "size": 512}


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeOpenAI]:
    with FakeOpenAI(key="sk-test", cheap=True) as fake:
        yield fake


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def stack(fake: FakeOpenAI, receiver: Receiver) -> Iterator[Stack]:
    parameters = {
        "ImagesPerMinute": "1200",
        "ImagesAtOnce": "20",
        "LatencySeconds": "0.1",
        "NotifyEmail": "painter@example.org",
        "Webhook": f"{receiver.origin}/all",
        "NotifyHosts": "127.0.0.1",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "sk-test")
        patch.setenv("OPENAI_BASE_URL", fake.base_url)
        with laptop.running(parameters) as (_, stack):
            yield stack


@pytest.fixture(scope="module")
def queues(stack: Stack) -> dict[str, str]:
    """For each kind the queue that a rule of the pattern in the docs fills."""
    sqs, events = stack.client("sqs"), stack.client("events")
    urls = {}
    for kind, pattern in PATTERNS.items():
        assert json.loads(pattern)["source"] == [stack.name]
        urls[kind] = sqs.create_queue(QueueName=kind)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=urls[kind], AttributeNames=["QueueArn"])
        events.put_rule(Name=kind, EventPattern=pattern)
        target = {"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}
        events.put_targets(Rule=kind, Targets=[target])
    return urls


@pytest.fixture
def hear(stack: Stack, queues: dict[str, str]) -> Hear:
    """The next event of a kind, which is held to its schema."""

    def one(kind: str) -> dict[str, Any]:
        sqs, queue = stack.client("sqs"), queues[kind]
        (heard,) = eventually(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=heard["ReceiptHandle"])
        event: dict[str, Any] = json.loads(heard["Body"])
        TYPES[event["detail-type"]].model_validate(event["detail"], strict=True, extra="forbid")
        return event

    return one


def test_a_run_is_announced_when_it_begins_and_when_its_collage_is_made(
    stack: Stack, hear: Hear
) -> None:
    started = stack.start(photo(1), SMALL)

    event = hear("started")
    detail = event["detail"]
    assert (event["detail-type"], detail["state"]) == ("Run Started", "running")
    assert (detail["id"], detail["run"]) == (started["id"], started["run"])
    asked = stack.client("s3").get_object(Bucket=detail["bucket"], Key=detail["request"])
    assert json.load(asked["Body"])["id"] == started["id"]

    event = hear("completed")
    detail = event["detail"]
    assert (event["detail-type"], detail["state"]) == ("Collage Completed", "done")
    assert (detail["id"], detail["tiles"], detail["missing"]) == (started["id"], 6, 0)
    picture = stack.client("s3").get_object(Bucket=detail["bucket"], Key=detail["collage"])
    assert picture["Body"].read() == stack.store.collage(started["id"])


def test_a_collage_that_lacks_tiles_is_announced_as_partial(stack: Stack, hear: Hear) -> None:
    options = {"rows": 4, "cols": 3, "masks": ["halves", "centre"]}
    whole = run(stack, photo(2), **options)
    assert hear("completed")["detail"]["state"] == "done"
    lost = whole.tiles[5].key
    collages = stack.outputs["CollagesBucket"]
    stack.client("s3").delete_object(Bucket=collages, Key=f"tiles/{lost}.json")

    arn = f"arn:aws:s3:::{collages}/tiles/{lost}*"
    with denied(stack, "RenderTile", "s3:PutObject", [arn]):
        partial = run(stack, photo(2), cell=33, **options)

    detail = hear("partial")["detail"]
    assert (detail["id"], detail["state"]) == (partial.id, "partial")
    assert (detail["tiles"], detail["missing"], detail["refused"]) == (12, 1, 0)


def test_a_run_that_ends_early_is_announced_as_stopped(
    stack: Stack, fake: FakeOpenAI, hear: Hear
) -> None:
    paint = {"engine": "openai", "quality": "low"}
    run(stack, photo(6), **paint, tiles=2)
    paid = hear("completed")["detail"]["usd"]
    fake.faults = Faults(rate=1.0, kinds=("quota",))

    manifest = run(stack, photo(6), **paint)

    fake.faults = Faults()
    event = hear("stopped")
    detail = event["detail"]
    assert (event["detail-type"], detail["state"]) == ("Collage Completed", "partial")
    assert (detail["id"], detail["stopped"]) == (manifest.id, "QuotaExhausted")
    assert (detail["tiles"], detail["missing"]) == (6, 4)
    assert paid > 0 == detail["usd"]


def test_a_run_that_fails_is_announced_with_its_reason(stack: Stack, hear: Hear) -> None:
    arn = f"arn:aws:s3:::{stack.outputs['CollagesBucket']}/tiles/*"
    with denied(stack, "RenderTile", "s3:PutObject", [arn]), pytest.raises(RunFailed) as raised:
        run(stack, photo(3))

    event = hear("failed")
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

    event = hear("cancelled")
    detail = event["detail"]
    assert (event["detail-type"], detail["state"]) == ("Collage Cancelled", "cancelled")
    assert (detail["id"], detail["message"]) == (started["id"], "Enough of it.")


def test_an_upload_that_starts_no_run_is_announced_as_refused(stack: Stack, hear: Hear) -> None:
    uploads = stack.outputs["UploadsBucket"]
    stack.client("s3").put_object(Bucket=uploads, Key="uploads/letter.txt", Body=b"Dear all,")

    event = hear("refused")
    detail = event["detail"]
    assert (event["detail-type"], detail["state"]) == ("Collage Refused", "refused")
    assert (detail["bucket"], detail["source"]) == (uploads, "uploads/letter.txt")
    assert detail["error"] == "NotAPicture"


def came(receiver: Receiver, path: str, collage: str) -> list[Got]:
    """The messages about a collage that came to a path."""
    return [
        got
        for got in receiver.got
        if got.path == path and json.loads(got.body)["data"].get("id") == collage
    ]


@pytest.fixture(scope="module")
def told(stack: Stack, receiver: Receiver) -> tuple[Started, str]:
    """A collage of whose end a mailbox, the stack's webhook and a request's own are told."""
    sqs = stack.client("sqs")
    mailbox = sqs.create_queue(QueueName="mailbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=mailbox, AttributeNames=["QueueArn"])
    stack.client("sns").subscribe(
        TopicArn=stack.outputs["MessagesTopic"],
        Protocol="sqs",
        Endpoint=arn["Attributes"]["QueueArn"],
    )
    started = stack.start(photo(21), SMALL, notify=f"{receiver.origin}/first")
    eventually(lambda: came(receiver, "/first", started["id"]))
    return started, mailbox


def test_a_webhook_is_posted_and_verified_as_the_docs_do_it(
    stack: Stack, receiver: Receiver, told: tuple[Started, str]
) -> None:
    (got,) = eventually(lambda: came(receiver, "/all", told[0]["id"]))

    secret = stack.client("secretsmanager").get_secret_value(
        SecretId=stack.outputs["WebhookSecret"]
    )["SecretString"]
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["verified"](secret, got.headers, got.body)["data"]["kind"] == "completed"
    with pytest.raises(ValueError, match="not from"):
        names["verified"](secret, got.headers, got.body + b" ")
    with pytest.raises(ValueError, match="not from"):
        names["verified"](secret[::-1], got.headers, got.body)
    old = got.headers | {"webhook-timestamp": "1614265330"}
    with pytest.raises(ValueError, match="old"):
        names["verified"](secret, old, got.body)


def test_mail_is_published_as_text_to_whoever_subscribed(
    stack: Stack, told: tuple[Started, str]
) -> None:
    started, mailbox = told
    sqs, topic = stack.client("sqs"), stack.outputs["MessagesTopic"]

    def next_letter() -> Any:
        # What ended before may be told late.
        (heard,) = eventually(lambda: sqs.receive_message(QueueUrl=mailbox).get("Messages"))
        sqs.delete_message(QueueUrl=mailbox, ReceiptHandle=heard["ReceiptHandle"])
        return json.loads(heard["Body"])

    while started["id"] not in (letter := next_letter())["Subject"]:
        pass
    assert letter["Subject"] == f"Collage {started['id']} is made"
    assert f"collage view {started['id']} --stack {stack.name}" in letter["Message"]
    known = stack.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [one["Endpoint"] for one in known if one["Protocol"] == "email"] == [
        "painter@example.org"
    ]


def test_who_asks_for_what_is_made_is_told_at_once_and_alone(
    stack: Stack, receiver: Receiver, told: tuple[Started, str]
) -> None:
    first, _ = told
    (got,) = came(receiver, "/first", first["id"])
    (_,) = eventually(lambda: came(receiver, "/all", first["id"]))
    eventually(lambda: stack.runs.status(first["run"]) == "SUCCEEDED")

    second = stack.start(photo(21), SMALL, notify=f"{receiver.origin}/second")
    (again,) = eventually(lambda: came(receiver, "/second", first["id"]))

    assert (second["id"], second["new"]) == (first["id"], False)
    assert json.loads(again.body)["data"] == json.loads(got.body)["data"]
    assert len(came(receiver, "/first", first["id"])) == 1
    assert len(came(receiver, "/all", first["id"])) == 1
    asked = stack.client("s3").get_object(
        Bucket=stack.outputs["CollagesBucket"], Key=f"collages/{first['id']}/request.json"
    )
    assert b"notify" not in asked["Body"].read()


def test_an_address_of_another_host_is_refused_at_the_door(stack: Stack) -> None:
    with pytest.raises(CollageError, match=r"hooks\.example is none of the hosts"):
        stack.start(photo(24), SMALL, notify="https://hooks.example/")


def test_a_message_that_is_not_wanted_any_more_is_kept_as_a_letter(
    stack: Stack, receiver: Receiver
) -> None:
    receiver.answers["/gone"] = 410, {}
    gone = Addressee(webhook=f"{receiver.origin}/gone")
    collage = "0123456789abcdef0123"
    stack.store.put_addressee(collage, gone)
    detail = {"kind": "failed", "id": collage}
    sent = {"id": "1", "time": "2026-01-15T09:32:09Z", "detail": detail}
    machine = stack.outputs["StateMachine"].removesuffix("-collage") + "-messages"
    given = json.dumps({**sent, "only": f"notify:{gone.name}"})
    stack.client("stepfunctions").start_execution(stateMachineArn=machine, input=given)

    sqs, queue = stack.client("sqs"), stack.outputs["DeadLetterQueue"]
    (heard,) = eventually(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    letter = json.loads(heard["Body"])
    assert (letter["event"], letter["to"]) == (sent, f"notify:{gone.name}")
    assert letter["error"]["Error"] == "AddressRefused"
    assert "/gone" not in heard["Body"]
