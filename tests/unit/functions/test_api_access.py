"""Who may do what over the HTTP API."""

import importlib
import json
from dataclasses import replace

import pytest

from tests.infrastructure.shipped import ROOT
from tests.unit.functions.called import ASKED
from tests.unit.functions.deployed import EVENTS, alone
from tests.unit.runs import SOURCE


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
    assert started.who == "user/painter"
    assert started.request_id == EVENTS["api"]["requestContext"]["requestId"]
    assert (assembled.did, assembled.outcome, assembled.collage_id) == (
        "assemble",
        "Conflict",
        made,
    )


ANNA = {"jwt": {"claims": {"sub": "0a1b", "username": "anna", "cognito:groups": "[painters]"}}}
BERT = {"jwt": {"claims": {"sub": "9f8e", "cognito:groups": "[painters others]"}}}
CARL = {"jwt": {"claims": {"sub": "7c7c", "username": "anna"}}}
ROOT_OF_ALL = {"jwt": {"claims": {"sub": "1111", "cognito:groups": "[keepers]"}}}
NOBODYS = "0" * 20


@pytest.fixture
def people(api):
    """Two of a group, one of none, and an administrator, on a stack that tells people apart."""
    given = {"Owners": "on", "Administrators": "user/eve,group/keepers"}
    deployed = replace(api.deployed, references={**api.deployed.references, **given})
    return [
        replace(api, deployed=deployed, authorizer=who) for who in (ANNA, BERT, CARL, ROOT_OF_ALL)
    ]


def routes_of(collage, api):
    """Every request that is about a collage, by what it does."""
    tile, export = "0" * 64, "0" * 12
    path = f"/collages/{collage}"
    return {
        "getCollage": ("GET", path),
        "getRequest": ("GET", f"{path}/request"),
        "listTiles": ("GET", f"{path}/tiles"),
        "getChoices": ("GET", f"{path}/choices"),
        "changeChoices": ("PATCH", f"{path}/choices", {"tiles": {tile: {"star": True}}}),
        "mergeChoices": ("POST", f"{path}/choices", {"version": 1, "id": collage, "people": {}}),
        "askAgain": ("POST", f"{path}/again", {}),
        "assembleCollage": ("POST", f"{path}/assemble", {}),
        "exportCollage": ("POST", f"{path}/exports", {"kind": "zip"}),
        "getExport": ("GET", f"{path}/exports/{export}"),
        "stopCollage": ("DELETE", path),
    }


def test_two_who_ask_for_the_same_have_a_collage_each_and_a_repeat_is_the_same(people):
    anna, bert, *_ = people

    first = anna("POST", "/collages", ASKED).json
    again = anna("POST", "/collages", ASKED).json
    other = bert("POST", "/collages", ASKED).json
    grouped = anna("POST", "/collages", {**ASKED, "group": "painters"}).json

    assert (again["id"], again["new"]) == (first["id"], False)
    assert len({first["id"], other["id"], grouped["id"]}) == 3
    owner = {"who": "subject/0a1b", "called": "anna"}
    assert anna("GET", f"/collages/{first['id']}").json["owner"] == owner
    assert anna("GET", f"/collages/{grouped['id']}/request").json["group"] == "painters"


def test_where_people_are_not_told_apart_a_collage_has_no_owner(api):
    made = api("POST", "/collages", ASKED).json["id"]

    assert "owner" not in api("GET", f"/collages/{made}").json
    assert "group" not in api("GET", f"/collages/{made}/request").json
    assert "owner" not in api.stack.store.accepted(made).model_dump()
    assert api.refuses(422, "POST", "/collages", {**ASKED, "group": "g"})["detail"].endswith("off.")


def test_what_is_anothers_is_answered_as_what_is_not_there(people):
    anna, _, carl, _ = people
    made = anna("POST", "/collages", ASKED).json["id"]

    for operation, request in routes_of(made, anna).items():
        answer = carl(*request)
        nobodys = carl(*(json.loads(json.dumps(request).replace(made, NOBODYS))))
        assert answer.status == 404, operation
        assert answer.text.replace(made, NOBODYS) == nobodys.text, operation
    assert anna("GET", f"/collages/{made}").json["state"] == "running"


