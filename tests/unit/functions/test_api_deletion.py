"""The API has a collage deleted, and says what that takes away."""

import json

import pytest
from botocore.client import BaseClient

from tests.unit.functions.deployed import EVENTS
from tests.unit.runs import SMALL, SOURCE, prepare

FEW = {"rows": 1, "cols": 2}


@pytest.fixture
def told(monkeypatch):
    """What functions would have been told."""
    real, events = BaseClient._make_api_call, []

    def call(client, operation, given):
        if operation != "Invoke":
            return real(client, operation, given)
        events.append(
            (given["FunctionName"], given["InvocationType"], json.loads(given["Payload"]))
        )
        return {"StatusCode": 202}

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return events


def test_a_collage_is_deleted_by_the_function_that_may(api, told):
    made, _ = prepare(api.stack, **FEW)
    path = f"/collages/{made}/deletion"
    refused = api.refuses(409, "POST", path)
    assert "stop it first" in refused["detail"]
    api.stack.runs.stop(made, "The end.")
    assert api("GET", path).json["under_way"] is False
    before = api.stack.listing()

    answer = api("POST", path)

    assert (answer.status, answer.json["under_way"]) == (202, True)
    assert answer.json["files"] == len(api.stack.listing(f"collages/{made}/"))
    assert api.stack.listing() == before
    ((function, how, event),) = told
    assert (function, how, event) == ("delete", "Event", {"id": made, "by": "painter"})
    said = api.deployed.invoke("delete_collage", event | {"dry_run": True})
    assert said == {k: v for k, v in answer.json.items() if k != "under_way"}
    assert api.deployed.invoke("delete_collage", event)["done"]
    api.refuses(404, "GET", f"/collages/{made}")
    api.refuses(404, "POST", path)


def test_a_call_that_somebody_waits_for_ends_in_time_and_the_next_goes_on(api):
    made, _ = prepare(api.stack, **FEW)
    api.stack.runs.stop(made, "The end.")
    event = EVENTS["delete_collage"] | {"id": made, "seconds": 0}

    first = api.deployed.invoke("delete_collage", event)

    assert (first["id"], first["done"]) == (made, False)
    assert api("GET", f"/collages/{made}/deletion").json["under_way"]
    api.stack.put("uploads/a.png", SOURCE)
    problem = api.refuses(409, "POST", "/collages", {"source": "uploads/a.png", **SMALL, **FEW})
    assert problem["type"].endswith("BeingDeleted")
    calls = [api.deployed.invoke("delete_collage", event) for _ in range(5)]
    assert calls[-1]["done"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_there_is_not_deleted(api, method):
    api.refuses(404, method, f"/collages/{'0' * 20}/deletion")
