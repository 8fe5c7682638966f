"""The HTTP API: collages are asked for, looked at, listed, stopped and laid out again."""

import base64
import json
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files

import pytest
from botocore.exceptions import ReadTimeoutError

from collage.request.relayout import Relayout, layout_name
from collage.request.request import Request
from tests.infrastructure.shipped import ROOT
from tests.unit import runs
from tests.unit.functions.called import ASKED
from tests.unit.functions.deployed import EVENTS
from tests.unit.pictures import encode, noise
from tests.unit.runs import SMALL, prepare, render

FONT = (files("manimgx_fonts") / "NotoSans-Italic[wght].ttf").read_bytes()


def finished(stack, **options) -> str:
    """A collage that was made, and whose run has ended."""
    collage = runs.made(stack, **options)
    stack.runs.stop(collage, "The end.")
    return collage


def test_the_sample_event_is_answered(api):
    answer = api.deployed.invoke("api", EVENTS["api"])

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["default"] == "collage"


def test_an_upload_is_given_a_form_for_one_picture(api):
    given = api("POST", "/uploads", {"content_type": "image/jpeg"}).json

    policy = json.loads(base64.b64decode(given["fields"]["policy"]))
    assert given["key"].startswith("sources/")
    assert given["max_bytes"] == 3_000_000
    assert ["content-length-range", 1, 3_000_000] in policy["conditions"]
    assert {"Content-Type": "image/jpeg"} in policy["conditions"]
    assert {"key": given["key"]} in policy["conditions"]
    assert given["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_no_two_uploads_have_the_same_key(api):
    keys = {api("POST", "/uploads", {"content_type": "image/png"}).json["key"] for _ in range(2)}

    assert len(keys) == 2


def test_a_collage_is_started(api):
    answer = api("POST", "/collages", ASKED)

    made = answer.json
    assert answer.status == 202
    assert made["new"]
    assert made["estimate"] == {
        "calls": 6, "tiles": 6, "reused": 0, "usd": 0, "minutes": None,
        "priced_on": made["estimate"]["priced_on"], "geometry": made["estimate"]["geometry"],
    }  # fmt: skip
    assert made["links"]["self"] == f"/collages/{made['id']}"
    assert api.stack.store.accepted(made["id"]).request == Request(**SMALL)
    assert list(api.stack.started) == [made["id"]]


@pytest.mark.parametrize(
    ("recipe", "size", "grid"),
    [
        ({"recipe": "erase", "rects": ["3:20x10:30"]}, (96, 64), (1, 1)),
        ({"recipe": "panorama", "target": "192x64"}, (96, 64), (1, 1)),
        ({"recipe": "variations", "count": 2}, (96, 64), (1, 2)),
    ],
    ids=lambda value: value.get("recipe") if isinstance(value, dict) else None,
)
def test_a_recipe_fits_itself_to_the_source_in_what_was_left_open(api, recipe, size, grid):
    source = api.stack.store.put_source(encode(noise((96, 64))))

    made = api("POST", "/collages", {"source": source, **recipe})

    assert made.status == 202
    asked = api.stack.store.accepted(made.json["id"]).request
    assert (asked.size, (asked.rows, asked.cols)) == (size, grid)


def test_the_same_request_is_the_same_collage(api):
    first, second = (api("POST", "/collages", ASKED).json for _ in range(2))

    assert (first["id"], second["new"]) == (second["id"], False)
    assert len(api.stack.started) == 1


@pytest.mark.parametrize(
    "given",
    [
        ASKED,
        {**ASKED, "seed": 7, "styles": ["Fauvism", "Op Art"]},
        {"recipe": "samples", "prompt": "a sea", "grid_size": 2, "size": 64, "cell": 32},
    ],
)
def test_what_was_asked_for_is_given_back_as_it_is_asked_for(api, given):
    first = api("POST", "/collages", given).json["id"]

    asked = api("GET", f"/collages/{first}/request").json

    assert asked["source"] == given.get("source")
    assert api("POST", "/collages", asked).json["id"] == first
    assert api("POST", "/collages", {**asked, "seed": 4711}).json["id"] != first


def test_of_a_collage_that_is_not_there_nothing_was_asked_for(api):
    assert api("GET", f"/collages/{'0' * 20}/request").status == 404


def test_a_key_that_is_sent_again_starts_nothing(api):
    first = api("POST", "/collages", ASKED, idempotency_key="k").json
    api("DELETE", f"/collages/{first['id']}")

    again = api("POST", "/collages", ASKED, idempotency_key="k").json
    other = api("POST", "/collages", ASKED, idempotency_key="l").json

    assert (again["id"], again["new"]) == (first["id"], False)
    assert (other["id"], other["new"], other["run"]) == (first["id"], True, f"{first['id']}-2")


def test_a_key_is_for_one_request(api):
    api("POST", "/collages", ASKED, idempotency_key="k")

    found = api.refuses(422, "POST", "/collages", ASKED | {"rows": 1}, idempotency_key="k")

    assert found["type"].endswith(":KeyReused")
    assert found["errors"][0]["field"] == "Idempotency-Key"
    assert replace(api, caller="another")(
        "POST", "/collages", ASKED | {"rows": 1}, idempotency_key="k"
    ).json["new"]


def test_a_recipe_that_needs_no_source_is_asked_for_without_one(api):
    asked = {"recipe": "samples", "prompt": "a sea", "grid_size": 2, "size": 64, "cell": 32}

    made = api("POST", "/collages", asked).json

    assert made["estimate"]["tiles"] == 4
    assert "source" not in api("GET", f"/collages/{made['id']}").json["links"]
    assert api.refuses(422, "POST", "/collages", SMALL)["errors"][0]["field"] == "source"


@pytest.mark.parametrize("key", [{}, {"idempotency_key": "k"}])
def test_what_cannot_be_estimated_is_not_started_and_starts_when_it_is_sent_again(
    api, refuses_aws, key
):
    mend = refuses_aws("ListObjectsV2", "SlowDown")

    api.refuses(503, "POST", "/collages", ASKED, **key)

    mend()
    assert not api.stack.started
    again = api("POST", "/collages", ASKED, **key).json
    assert again["new"]
    assert api("POST", "/collages", ASKED, **key).json["new"] is False
    assert list(api.stack.started) == [again["id"]]


def test_a_run_that_was_started_when_the_answer_was_lost_is_found_by_its_key(api, refuses_aws):
    mend = refuses_aws("UpdateItem", "ThrottlingException")

    api.refuses(503, "POST", "/collages", ASKED, idempotency_key="k")

    mend()
    (started,) = api.stack.started
    again = api("POST", "/collages", ASKED, idempotency_key="k").json
    assert (again["id"], again["new"]) == (started, False)
    assert list(api.stack.started) == [started]


@pytest.mark.parametrize(
    ("operation", "code", "request_"),
    [
        ("ListExecutions", "ThrottlingException", ("GET", "/collages")),
        ("DescribeExecution", "ThrottlingException", ("GET", "/collages/{}")),
        ("StartExecution", "ExecutionLimitExceeded", ("POST", "/collages", {**ASKED, "rows": 1})),
        ("StartExecution", "ThrottlingException", ("POST", "/collages", {**ASKED, "rows": 1})),
        ("StopExecution", "Throttling", ("DELETE", "/collages/{}")),
    ],
)
def test_a_throttle_of_aws_is_told_with_when_to_try_again(
    api, refuses_aws, operation, code, request_
):
    made = api("POST", "/collages", ASKED).json["id"]
    method, path, *body = request_
    refuses_aws(operation, code)

    answer = api(method, path.format(made), *body)

    assert (answer.status, answer.headers["Retry-After"]) == (429, "2")
    assert answer.json["type"].endswith(":Throttled")
    assert operation in answer.json["detail"]


def test_a_throttled_function_is_told_when_a_collage_is_laid_out_again(api, refuses_aws):
    made = finished(api.stack)
    refuses_aws("Invoke", "TooManyRequestsException")

    answer = api("POST", f"/collages/{made}/assemble", {"cols": 2})

    assert (answer.status, answer.json["type"]) == (429, "urn:collage:problem:Throttled")


def test_a_service_that_does_not_answer_is_worth_another_try(api, refuses_aws):
    api("POST", "/collages", ASKED)
    refuses_aws.faults["ListExecutions"] = ReadTimeoutError(endpoint_url="https://states")

    answer = api("GET", "/collages")

    assert (answer.status, answer.json["type"]) == (503, "urn:collage:problem:AwsUnreachable")
    assert answer.headers["Retry-After"] == "2"


def test_what_aws_refuses_for_good_is_a_fault_of_the_stack(api, refuses_aws):
    api("POST", "/collages", ASKED)
    refuses_aws("ListExecutions", "AccessDeniedException")

    api.refuses(500, "GET", "/collages")


def test_an_estimate_starts_nothing(api):
    found = api("POST", "/collages/estimate", ASKED)

    assert (found.status, found.json["calls"], found.json["usd"]) == (200, 6, 0)
    assert not api.stack.started
    assert not api.stack.listing()


def test_an_estimate_says_how_the_collage_will_be_laid_out(api):
    plain = {"cell": 16, "gap": 2, "border": 3}

    found = api("POST", "/collages/estimate", ASKED | plain).json["geometry"]

    rows, cols = found["rows"], found["cols"]
    assert (found["step"], found["offset"]) == ([18, 18], [3, 3])
    assert found["size"] == [cols * 18 - 2 + 6, rows * 18 - 2 + 6]
    made = finished(api.stack, **plain)
    assert found == json.loads(api.stack.store.file(made, "manifest.json"))["geometry"]


def test_an_estimate_counts_what_is_there(api):
    finished(api.stack)

    assert api("POST", "/collages/estimate", ASKED | {"cell": 16}).json["reused"] == 6


def test_a_collage_that_was_made_has_links_to_its_files(api):
    made, calls = prepare(api.stack)
    render(api.stack, made, calls)
    runs.assemble(api.stack, made)
    # It was made by the run that ends here: one that began after it would have made nothing.
    api.stack.runs.stop(made, "The end.")

    found = api("GET", f"/collages/{made}").json

    assert (found["state"], found["tiles"]["done"]) == ("done", 6)
    for name, key in {
        "collage": f"collages/{made}/collage.png",
        "manifest": f"collages/{made}/manifest.json",
        "preview": f"collages/{made}/preview.jpg",
        "source": "uploads/a.png",
    }.items():
        assert key in found["links"][name]
        assert "X-Amz-Signature" in found["links"][name]
        assert "X-Amz-Expires=900" in found["links"][name]
    assert found["links"]["folder"].endswith(f"/collages/{made}/")


def test_a_collage_that_is_not_made_has_no_links_to_files(api):
    made = api("POST", "/collages", ASKED).json["id"]

    found = api("GET", f"/collages/{made}").json

    assert found["state"] == "running"
    assert found["links"].keys() == {"self", "tiles", "source", "folder"}


def test_an_answer_is_not_to_be_kept(api):
    assert api("GET", "/masks").headers["Cache-Control"] == "no-store"
    assert api("GET", "/nowhere").headers["Cache-Control"] == "no-store"


def test_collages_are_listed_newest_first_in_pages(api):
    made = [api("POST", "/collages", ASKED | {"seed": seed}).json["id"] for seed in (1, 2, 3)]

    first = api("GET", "/collages", query={"limit": "2"}).json
    second = api("GET", "/collages", query={"limit": "2", "after": first["next"]}).json

    assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None


def test_tiles_are_listed_in_pages_with_their_conditioning(api):
    made, calls = prepare(api.stack)
    render(api.stack, made, calls[:1])

    first = api("GET", f"/collages/{made}/tiles", query={"limit": "4"}).json
    second = api("GET", f"/collages/{made}/tiles", query={"after": first["next"]}).json

    assert [one["state"] for one in first["items"]] == ["done", "pending", "pending", "pending"]
    assert "X-Amz-Signature" in first["items"][0]["links"]["picture"]
    assert first["items"][1]["links"] == {}
    assert first["items"][1]["tile"]["prompt"] == calls[1].tiles[0].prompt
    assert [one["index"] for one in second["items"]] == [4, 5]


def test_stopping_is_for_what_runs(api):
    made = api("POST", "/collages", ASKED).json["id"]

    stopped = api("DELETE", f"/collages/{made}")
    again = api("DELETE", f"/collages/{made}")

    assert (stopped.status, stopped.json["state"]) == (200, "cancelled")
    assert again.json == stopped.json | {"links": again.json["links"]}


def test_what_is_not_made_cannot_be_laid_out_again(api):
    made = api("POST", "/collages", ASKED).json["id"]

    assert api.refuses(409, "POST", f"/collages/{made}/assemble", {"cols": 1})


def test_a_layout_that_breaks_the_rules_is_refused_before_anything_is_asked_for(api):
    made = finished(api.stack)

    found = api.refuses(422, "POST", f"/collages/{made}/assemble", {"gap": -40})

    assert found["errors"][0]["field"] == "gap"


def test_a_font_is_an_upload_that_is_named_as_an_option(api):
    api.stack.put("sources/font", FONT)
    asked = ASKED | {"font": "sources/font", "title": "Größe"}

    assert api("POST", "/collages/estimate", asked).json["calls"] == 6
    made = api("POST", "/collages", asked).json["id"]

    assert made != api("POST", "/collages", ASKED | {"title": "Größe"}).json["id"]
    assert api.stack.store.accepted(made).font.key == "sources/font"


@pytest.mark.parametrize("data", [None, b"words"])
def test_a_font_that_cannot_be_written_with_is_refused_by_its_field(api, data):
    if data is not None:
        api.stack.put("sources/font", data)

    for path in ("/collages", "/collages/estimate"):
        found = api.refuses(422, "POST", path, ASKED | {"font": "sources/font"})
        assert found["detail"].startswith("font: ")
    assert not api.stack.started


def test_a_new_title_is_held_against_the_letters_that_the_collage_has(api):
    api.stack.put("sources/font", FONT)
    made = finished(api.stack, font="sources/font")

    found = api.refuses(422, "POST", f"/collages/{made}/assemble", {"title": "\U00012000"})

    assert "there are no letters" in found["detail"]


def test_the_same_layout_has_the_same_name():
    assert layout_name(Relayout(cols=3)) == layout_name(Relayout(cols=3, sort="shuffle"))
    assert layout_name(Relayout(cols=3)) != layout_name(Relayout(cols=4))


def test_a_picture_under_two_keys_is_one_collage(api):
    picture = encode(noise((60, 60)))
    for key in ("sources/b", "sources/c"):
        api.stack.put(key, picture)

    first, second = (
        api("POST", "/collages", ASKED | {"source": key}).json for key in ("sources/b", "sources/c")
    )

    assert first["id"] == second["id"]


def test_heavy_libraries_are_left_alone_until_a_route_needs_them():
    code = (
        "import sys; sys.path[:0] = ['functions/api']; import app; "
        "print({'pyvips', 'numpy', 'cv2', 'openai', 'PIL'} & set(sys.modules))"
    )
    made = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert made.stdout.strip() == "set()"
