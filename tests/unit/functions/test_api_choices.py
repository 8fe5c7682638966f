"""Choices over the HTTP API: who chose what, what is refused, and files that are merged."""

import importlib
import json
from dataclasses import replace

import pytest
from botocore.client import BaseClient

from collage.choices.choice import read
from collage.choices.selection import select
from collage.request.relayout import Relayout, layout_name, parse_relayout
from collage.store.choices import MOST_BYTES
from tests.infrastructure.shipped import ROOT
from tests.unit.functions.deployed import alone
from tests.unit.functions.test_api import finished
from tests.unit.runs import start

NOBODY = "0" * 20
UNKNOWN = "f" * 64


@pytest.fixture
def made(api):
    return finished(api.stack)


@pytest.fixture
def keys(api, made):
    return [record.key for record in api.stack.store.manifest(made).tiles]


@pytest.fixture
def choices(made):
    return f"/collages/{made}/choices"


def test_where_nobody_has_chosen_the_file_is_empty(api, made, choices):
    assert api("GET", choices).json == {"version": 1, "id": made, "people": {}}


def test_what_is_chosen_is_answered_and_read_again(api, keys, choices):
    body = {"person": "anna", "tiles": {keys[0]: {"star": True, "note": "夜の海 🌊"}}}

    answer = api("PATCH", choices, body)

    (choice,) = answer.json["people"]["anna"].values()
    assert choice == {"star": True, "note": "夜の海 🌊", "at": choice["at"]}
    assert api("GET", choices).json == answer.json
    assert "夜の海" in answer.text


def test_a_change_keeps_what_it_does_not_name_and_null_clears(api, keys, choices):
    api("PATCH", choices, {"tiles": {keys[0]: {"star": True, "score": 4}}, "person": "anna"})

    after = api("PATCH", choices, {"tiles": {keys[0]: {"star": None}}, "person": "anna"}).json

    assert after["people"]["anna"][keys[0]].keys() == {"score", "at"}


@pytest.mark.parametrize(
    ("arn", "person"),
    [
        ("arn:aws:iam::123456789012:user/studio/anna", "anna"),
        ("arn:aws:sts::123456789012:assumed-role/Painters/anna@example.com", "anna@example.com"),
        ("arn:aws:iam::123456789012:root", "root"),
    ],
)
def test_who_gives_no_name_has_that_of_their_identity(api, keys, choices, arn, person):
    answer = replace(api, caller=arn)("PATCH", choices, {"tiles": {keys[0]: {"star": True}}})

    assert list(answer.json["people"]) == [person]


@pytest.mark.parametrize(
    ("claims", "person"),
    [
        ({"sub": "6f1a", "username": "anna"}, "anna"),
        ({"sub": "6f1a", "email": "anna@example.com"}, "anna@example.com"),
        ({"sub": "6f1a"}, "6f1a"),
    ],
)
def test_of_a_token_the_name_that_people_can_read_counts(api, keys, choices, claims, person):
    api.authorizer = {"jwt": {"claims": claims, "scopes": []}}

    answer = api("PATCH", choices, {"tiles": {keys[0]: {"star": True}}})

    assert list(answer.json["people"]) == [person]


def test_a_caller_of_no_name_has_to_give_one(api, keys, choices):
    api.authorizer = {"jwt": {"claims": {}}}

    found = api.refuses(422, "PATCH", choices, {"tiles": {keys[0]: {"star": True}}})

    assert found["errors"][0]["field"] == "person"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tiles": {UNKNOWN: {"star": True}}}, "tiles"),
        ({"tiles": {"abc": {"star": True}}}, "tiles"),
        ({"tiles": {UNKNOWN: {"stra": True}}}, "tiles"),
        ({"tiles": {UNKNOWN: {"score": 0}}}, "tiles"),
        ({"tiles": {UNKNOWN: {"note": "x" * 2001}}}, "tiles"),
        ({"tiles": {UNKNOWN: {"note": "\ud800"}}}, "tiles"),
        ({"tiles": {f"{number:064x}": {"star": True} for number in range(501)}}, "tiles"),
        ({"tiles": {}, "person": "  "}, "person"),
        ({"tiles": {}, "person": "x" * 65}, "person"),
        ({"tiles": {}, "people": {}}, "people"),
        ({}, "tiles"),
    ],
)
def test_what_is_wrong_is_refused_by_its_field_and_nothing_is_written(api, choices, change, field):
    found = api.refuses(422, "PATCH", choices, change)

    assert found["errors"][0]["field"] == field
    assert api("GET", choices).json["people"] == {}


