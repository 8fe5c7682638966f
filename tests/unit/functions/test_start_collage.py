"""The door of uploads: what starts a collage, once, and what is refused."""

import copy
import json
from dataclasses import replace
from itertools import permutations
from typing import Any

import boto3
import pytest

from collage.errors import InvalidRequest, NotAPicture, NotInStore
from collage.request.parse import parse
from tests.unit.conftest import UPLOADS
from tests.unit.functions.deployed import EVENTS, SOURCE

# As the template's PYTHONWARNINGS has it.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


def uploaded(key: str) -> dict[str, Any]:
    """The event of an upload."""
    event: dict[str, Any] = copy.deepcopy(EVENTS["start_collage_upload"])
    event["detail"]["object"]["key"] = key
    return event


def test_start_collage_starts_the_workflow_for_an_upload(deployed):
    event = EVENTS["start_collage_upload"]
    deployed.stack.put(event["detail"]["object"]["key"], SOURCE)

    answer = deployed.invoke("start_collage", event)

    (execution,) = deployed.executions()
    assert answer["new"]
    assert execution["name"] == answer["id"]
    assert json.loads(execution["input"])["id"] == answer["id"]
    assert deployed.stack.store.accepted(answer["id"]).request == parse({})


def test_start_collage_starts_one_run_for_an_event_that_comes_twice(deployed):
    event = EVENTS["start_collage_upload"]
    deployed.stack.put(event["detail"]["object"]["key"], SOURCE)

    first, second = (deployed.invoke("start_collage", event) for _ in range(2))

    assert first["id"] == second["id"]
    assert len(deployed.executions()) == 1


def test_start_collage_says_that_a_run_under_way_is_not_new(deployed):
    event = EVENTS["start_collage_upload"]
    deployed.stack.put(event["detail"]["object"]["key"], SOURCE)

    first, second = (deployed.invoke("start_collage", event) for _ in range(2))

    assert (first["new"], second["new"]) == (True, False)


def test_start_collage_says_that_a_run_that_ended_is_not_new(deployed):
    event = EVENTS["start_collage_upload"]
    deployed.stack.put(event["detail"]["object"]["key"], SOURCE)
    deployed.invoke("start_collage", event)
    (execution,) = deployed.executions()
    boto3.client("stepfunctions").stop_execution(executionArn=execution["executionArn"])

    assert not deployed.invoke("start_collage", event)["new"]
    assert len(deployed.executions()) == 1


def test_an_upload_after_its_run_failed_is_tried_again_once(deployed):
    event = EVENTS["start_collage_upload"]
    deployed.stack.put(event["detail"]["object"]["key"], SOURCE)
    first = deployed.invoke("start_collage", event)
    (execution,) = deployed.executions()
    boto3.client("stepfunctions").stop_execution(executionArn=execution["executionArn"])

    later = {**event, "time": "2126-01-15T09:30:00Z"}
    again, twice = (deployed.invoke("start_collage", later) for _ in range(2))

    assert (again["id"], again["run"]) == (first["id"], f"{first['id']}-2")
    assert (again["new"], twice["new"]) == (True, False)
    assert len(deployed.executions()) == 2


@pytest.mark.parametrize("order", list(permutations(["picture", "options", "picture"])))
@pytest.mark.parametrize("marked", [True, False])
def test_events_of_a_picture_and_its_options_make_one_collage_in_any_order(deployed, order, marked):
    key = EVENTS["start_collage_upload"]["detail"]["object"]["key"]
    events = {"picture": uploaded(key), "options": uploaded(f"{key}.json")}
    said = {"collage-options": "sidecar"} if marked else {}
    s3 = deployed.stack.store.s3
    s3.put_object(Bucket=UPLOADS, Key=f"{key}.json", Body=b'{"rows": 2, "cols": 3}')
    s3.put_object(Bucket=UPLOADS, Key=key, Body=SOURCE, Metadata=said)

    answers = [deployed.invoke("start_collage", events[name]) for name in order]

    assert len({answer["id"] for answer in answers}) == len(deployed.executions()) == 1
    assert deployed.stack.store.accepted(answers[0]["id"]).request == parse({"rows": 2, "cols": 3})


def test_a_marked_picture_starts_nothing_until_its_options_are_there(deployed):
    key = EVENTS["start_collage_upload"]["detail"]["object"]["key"]
    s3 = deployed.stack.store.s3
    said = {"collage-options": "sidecar"}
    s3.put_object(Bucket=UPLOADS, Key=key, Body=SOURCE, Metadata=said)

    assert deployed.invoke("start_collage", uploaded(key)) == {"waiting": key}
    assert not deployed.executions()
    s3.put_object(Bucket=UPLOADS, Key=f"{key}.json", Body=b"{}")
    assert deployed.invoke("start_collage", uploaded(f"{key}.json"))["new"]


