"""What is written down of runs, calls and layouts that fail, and what is counted."""

import importlib.util
import json

import pytest

from collage.errors import NotInStore
from collage.manifest import Failure
from collage.steps.assemble_collage import assemble_collage
from collage.steps.plan_tiles import plan_tiles
from collage.steps.render_tile import render_tile
from tests.infrastructure.shipped import ROOT
from tests.unit.conftest import COLLAGES
from tests.unit.functions.deployed import EVENTS, alone, prepared

# As the template's PYTHONWARNINGS has it.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


def test_record_failure_writes_down_a_run(deployed):
    event = EVENTS["record_failure"]

    answer = deployed.invoke("record_failure", event)

    failure = deployed.stack.store.failure(event["id"])
    assert answer == {"error": failure.error, "message": failure.message}
    assert failure.error == event["error"]["Error"]
    assert failure.message == json.loads(event["error"]["Cause"])["errorMessage"]


def test_record_failure_writes_down_a_call(deployed):
    event = EVENTS["record_failure_call"]

    deployed.invoke("record_failure", event)

    failure = deployed.stack.store.failures(event["id"])[event["call"]]
    assert failure.error == "FunctionTimedOut"
    assert "ran out of its time" in failure.message
    with pytest.raises(NotInStore):
        deployed.stack.store.failure(event["id"])


def test_record_failure_writes_down_a_run_that_was_ended_from_outside(deployed):
    event = EVENTS["record_failure_status"]
    collage = event["detail"]["name"].removesuffix("-2")

    answer = deployed.invoke("record_failure", event)

    failure = deployed.stack.store.failure(collage)
    assert answer == {"error": failure.error, "message": failure.message}
    assert (failure.error, failure.message) == ("Cancelled", "The collage was cancelled.")


@pytest.mark.parametrize(
    ("status", "error"), [("ABORTED", "Aborted"), ("TIMED_OUT", "States.Timeout")]
)
def test_record_failure_has_a_reason_where_none_was_given(deployed, status, error):
    event = EVENTS["record_failure_status"]
    detail = {**event["detail"], "status": status, "error": None, "cause": None}

    answer = deployed.invoke("record_failure", {**event, "detail": detail})

    assert answer["error"] == error
    assert answer["message"].startswith("The run ")


def failed_event(**detail):
    """Step Functions' own event of a failed run of the sample's collage."""
    event = EVENTS["record_failure_status"]
    return {**event, "detail": {**event["detail"], "status": "FAILED", **detail}}


def test_a_run_that_could_not_say_why_it_failed_is_told_of_by_the_workflow(deployed):
    event = failed_event(error="States.DataLimitExceeded", cause="The output is too large.")
    collage = json.loads(event["detail"]["input"])["id"]
    earlier = Failure(id=collage, error="TooFewTiles", message="m", created="2026-01-15T09:31:37Z")
    deployed.stack.store.put_failure(earlier)

    answer = deployed.invoke("record_failure", event)

    failure = deployed.stack.store.failure(collage)
    assert (failure.error, failure.message) == ("States.DataLimitExceeded", answer["message"])
    assert failure.message == "The output is too large."


def test_what_a_failed_run_wrote_down_itself_stays_and_is_counted_once(deployed, capsys):
    event = failed_event(error="Later", cause="Another reason.")
    collage = json.loads(event["detail"]["input"])["id"]
    its_own = Failure(
        id=collage, error="BudgetExhausted", message="m", created="2026-01-15T09:31:38+00:00"
    )
    deployed.stack.store.put_failure(its_own)

    answer = deployed.invoke("record_failure", event)

    assert answer == {"error": "BudgetExhausted", "message": "m"}
    assert deployed.stack.store.failure(collage) == its_own
    assert not {name for _, name in metrics(capsys.readouterr().out)} - {"ColdStart"}


def test_a_layout_that_fails_is_written_down_where_it_was_to_lie(deployed, accepted):
    stack = deployed.stack
    prepared(stack, accepted)
    plan_tiles(stack.store, stack.services, accepted)
    made = stack.store.plan(accepted)
    for number in range(len(made.calls)):
        render_tile(stack.store, stack.services, accepted, made.call(number))
    assemble_collage(stack.store, stack.services, accepted)
    stack.store.s3.delete_object(Bucket=COLLAGES, Key=f"collages/{accepted}/plan.json")

    with pytest.raises(NotInStore):
        deployed.invoke("assemble_collage", {"id": accepted, "layout": {"rows": 1, "cols": 2}})

    (key,) = stack.listing(f"collages/{accepted}/layouts/")
    assert key.endswith("/failure.json")
    assert json.loads(stack.get(key))["error"] == "NotInStore"
    with pytest.raises(NotInStore):
        stack.store.failure(accepted)


def test_a_layout_of_no_collage_leaves_nothing(deployed):
    with pytest.raises(NotInStore):
        deployed.invoke("assemble_collage", {"id": "0" * 20, "layout": {"rows": 1, "cols": 2}})

    assert not deployed.stack.listing()


def metrics(text):
    """The metrics among the lines that functions printed, by name; the namespace is checked."""
    found = {}
    for line in text.splitlines():
        if line.startswith('{"_aws"'):
            record = json.loads(line)
            (group,) = record["_aws"]["CloudWatchMetrics"]
            assert group["Namespace"] == "collage"
            for metric in group["Metrics"]:
                found[record["service"], metric["Name"]] = sum(record[metric["Name"]])
    return found


def test_tiles_are_counted_as_rendered_once_and_then_as_reused(deployed, accepted, capsys):
    prepared(deployed.stack, accepted)
    plan_tiles(deployed.stack.store, deployed.stack.services, accepted)
    call = deployed.stack.store.plan(accepted).call(0).model_dump(mode="json")

    first = deployed.invoke("render_tile", {"id": accepted, "call": call})
    made = metrics(capsys.readouterr().out)
    deployed.invoke("render_tile", {"id": accepted, "call": call})
    again = metrics(capsys.readouterr().out)

    assert first is None
    assert made["render_tile", "TilesRendered"] == len(call["tiles"])
    assert made["render_tile", "UsdSpent"] == 0
    assert again["render_tile", "TilesRendered"] == 0
    assert again["render_tile", "TilesReused"] == len(call["tiles"])


@pytest.mark.parametrize(
    ("error", "counted"),
    [
        ("Refused", {"CallsRefused"}),
        ("Sandbox.Timedout", {"CallsFailed"}),
        ("BudgetExhausted", {"CallsFailed", "BudgetExhausted"}),
    ],
)
def test_a_failed_call_is_counted_by_its_kind(deployed, capsys, error, counted):
    event = {**EVENTS["record_failure_call"], "error": {"Error": error, "Cause": ""}}

    deployed.invoke("record_failure", event)

    # A process counts its cold start once, and this one is that of all tests.
    assert {name for _, name in metrics(capsys.readouterr().out)} - {"ColdStart"} == counted


def test_a_function_makes_no_client_before_it_is_asked():
    # With no environment at all: an import that reads settings or makes clients would fail.
    for path in sorted(ROOT.glob("functions/*/app.py")):
        spec = importlib.util.spec_from_file_location(f"bare_{path.parent.name}", path)
        module = importlib.util.module_from_spec(spec)
        with alone(path.parent):
            spec.loader.exec_module(module)
        assert callable(module.handler)
