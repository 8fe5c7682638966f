"""The API keeps to its own description, and leads from a picture to a collage.

``COLLAGE_API_URL=https://... pytest -m contract`` asks a deployed stack the same; what it makes
there costs nothing but AWS's own price, for the painter makes it.
"""

import base64
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.contract.service import Service, running
from tests.unit.pictures import decode, encode, noise

pytestmark = pytest.mark.contract

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
UNREAD = "GET /collages/{collage}/request"
"""Of what it answers schemathesis cannot read the schema, a tuple within a list; that POST takes it
is tested where the routes are."""
SMALL = {
    "rows": 2,
    "cols": 3,
    "size": 64,
    "cell": 32,
    "styles": ["Cubism", "Baroque", "Op Art"],
}
NOBODY = "0" * 20
PATIENCE_SECONDS = 600
EXAMPLES = 8
"""Requests that each route is sent, right ones and as many wrong ones."""


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def described(service):
    return schemathesis.openapi.from_dict(service("GET", "/openapi.json").json())


def put(service, data, content_type="image/png"):
    """Upload a picture by the form that the API gives; its key and S3's answer."""
    form = service("POST", "/uploads", {"content_type": content_type}).json()
    answer = requests.post(form["url"], data=form["fields"], files={"file": data}, timeout=600)
    return form["key"], answer


def ended(service, collage):
    """Where a collage stands once it has ended."""
    for _ in range(PATIENCE_SECONDS * 4):
        seen = service("GET", f"/collages/{collage}").json()
        if seen["state"] != "running":
            return seen
        time.sleep(0.25)
    raise AssertionError(seen)


@pytest.fixture(scope="module")
def made(service):
    """A collage that was made; its last state."""
    key, _ = put(service, encode(noise((96, 96), 1)))
    started = service("POST", "/collages", {"source": key, **SMALL})
    assert started.status_code == 202, started.text
    return ended(service, started.json()["id"])


ROUTES = [
    "POST /uploads",
    "POST /collages",
    "POST /collages/estimate",
    "GET /collages",
    "GET /collages/{collage}",
    "GET /collages/{collage}/request",
    "GET /collages/{collage}/events",
    "GET /collages/{collage}/tiles",
    "DELETE /collages/{collage}",
    "POST /collages/{collage}/again",
    "POST /collages/{collage}/assemble",
    "POST /collages/{collage}/exports",
    "GET /collages/{collage}/exports/{export}",
    "GET /collages/{collage}/choices",
    "PATCH /collages/{collage}/choices",
    "POST /collages/{collage}/choices",
    "POST /collages/{collage}/share",
    "GET /collages/{collage}/shares",
    "GET /collages/{collage}/shares/{share}",
    "DELETE /collages/{collage}/shares/{share}",
    "DELETE /collages/{collage}/share",
    "GET /collages/{collage}/deletion",
    "POST /collages/{collage}/deletion",
    "GET /engines",
    "GET /styles",
    "GET /masks",
    "GET /recipes",
    "GET /openapi.json",
    "GET /docs",
]


def test_the_description_has_these_routes(described):
    found = {operation.ok().label for operation in described.get_all_operations()}

    assert found == set(ROUTES)


