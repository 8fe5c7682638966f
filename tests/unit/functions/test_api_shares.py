"""Routes by which a collage is shared, and is no longer."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.client import BaseClient

from collage.errors import StoreUnavailable
from collage.sharing.share import SharedCopy
from collage.steps.record_failure import failure_of
from tests.unit.functions.test_api import finished

SHARING = frozenset({"HasSharing", "HasSharingKeyA"})


@pytest.fixture
def sharing(api, monkeypatch):
    """The API of a stack that shares; what its function would have been told is kept."""
    references = {**api.deployed.references, "SharingMaxDays": "20", "SharingKeyA": "KEYA"}
    api.deployed = replace(api.deployed, references=references, holds=SHARING)
    real, events = BaseClient._make_api_call, []

    def call(client, operation, given):
        if operation != "Invoke":
            return real(client, operation, given)
        assert (given["InvocationType"], given["FunctionName"]) == ("Event", "share")
        events.append(json.loads(given["Payload"]))
        return {"StatusCode": 202}

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    api.events = events
    return api


@pytest.fixture
def made(sharing):
    return finished(sharing.stack)


def copied(sharing, share, key="KEYA"):
    """The function has done what it was told."""
    address = f"https://d1.example/shares/{share['id']}/site/index.html?Policy=a"
    now = datetime.now(UTC).isoformat()
    copy = SharedCopy(id=share["id"], address=address, key=key, files=9, created=now)
    sharing.stack.store.put_shared_copy(share["collage"], copy)
    return address


def test_a_share_has_an_address_when_its_copy_is_whole(sharing, made):
    before = datetime.now(UTC).replace(microsecond=0)

    answer = sharing("POST", f"/collages/{made}/share", {"days": 3, "tiles": False})

    share = answer.json["share"]
    assert (answer.status, answer.json["state"], answer.json["address"]) == (202, "running", None)
    assert (share["collage"], share["tiles"], share["by"]) == (made, False, "painter")
    assert datetime.fromisoformat(share["until"]) >= before + timedelta(days=3)
    assert sharing.events == [{"id": made, "share": share["id"]}]
    address = copied(sharing, share)
    seen = sharing("GET", answer.json["links"]["self"]).json
    assert (seen["state"], seen["address"]) == ("open", address)
    assert sharing("GET", f"/collages/{made}/shares").json == {"days": 20, "items": [seen]}


def test_a_share_lasts_a_week_unless_somebody_says_and_never_longer_than_the_stack_allows(
    sharing, made
):
    share = sharing("POST", f"/collages/{made}/share", {}).json["share"]

    begun, ends = (datetime.fromisoformat(share[name]) for name in ("at", "until"))
    assert ends - begun == timedelta(days=7)
    for days, said in ((21, "20 days at most"), (0, "greater than or equal to 1")):
        problem = sharing.refuses(422, "POST", f"/collages/{made}/share", {"days": days})
        assert said in problem["detail"]
        assert [one["field"] for one in problem["errors"]] == ["days"]
    assert len(sharing.events) == 1


def test_a_share_that_is_ended_gives_no_address_any_more(sharing, made):
    one, other = (sharing("POST", f"/collages/{made}/share", {}).json["share"] for _ in range(2))
    copied(sharing, one), copied(sharing, other)

    ended = sharing("DELETE", f"/collages/{made}/shares/{one['id']}")

    assert (ended.status, ended.json["state"], ended.json["address"]) == (202, "over", None)
    assert sharing.events[-1] == {"id": made, "share": one["id"]}
    states = {item["share"]["id"]: item["state"] for item in
              sharing("GET", f"/collages/{made}/shares").json["items"]}  # fmt: skip
    assert states == {one["id"]: "over", other["id"]: "open"}
    rest = sharing("DELETE", f"/collages/{made}/share").json["items"]
    assert [item["state"] for item in rest] == ["over", "over"]


def test_a_share_says_why_it_failed(sharing, made):
    share = sharing("POST", f"/collages/{made}/share", {}).json["share"]
    at = f"/collages/{made}/shares/{share['id']}"
    store = sharing.stack.store
    store.put_share_failure(share["id"], failure_of(made, StoreUnavailable("S3 is away.")))

    failed = sharing("GET", at).json

    assert (failed["state"], failed["error"]) == ("failed", "StoreUnavailable")
    assert failed["message"] == "S3 is away."


def test_an_address_whose_key_the_stack_gave_up_is_not_given_out(sharing, made):
    share = sharing("POST", f"/collages/{made}/share", {}).json["share"]
    copied(sharing, share, key="KEY-OF-LAST-YEAR")

    seen = sharing("GET", f"/collages/{made}/shares/{share['id']}").json

    assert (seen["state"], seen["address"]) == ("over", None)


def test_what_cannot_be_shared_is_refused(sharing, made):
    nobody = "a" * 26

    assert sharing.refuses(404, "GET", f"/collages/{made}/shares/{nobody}")
    assert sharing.refuses(404, "POST", f"/collages/{'0' * 20}/share", {})
    assert sharing.refuses(422, "POST", f"/collages/{made}/share", {"day": 3})
    sharing.deployed = replace(sharing.deployed, holds=frozenset())
    off = sharing.refuses(409, "POST", f"/collages/{made}/share", {})
    assert "its parameter Sharing is off" in off["detail"]
    assert sharing.events == []
    assert sharing("GET", f"/collages/{made}/shares").json == {"days": None, "items": []}
