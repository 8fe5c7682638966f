"""Who may do what over the HTTP API."""

import importlib
import json

from tests.infrastructure.shipped import ROOT
from tests.unit.functions.called import ASKED
from tests.unit.functions.deployed import EVENTS, alone


def test_every_route_has_its_action_and_every_action_a_route(api):
    described = api("GET", "/openapi.json").json["paths"]
    operations = {each["operationId"] for item in described.values() for each in item.values()}

    with alone(ROOT / "functions" / "api"):
        actions = importlib.import_module("access").ACTIONS

    assert set(actions) == operations


def test_a_path_without_a_route_is_said_to_have_none(api):
    assert "/docs" in json.dumps(api.refuses(404, "GET", "/collages/"))


def said(caplog):
    """The audit lines that were written so far."""
    return [record for record in caplog.records if record.message == "audit"]


def test_the_log_says_who_changed_what_and_what_came_of_it(api, caplog):
    made = api("POST", "/collages", ASKED).json["id"]
    api("GET", f"/collages/{made}")
    api("POST", f"/collages/{made}/assemble", {"gap": 1})

    started, assembled = said(caplog)
    assert (started.did, started.outcome, started.collage_id) == ("start", "done", made)
    assert started.who == api.caller
    assert started.request_id == EVENTS["api"]["requestContext"]["requestId"]
    assert (assembled.did, assembled.outcome, assembled.collage_id) == (
        "assemble",
        "Conflict",
        made,
    )