def test_a_wrong_option_of_an_upload_is_told_beside_it(deployed):
    key = EVENTS["start_collage_upload"]["detail"]["object"]["key"]
    s3 = deployed.stack.store.s3
    s3.put_object(Bucket=UPLOADS, Key=key, Body=SOURCE, Metadata={"collage-rows": "0"})

    answer = deployed.invoke("start_collage", uploaded(key))

    beside = json.load(s3.get_object(Bucket=UPLOADS, Key=f"{key}.failure.json")["Body"])
    assert beside == {"schema": 1, **answer}
    assert beside["message"].startswith("rows: ")
    assert deployed.invoke("start_collage", uploaded(f"{key}.failure.json")).keys() == {"waiting"}
    assert not deployed.executions()


@pytest.mark.parametrize(("data", "error"), [(b"hello", "NotAPicture"), (None, "NotInStore")])
def test_start_collage_writes_down_why_an_upload_is_refused(deployed, data, error):
    event = EVENTS["start_collage_upload"]
    if data is not None:
        deployed.stack.put(event["detail"]["object"]["key"], data)

    answer = deployed.invoke("start_collage", event)

    assert answer["error"] == error
    assert deployed.stack.store.failure(answer["id"]).source == event["detail"]["object"]["key"]
    assert not deployed.executions()


def test_start_collage_takes_options_from_a_door(deployed):
    event = EVENTS["start_collage_request"]
    deployed.stack.put(event["source"], SOURCE)

    answer = deployed.invoke("start_collage", event)

    (execution,) = deployed.executions()
    assert deployed.stack.store.accepted(answer["id"]).request == parse(event["request"])
    given = json.loads(execution["input"])
    assert given["id"] == answer["id"]
    assert given["needs_styles"] == ("styles" not in event["request"])


@pytest.mark.parametrize(
    ("data", "options", "error"),
    [
        (SOURCE, {"rows": 0}, InvalidRequest),
        (SOURCE, {"row": 5}, InvalidRequest),
        (b"hello", {}, NotAPicture),
        (None, {}, NotInStore),
    ],
)
def test_start_collage_tells_a_door_what_is_wrong(deployed, data, options, error):
    if data is not None:
        deployed.stack.put("uploads/a.png", data)

    with pytest.raises(error):
        deployed.invoke("start_collage", {"source": "uploads/a.png", "request": options})
    assert not deployed.executions()


def test_where_people_are_told_apart_an_upload_is_the_accounts_and_a_request_who_says_so(
    deployed, caplog
):
    apart = replace(deployed, references={**deployed.references, "Owners": "on"})
    upload, asked = EVENTS["start_collage_upload"], EVENTS["start_collage_request"]
    owner = {"who": "user/anna", "called": "anna"}
    for key in (upload["detail"]["object"]["key"], asked["source"]):
        deployed.stack.put(key, SOURCE)

    made = {
        who: each.invoke("start_collage", event)["id"]
        for who, each, event in (
            ("account/123456789012", apart, upload),
            ("user/anna", apart, {**asked, "owner": owner}),
            (None, deployed, {**asked, "owner": owner}),
        )
    }

    store = deployed.stack.store
    assert {who: store.accepted(id).person for who, id in made.items()} == dict(
        zip(made, made, strict=True)
    )
    assert len(set(made.values())) == 3
    assert store.newest(10, of=["user/anna"]) == ([made["user/anna"]], None)
    said = [(line.who, line.did, line.collage_id) for line in caplog.records if line.msg == "audit"]
    assert said[:2] == [(who, "start", made[who]) for who in made if who]


def test_who_is_to_be_told_is_refused_before_anything_is_written(deployed):
    event = {**EVENTS["start_collage_request"], "notify": "https://hooks.example/a"}
    deployed.stack.put(event["source"], SOURCE)

    with pytest.raises(InvalidRequest, match="NotifyHosts"):
        deployed.invoke("start_collage", event)

    assert not [key for key in deployed.stack.listing() if key.startswith("collages/")]
    assert deployed.executions() == []


def test_an_upload_may_say_who_is_told_and_it_is_no_part_of_the_request(deployed):
    allowed = replace(deployed, references={**deployed.references, "NotifyHosts": "hooks.example"})
    event = EVENTS["start_collage_upload"]
    key = event["detail"]["object"]["key"]
    options = {"rows": 2, "cols": 3, "notify": "https://hooks.example/a"}
    deployed.stack.put(key, SOURCE)
    deployed.stack.put(f"{key}.json", json.dumps(options).encode())

    collage = allowed.invoke("start_collage", event)["id"]

    (name,) = deployed.stack.store.addressees(collage)
    assert deployed.stack.store.addressee(collage, name).webhook == options["notify"]
    assert b"hooks.example" not in deployed.stack.get(f"collages/{collage}/request.json")