def test_a_problem_says_which_tiles_there_are_not(api, keys, choices):
    tiles = {key: {"star": True} for key in [keys[0], *(f"{n:064x}" for n in range(5))]}

    found = api.refuses(422, "PATCH", choices, {"tiles": tiles})

    assert found["detail"].startswith("tiles: the collage has no tile 000000000000, ")
    assert found["detail"].endswith(" and 2 more.")


def test_an_exported_file_is_merged_and_the_later_choice_counts(api, made, keys, choices):
    api("PATCH", choices, {"person": "anna", "tiles": {keys[0]: {"star": True}}})
    old, new = "2001-01-01T00:00:00.000Z", "2101-01-01T00:00:00.000Z"
    others = {
        "version": 1,
        "id": made,
        "people": {
            "anna": {keys[0]: {"hidden": True, "at": old}, keys[1]: {"score": 2, "at": old}},
            "ben": {keys[0]: {"note": "mine", "at": new}},
        },
    }

    after = api("POST", choices, others)

    assert after.status == 200
    people = after.json["people"]
    assert people["anna"][keys[0]]["star"]
    assert people["anna"][keys[1]] == {"score": 2, "at": old}
    assert people["ben"] == others["people"]["ben"]
    assert api("POST", choices, others).json == after.json


def test_what_was_chosen_after_a_clock_was_ahead_still_counts(api, made, keys, choices):
    ahead = {"ben": {keys[0]: {"star": True, "at": "2101-01-01T00:00:00.000Z"}}}
    api("POST", choices, {"id": made, "people": ahead})

    after = api("PATCH", choices, {"person": "ben", "tiles": {keys[0]: {"star": False}}}).json

    assert "star" not in after["people"]["ben"][keys[0]]
    assert api("POST", choices, {"id": made, "people": ahead}).json == after


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": NOBODY}, "id"),
        ({"version": 2}, "version"),
        ({"people": {"anna": {UNKNOWN: {"star": True, "at": "2026-02-01T10:00:00Z"}}}}, "tiles"),
        ({"people": {"anna": {UNKNOWN: {"star": True}}}}, "people"),
        ({"people": {"anna": {UNKNOWN: {"star": True, "at": "noon"}}}}, "people"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_its_field(api, made, choices, changed, field):
    found = api.refuses(422, "POST", choices, {"id": made, "people": {}} | changed)

    assert found["errors"][0]["field"] == field


def test_a_large_file_is_taken_and_one_that_is_too_large_is_not(api, made, keys, choices):
    notes = {key: {"note": "n" * 2000, "at": "2026-02-01T10:00:00Z"} for key in keys}
    people = {f"person {number}": notes for number in range(20)}

    assert len(api("POST", choices, {"id": made, "people": people}).text) > 200_000
    api.refuses(413, "POST", choices, "{" + " " * MOST_BYTES + "}")
    api.refuses(413, "PATCH", choices, "{" + " " * MOST_BYTES + "}")
    api.refuses(415, "PATCH", choices, "star", content_type="text/plain")
    api.refuses(400, "PATCH", choices, "{")


@pytest.mark.parametrize("method", ["GET", "PATCH", "POST"])
def test_choices_of_no_collage_are_not_found(api, method):
    body = {"PATCH": {"tiles": {}}, "POST": {"id": NOBODY}}.get(method)

    api.refuses(404, method, f"/collages/{NOBODY}/choices", body)


@pytest.mark.parametrize("method", ["PATCH", "POST"])
def test_a_collage_that_is_not_made_has_nothing_to_choose_among(api, method):
    running = start(api.stack)["id"]
    body = {"PATCH": {"tiles": {UNKNOWN: {}}}, "POST": {"id": running}}[method]

    found = api.refuses(409, method, f"/collages/{running}/choices", body)

    assert "not made yet" in found["detail"]
    assert api("GET", f"/collages/{running}/choices").json["people"] == {}


@pytest.mark.parametrize("method", ["GET", "PATCH", "POST"])
def test_a_file_that_cannot_be_read_is_told_and_left_as_it_is(api, made, keys, choices, method):
    store, key = api.stack.store, f"collages/{made}/choices.json"
    wrong = json.dumps({"version": 1, "id": made, "people": {"anna": {keys[0]: {"star": 1}}}})
    store.s3.put_object(Bucket=store.collages, Key=key, Body=wrong.encode())
    body = {"PATCH": {"tiles": {keys[0]: {"star": True}}}, "POST": {"id": made}}.get(method)

    found = api.refuses(409, method, choices, body)

    assert found["type"].endswith(":UnreadableChoices")
    assert f"people.anna.{keys[0]}.at: Field required" in found["detail"]
    assert api.stack.get(key) == wrong.encode()


def test_what_the_api_wrote_is_the_file_and_what_terms_choose_by(api, made, keys, choices):
    api("PATCH", choices, {"person": "anna", "tiles": {keys[2]: {"star": True}}})

    written = read(api.stack.get(f"collages/{made}/choices.json"), "choices.json")
    assert written.people["anna"][keys[2]].star
    assert select(api.stack.store.manifest(made), written, ["starred"]) == (2,)


@pytest.fixture
def invoked(monkeypatch):
    """What the function that assembles is invoked with."""
    seen: list[bytes] = []
    real = BaseClient._make_api_call

    def call(client, operation, given):
        if operation != "Invoke":
            return real(client, operation, given)
        seen.append(given["Payload"])
        return {"StatusCode": 202}

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return seen


def test_a_layout_of_the_chosen_names_the_tiles_of_that_moment(api, made, keys, choices, invoked):
    tiles = {keys[4]: {"star": True, "score": 2}, keys[1]: {"star": True, "score": 5}}
    api("PATCH", choices, {"person": "anna", "tiles": tiles})

    answer = api("POST", f"/collages/{made}/assemble", {"only": ["starred"], "sort": "score"})
    again = api("POST", f"/collages/{made}/assemble", {"only": ["score>=2"], "sort": "score"})

    assert answer.status == 202
    (event, same) = map(json.loads, invoked)
    assert event == same
    assert event["layout"] == {"rows": 1, "cols": 2, "sort": "place", "tiles": [1, 4]}
    assert answer.json["layout"] == again.json["layout"]
    assert answer.json["layout"] == layout_name(parse_relayout(event["layout"]))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"only": ["starred"]}, "only"),
        ({"only": ["stared"]}, "only"),
        ({"only": ["x" * 60_001]}, "only"),
        ({"only": ["starred"] * 201}, "only"),
        ({"only": "starred"}, "only"),
        ({"tiles": [0]}, "tiles"),
        ({"sort": "best"}, "sort"),
    ],
)
def test_terms_that_leave_nothing_to_lay_out_are_refused(api, made, body, field, invoked):
    found = api.refuses(422, "POST", f"/collages/{made}/assemble", body)

    assert found["errors"][0]["field"] == field
    assert invoked == []


def test_all_tiles_of_the_largest_collage_go_into_one_event(monkeypatch, invoked, deployed):
    monkeypatch.setenv("ASSEMBLE_FUNCTION", "assemble")
    # Of an upscaled collage those that are shown come behind as many others.
    layout = Relayout(rows=200, cols=200, tiles=tuple(range(40_000, 80_000)))

    with alone(ROOT / "functions" / "api"):
        importlib.import_module("stack").assemble("0" * 20, layout.model_dump(exclude_none=True))

    (payload,) = invoked
    assert len(payload) < 256_000
    assert len(parse_relayout(json.loads(payload)["layout"]).tiles) == 40_000