@pytest.mark.parametrize(
    ("route", "mode"),
    [
        *((route, GenerationMode.POSITIVE) for route in ROUTES),
        # The others take nothing that could be wrong.
        *((route, GenerationMode.NEGATIVE) for route in ROUTES[: ROUTES.index("GET /engines")]),
    ],
)
def test_a_route_keeps_to_its_description(service, described, made, route, mode):
    method, path = route.split()

    @given(case=described[path][method].as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    def ask(case):
        # Half of the ids that could be one are of a collage that there is.
        known = str(case.path_parameters.get("collage", ""))
        if method != "POST" and re.fullmatch("[02468ace][0-9a-f]{19}", known):
            case.path_parameters["collage"] = made["id"]
        checks = [one for one in CHECKS if one != response_schema_conformance or route != UNREAD]
        case.call_and_validate(base_url=service.url, auth=service.auth, checks=checks)

    ask()


def test_a_picture_becomes_a_collage(service, made):
    assert (made["state"], made["tiles"]["done"]) == ("done", 6)
    picture = requests.get(made["links"]["collage"], timeout=600)
    assert decode(picture.content).size == (96, 64)
    manifest = requests.get(made["links"]["manifest"], timeout=600).json()
    assert manifest["id"] == made["id"]
    links = {name: link for name, link in made["links"].items() if link.startswith("http")}
    assert links.keys() == {"collage", "manifest", "preview", "source"}
    assert {requests.get(link, timeout=600).status_code for link in links.values()} == {200}


def test_every_tile_says_what_it_is_and_has_a_picture(service, made):
    seen, after = [], None
    while after is not None or not seen:
        query = {"limit": "4"} | ({"after": after} if after else {})
        page = service("GET", f"/collages/{made['id']}/tiles", params=query).json()
        seen, after = seen + page["items"], page["next"]

    assert [tile["index"] for tile in seen] == list(range(6))
    for tile in seen:
        assert tile["tile"]["prompt"].startswith("in the style of")
        assert decode(requests.get(tile["links"]["picture"], timeout=600).content).size == (64, 64)


def test_a_made_collage_is_laid_out_again(service, made):
    answer = service("POST", f"/collages/{made['id']}/assemble", {"rows": 1, "cols": 6})

    assert answer.status_code == 202
    for _ in range(PATIENCE_SECONDS * 4):
        picture = requests.get(answer.json()["links"]["collage"], timeout=600)
        if picture.ok:
            break
        assert picture.status_code == 404
        time.sleep(0.25)
    assert decode(picture.content).size == (6 * 32, 32)


def test_the_tiles_of_a_made_collage_are_taken_away(service, made):
    asked = {"kind": "zip", "names": "{number}"}
    began = service("POST", f"/collages/{made['id']}/exports", asked)
    assert began.status_code == 202, began.text
    for _ in range(PATIENCE_SECONDS * 4):
        seen = service("GET", began.json()["links"]["self"]).json()
        if seen["state"] != "running":
            break
        time.sleep(0.25)

    assert (seen["state"], seen["tiles"], seen["file"]) == ("done", 6, "zip.zip")
    data = requests.get(seen["links"]["file"], timeout=600).content
    assert len(data) == seen["bytes"]
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert {f"{number}.png" for number in range(1, 7)} < set(names)
    # Asked again, it is there already.
    again = service("POST", f"/collages/{made['id']}/exports", asked).json()
    assert (again["state"], again["asked"]) == ("done", seen["asked"])


def test_a_collage_is_listed_first_and_stopped_when_asked(service, made):
    key, _ = put(service, encode(noise((96, 96), time.time_ns() % 2**32)))
    many = {"source": key, "rows": 10, "cols": 10, "size": 512, "masks": ["halves", "quadrants"]}
    collage = service("POST", "/collages", many).json()["id"]

    first = service("GET", "/collages", params={"limit": "1"}).json()
    stopped = service("DELETE", f"/collages/{collage}").json()

    assert [one["id"] for one in first["items"]] == [collage]
    assert first["next"]
    assert (stopped["state"], ended(service, collage)["state"]) == ("cancelled", "cancelled")


def test_a_key_is_respected(service):
    key, _ = put(service, encode(noise((96, 96), 1)))
    asked = {"source": key, **SMALL}
    name = {"Idempotency-Key": str(time.time_ns())}

    first = service("POST", "/collages", asked, headers=name)
    second = service("POST", "/collages", asked, headers=name)
    third = service("POST", "/collages", asked | {"rows": 1}, headers=name)

    assert first.json()["id"] == second.json()["id"]
    assert not second.json()["new"]
    assert third.status_code == 422
    assert third.json()["errors"][0]["field"] == "Idempotency-Key"


def test_an_estimate_counts_what_is_there(service, made):
    key, _ = put(service, encode(noise((96, 96), 1)))

    found = service("POST", "/collages/estimate", {"source": key, **SMALL}).json()

    assert (found["calls"], found["reused"], found["usd"]) == (0, 6, 0)


def test_a_form_takes_one_picture_of_its_type_and_size(service):
    form = service("POST", "/uploads", {"content_type": "image/png"}).json()

    def post(data=b"x", **changed):
        fields = form["fields"] | changed
        return requests.post(
            form["url"], data=fields, files={"file": data}, timeout=600
        ).status_code

    assert post(b"\0" * (form["max_bytes"] + 1)) == 400
    assert post(key="uploads/elsewhere.png") == 403
    assert post(**{"Content-Type": "text/html"}) == 403
    assert post(b"\0" * form["max_bytes"]) in (200, 204)
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    assert ["content-length-range", 1, form["max_bytes"]] in policy["conditions"]


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/engines", f"/collages/{NOBODY}"])
def test_nobody_is_answered_who_does_not_say_who_they_are(service, path):
    assert requests.get(service.url + path, timeout=600).status_code in (401, 403)


def test_what_is_not_there_is_a_problem(service):
    answer = service("GET", f"/collages/{NOBODY}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert service("PUT", "/collages").status_code == 405
    assert service("GET", "/nowhere").status_code == 404
