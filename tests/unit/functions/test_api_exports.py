"""Routes by which something of a collage is taken away."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from collage.errors import InvalidRequest
from collage.export.asked import ExportAsked, Exported, parse_export
from collage.steps.export_collage import export_collage, record_no_export
from tests.unit.functions.called import ASKED
from tests.unit.functions.test_api import finished


@pytest.fixture
def made(api):
    return finished(api.stack, styles=["Cubism", "Baroque", "Op Art"])


@pytest.fixture
def asked(api, made, monkeypatch):
    """Asks for exports; what the function would have been told is kept."""
    events = []
    real = type(api.deployed).invoke

    def invoke(self, name, event):
        with pytest.MonkeyPatch.context() as patch:
            import botocore.client

            call = botocore.client.BaseClient._make_api_call

            def keep(client, operation, given):
                if operation == "Invoke":
                    assert given["InvocationType"] == "Event"
                    events.append((given["FunctionName"], json.loads(given["Payload"])))
                    return {"StatusCode": 202}
                return call(client, operation, given)

            patch.setattr(botocore.client.BaseClient, "_make_api_call", keep)
            return real(self, name, event)

    monkeypatch.setattr(type(api.deployed), "invoke", invoke)

    def ask(**options):
        return api("POST", f"/collages/{made}/exports", {"kind": "zip", **options})

    ask.events = events
    return ask


def test_what_is_asked_for_is_given_to_the_function_with_its_tiles(api, made, asked):
    answer = asked(only=["engine=painter"], names="{number}")

    ((function, event),) = asked.events
    assert (answer.status, answer.json["state"]) == (202, "running")
    assert function == "export"
    assert event["id"] == made
    assert event["name"] == answer.json["export"]
    assert event["export"] == {"kind": "zip", "only": ["engine=painter"], "names": "{number}"}
    assert sorted(event["tiles"]) == [0, 1, 2, 3, 4, 5]
    seen = api("GET", answer.json["links"]["self"])
    assert (seen.status, seen.json) == (200, answer.json)


def test_what_is_under_way_or_there_is_not_asked_for_again(api, made, asked):
    name = asked().json["export"]
    assert asked().json["state"] == "running"
    ((_, event),) = asked.events
    export_collage(api.stack.store, made, name, parse_export(event["export"]), event["tiles"])

    seen = asked().json

    assert (seen["state"], seen["tiles"], seen["file"]) == ("done", 6, "zip.zip")
    assert f"/collages/{made}/exports/{name}/zip.zip" in seen["links"]["file"]
    assert len(asked.events) == 1


def test_what_failed_says_why_and_is_tried_again_when_asked_for(api, made, asked):
    name = asked().json["export"]
    record_no_export(api.stack.store, made, name, InvalidRequest("names: wrong."))

    failed = api("GET", f"/collages/{made}/exports/{name}").json
    assert (failed["state"], failed["message"]) == ("failed", "names: wrong.")
    asked()
    assert len(asked.events) == 2


def test_what_says_nothing_for_too_long_is_lost(api, made, asked):
    name = asked().json["export"]
    long_ago = (datetime.now(UTC) - timedelta(hours=2)).isoformat(timespec="seconds")
    old = ExportAsked(id=made, name=name, asked=parse_export({"kind": "zip"}), at=long_ago)
    api.stack.store.put_export_asked(old)

    assert api("GET", f"/collages/{made}/exports/{name}").json["error"] == "NoAnswer"
    assert asked().json["state"] == "running"


def test_a_file_is_there_whatever_failed_before(api, made, asked):
    name = asked().json["export"]
    record_no_export(api.stack.store, made, name, InvalidRequest("names: wrong."))
    there = {"id": made, "name": name, "kind": "zip", "file": "zip.zip", "bytes": 1, "tiles": 1}
    api.stack.store.put_exported(Exported(**there, created="2026-01-15T09:31:40+00:00"))

    assert api("GET", f"/collages/{made}/exports/{name}").json["state"] == "done"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"only": ["starred"]}, "only"),
        ({"only": ["planet=Mars"]}, "only"),
        ({"names": "{planet}"}, "names"),
        ({"kind": "sculpture"}, "kind"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_made_is_refused_at_the_door(api, asked, made, options, field):
    found = api.refuses(422, "POST", f"/collages/{made}/exports", {"kind": "zip", **options})

    assert found["errors"][0]["field"] == field
    assert asked.events == []


def test_what_is_not_made_or_not_there_is_said(api):
    made = api("POST", "/collages", ASKED).json["id"]

    assert api.refuses(409, "POST", f"/collages/{made}/exports", {"kind": "zip"})
    assert api.refuses(404, "POST", f"/collages/{'0' * 20}/exports", {"kind": "zip"})
    assert api.refuses(404, "GET", f"/collages/{made}/exports/0123456789ab")
    assert api.refuses(422, "GET", f"/collages/{made}/exports/other")
