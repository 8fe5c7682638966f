"""Who may do what over the HTTP API."""

import importlib
import json
from dataclasses import replace

import pytest

from collage.owners.owner import Owner
from collage.steps import progress
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


BODIES = {
    "changeChoices": {"tiles": {"0" * 64: {"star": True}}},
    "exportCollage": {"kind": "zip"},
}
"""What routes want that do not take an empty object."""


def routes_of(collage, api):
    """Every request that the API has about a collage, by what it does."""
    names = {"collage": collage, "export": "0" * 12, "share": "a" * 26}
    found = {}
    for path, item in api("GET", "/openapi.json").json["paths"].items():
        for method, operation in item.items() if "{collage}" in path else ():
            does = operation["operationId"]
            body = BODIES.get(does, {})
            if does == "mergeChoices":
                body = {"version": 1, "id": collage, "people": {}}
            sent = [body] if "requestBody" in operation else []
            found[does] = (method.upper(), path.format_map(names), *sent)
    return found


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


def test_an_owner_a_group_others_and_administrators_have_each_their_part(people):
    anna, bert, carl, keeper = people
    made = anna("POST", "/collages", {**ASKED, "group": "painters"}).json["id"]
    routes = routes_of(made, anna)
    unmade = {"getExport", "getShare", "endShare"}

    of_group = set()
    for operation, request in routes.items():
        # What is another's is answered as what is not there.
        nobodys = json.loads(json.dumps(request).replace(made, NOBODYS))
        answer = carl(*request)
        assert answer.status == 404, operation
        assert answer.text.replace(made, NOBODYS) == carl(*nobodys).text, operation
        if bert(*request).status != 403:
            of_group.add(operation)
        assert keeper(*request).status not in (403, *(() if operation in unmade else (404,)))
    assert of_group >= {"getCollage", "listTiles", "changeChoices", "exportCollage", "askAgain"}
    ends = {"assembleCollage", "stopCollage", "shareCollage", "endShare", "endShares"}
    assert ends <= routes.keys() - of_group
    assert anna("DELETE", f"/collages/{made}").json["state"] == "cancelled"


def test_the_list_has_what_one_may_see_page_by_page(people):
    anna, bert, carl, keeper = people
    owners = [("0a1b", "painters"), ("0a1b", None), ("9f8e", None)]
    made = {}
    for number in range(6):
        who, group = owners[number % 3]
        owner = Owner(who=f"subject/{who}", group=group)
        id = f"{number:020x}"
        progress.begin(anna.stack.store, id, None, owner)
        made.setdefault((who, group), []).append(id)
    shared, alone, own = made.values()

    def listed(api):
        found, after = [], {}
        while True:
            page = api("GET", "/collages", query={"limit": "2", **after}).json
            found += [each["id"] for each in page["items"]]
            if page["next"] is None:
                return sorted(found)
            after = {"after": page["next"]}

    assert listed(anna) == sorted([*shared, *alone])
    assert listed(bert) == sorted([*shared, *own])
    assert listed(carl) == []
    assert listed(keeper) == sorted([*shared, *alone, *own])


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