def test_a_group_looks_and_chooses_and_only_the_owner_ends_it(people):
    anna, bert, carl, _ = people
    made = anna("POST", "/collages", {**ASKED, "group": "painters"}).json["id"]

    refused = {
        operation for operation, request in routes_of(made, anna).items()
        if bert(*request).status == 403
    }  # fmt: skip
    assert refused == {"assembleCollage", "stopCollage"}
    assert bert("GET", f"/collages/{made}").json["owner"]["group"] == "painters"
    assert carl("GET", f"/collages/{made}").status == 404
    assert anna("DELETE", f"/collages/{made}").json["state"] == "cancelled"


def test_an_administrator_may_everything(people):
    anna, _, _, keeper = people
    made = anna("POST", "/collages", ASKED).json["id"]

    for operation, request in routes_of(made, anna).items():
        answer = keeper(*request)
        found = operation == "getExport" or answer.status not in (403, 404)
        assert found, (operation, answer.text)


def test_the_list_has_what_one_may_see_page_by_page(people):
    anna, bert, carl, keeper = people
    asked = [{**ASKED, "seed": seed, "group": "painters"} for seed in range(3)]
    shared = [anna("POST", "/collages", each).json["id"] for each in asked]
    alone = anna("POST", "/collages", ASKED).json["id"]
    own = [bert("POST", "/collages", {**ASKED, "seed": seed}).json["id"] for seed in (7, 8)]

    def listed(api):
        found, after = [], {}
        while True:
            page = api("GET", "/collages", query={"limit": "2", **after}).json
            found += [each["id"] for each in page["items"]]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    assert sorted(listed(anna)) == sorted([*shared, alone])
    assert sorted(listed(bert)) == sorted([*shared, *own])
    assert listed(carl) == []
    assert sorted(listed(keeper)) == sorted([*shared, alone, *own])
    assert len(listed(keeper)) == 6


def test_a_group_that_one_is_not_in_is_refused(people):
    problem = people[0].refuses(422, "POST", "/collages", {**ASKED, "group": "others"})

    assert problem["errors"] == [
        {"field": "group", "message": "you are not in that group", "allowed": ["painters"]}
    ]


def test_what_somebody_put_into_the_bucket_is_nobodys_to_ask_for(people):
    anna, *_, keeper = people
    keeper.stack.put("uploads/a", SOURCE)

    for field, value in (
        ("source", "uploads/a"), ("mask_source", "uploads/a"), ("mask_files", {"own": "uploads/a"}),
    ):  # fmt: skip
        for path in ("/collages", "/collages/estimate"):
            problem = anna.refuses(422, "POST", path, {**ASKED, field: value})
            assert problem["errors"][0]["field"] == field
    assert keeper("POST", "/collages", {**ASKED, "source": "uploads/a"}).status == 202


def test_a_caller_without_a_name_is_refused(people):
    nobody = replace(people[0], authorizer={"jwt": {"claims": {}}})

    assert nobody("POST", "/collages", ASKED).status == 403
    assert nobody("GET", "/collages").status == 403


def test_those_who_assume_a_role_are_told_apart_by_session_and_are_its_group(people):
    role = "arn:aws:sts::123456789012:assumed-role/Painters"
    anna, bert = (
        replace(people[0], authorizer=None, caller=f"{role}/{n}") for n in ("anna", "bert")
    )
    asked = {**ASKED, "group": "Painters"}
    grouped, own = (anna("POST", "/collages", each).json["id"] for each in (asked, ASKED))

    owner = bert("GET", f"/collages/{grouped}").json["owner"]
    assert owner == {"who": "assumed-role/Painters/anna", "called": "anna", "group": "Painters"}
    assert bert("GET", f"/collages/{own}").status == 404
