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
from collage.steps.assemble_collage import assemble_collage
from tests.infrastructure.shipped import ROOT
from tests.unit.functions.called import ASKED
from tests.unit.functions.deployed import EVENTS
from tests.unit.pictures import encode, noise
from tests.unit.runs import SMALL, prepare, render

FONT = (files("manimgx_fonts") / "NotoSans-Italic[wght].ttf").read_bytes()


def finished(stack, **options) -> str:
    """A collage that was made."""
    made, calls = prepare(stack, **options)
    render(stack, made, calls)
    assemble_collage(stack.store, stack.tools, made)
    stack.runs.stop(made, "The end.")
    return made


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
        "priced_on": made["estimate"]["priced_on"],
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


def test_an_estimate_counts_what_is_there(api):
    finished(api.stack)

    assert api("POST", "/collages/estimate", ASKED | {"cell": 16}).json["reused"] == 6


def test_a_collage_that_was_made_has_links_to_its_files(api):
    made = finished(api.stack)

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


<<<<<<< HEAD
@pytest.mark.parametrize("route", ["GET", "GET tiles", "DELETE", "POST assemble"])
def test_what_nobody_asked_for_is_not_found(api, route):
    method, _, rest = route.partition(" ")
    body = {} if method == "POST" else None

    api.refuses(404, method, f"/collages/{NOBODY}/{rest}".rstrip("/"), body)


@pytest.mark.parametrize(
    ("options", "field", "allowed"),
    [
        ({"rows": 0}, "rows", {"minimum": 1, "maximum": 200}),
        ({"engine": "steam"}, "engine", list(offered())),
        ({"engine": "original"}, "engine", list(offered())),
        ({"fit": "stretch"}, "fit", ["crop", "pad"]),
        ({"masks": ["halves", "third"]}, "masks", None),
        ({"max_usd": -1}, "max_usd", {"minimum": 0}),
        ({"tiles": 7}, "tiles", {"minimum": 1}),
        ({"row": 3}, "row", None),
        ({"engine": "openai"}, "engine", None),
        ({"theme": "sea"}, "theme", None),
        ({"source": "elsewhere/a"}, "source", None),
        ({"source": "sources/../uploads/a"}, "source", None),
        ({"source": "sources/gone"}, "source", None),
        ({"style_pictures": {"A": "sources/gone"}, "combine": 1}, "style_pictures", None),
        ({"style_pictures": {"A": "sources/a"}, "engine": "painter"}, "style_pictures", None),
    ],
)
def test_a_problem_names_the_field_and_what_is_allowed(api, options, field, allowed):
    found = api.refuses(422, "POST", "/collages", ASKED | options)

    (error,) = (one for one in found["errors"] if one["field"] == field)
    assert error["message"]
    if allowed is not None:
        assert error["allowed"] == allowed
    assert not api.stack.started


def test_a_source_that_is_no_picture_is_a_problem_of_that_field(api):
    api.stack.put("sources/text", b"hello")

    found = api.refuses(422, "POST", "/collages", ASKED | {"source": "sources/text"})

    assert found["errors"][0]["field"] == "source"
    assert "PNG, JPEG or WebP" in found["detail"]


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (("GET", "/collages", None, {"limit": "0"}), "limit"),
        (("GET", "/collages", None, {"limit": "two"}), "limit"),
        (("GET", "/collages", None, {"after": "?"}), "after"),
        (("GET", "/collages", None, {"before": "1"}), "before"),
        (("GET", "/collages/abc"), "collage"),
        (("GET", f"/collages/{NOBODY}/tiles", None, {"after": "abc"}), "after"),
        (("POST", "/uploads", {"content_type": "image/gif"}), "content_type"),
        (("POST", "/uploads", {"content_type": "image/png", "key": "k"}), "key"),
    ],
)
def test_a_parameter_that_is_wrong_or_unknown_is_named(api, request_, field):
    assert api.refuses(422, *request_)["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("status", "request_", "headers"),
    [
        (400, ("POST", "/collages", "{"), {}),
        (400, ("POST", "/collages", '{"max_usd": NaN}'), {}),
        (400, ("POST", "/collages", "[" * 60_000), {}),
        (404, ("GET", "/nowhere"), {}),
        (405, ("PUT", "/collages"), {}),
        (405, ("POST", f"/collages/{NOBODY}", {}), {}),
        (413, ("POST", "/collages", '"' + "x" * 70_000 + '"'), {}),
        (415, ("POST", "/collages", "rows=3"), {"content_type": "text/plain"}),
        (
            415,
            ("POST", "/collages", "rows=3"),
            {"content_type": "application/x-www-form-urlencoded"},
        ),
        (422, ("POST", "/collages", "[{}]"), {}),
        (422, ("POST", "/collages"), {}),
        (422, ("POST", "/collages", '{"max_usd": 1e999, "source": "sources/a"}'), {}),
        (422, ("POST", "/collages", '{"\\ud800": 1, "source": "sources/a"}'), {}),
        (422, ("POST", "/collages", {**ASKED, "title": "\x00"}), {"idempotency_key": "x" * 256}),
    ],
)
def test_every_error_is_a_problem(api, status, request_, headers):
    api.refuses(status, *request_, **headers)


def test_the_methods_that_there_are_are_named(api):
    answer = api("PATCH", f"/collages/{NOBODY}")

    assert answer.headers["Allow"] == "DELETE, GET"


def test_a_stack_that_does_not_answer_asks_for_patience(api, deployed):
    boto3.client("dynamodb").delete_table(TableName="limits")

    answer = api("POST", "/collages", ASKED, idempotency_key="k")

    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")


def test_the_catalogue_says_what_this_stack_has(api):
    engines = api("GET", "/engines").json
    by_name = {engine["name"]: engine for engine in engines["items"]}

    assert engines["default"] == "painter"
    assert by_name["painter"]["available"]
    assert not by_name["openai"]["available"]
    assert "OpenAiSecret" in by_name["openai"]["needs"]
    assert engines["limits"]["concurrency"] == 7
    assert by_name["painter"]["models"]["upscale"] == by_name["painter"]["model"] == "painter-1"
    assert by_name["openai"]["models"]["inpaint"] == by_name["openai"]["model"]
    assert api("GET", "/recipes").json["limits"]["max_source_bytes"] == 3_000_000
    recipes = {recipe["name"]: recipe for recipe in api("GET", "/recipes").json["items"]}
    assert recipes["samples"]["source"] == "unused"
    assert "grid_size" in recipes["samples"]["uses"]
    assert "Cubism" in api("GET", "/styles").json["items"]
    assert api("GET", "/masks").json["sets"]["halves"] == ["top", "bottom", "left", "right"]


def test_an_engine_is_called_available_where_a_collage_by_it_is_not_refused(api):
    items = api("GET", "/engines").json["items"]

    assert [engine["name"] for engine in items] == ["painter", "stylizer", "openai", "diffusion"]
    for engine in items:
        answer = api("POST", "/collages", ASKED | {"engine": engine["name"]})
        assert (answer.status == 202) == engine["available"]
        if not engine["available"]:
            assert answer.json["detail"] == engine["needs"]


def test_an_engine_with_a_model_for_each_operation_has_no_other(api):
    (diffusion,) = (e for e in api("GET", "/engines").json["items"] if e["name"] == "diffusion")

    assert diffusion["model"] is None
    assert diffusion["models"].keys() == set(ENGINES["diffusion"].operations)
    assert (diffusion["models"]["inpaint"], diffusion["models"]["upscale"]) == (
        "sdxl-inpainting",
        "esrgan-x4",
    )


def test_the_options_of_a_request_are_those_that_are_taken(api):
    options = api("GET", "/recipes").json["options"]["properties"]

    assert options.keys() == Request.model_fields.keys()


def test_the_page_needs_no_script_and_nothing_from_elsewhere(api):
    page = api("GET", "/docs")

    assert page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha")
    assert "<script" not in page.text
    assert "http" not in page.text.replace("HTTP", "")
    assert "POST /collages/{collage}/assemble" in page.text


def test_the_description_has_every_route_and_every_problem(api):
    described = api("GET", "/openapi.json").json

    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {
        "/uploads", "/collages", "/collages/estimate", "/collages/{collage}",
        "/collages/{collage}/tiles", "/collages/{collage}/assemble",
        "/engines", "/styles", "/masks", "/recipes", "/openapi.json", "/docs",
    }  # fmt: skip
    for item in described["paths"].values():
        for operation in item.values():
            assert {"429", "500", "503", "403"} <= operation["responses"].keys()
            takes = {"parameters", "requestBody"} & operation.keys()
            assert ("422" in operation["responses"]) == bool(takes)
            assert [status for status in operation["responses"] if status.startswith("2")]
    assert "HTTPValidationError" not in json.dumps(described)


def test_the_description_is_valid_and_every_schema_of_it_is_used(api):
    described = api("GET", "/openapi.json").json

    OpenAPIV31SpecValidator(described).validate()
    text = json.dumps(described)
    named = set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', text))
    assert named == described["components"]["schemas"].keys()
    operations = [one for item in described["paths"].values() for one in item.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z]+[A-Z][a-z]+", name) for name in ids), ids


def test_the_description_says_how_this_stack_knows_its_callers(api):
    signed = api("GET", "/openapi.json").json
    api.authorizer = {"jwt": {"claims": {"sub": "painter"}, "scopes": ["collages/run"]}}
    shown = api("GET", "/openapi.json").json

    assert (signed["security"], shown["security"]) == ([{"Sigv4": []}], [{"Jwt": []}])
    for described in (signed, shown):
        schemes = described["components"]["securitySchemes"]
        assert schemes["Sigv4"]["x-amazon-apigateway-authtype"] == "awsSigv4"
        assert (schemes["Jwt"]["type"], schemes["Jwt"]["scheme"]) == ("http", "bearer")


=======
>>>>>>> 0c7d2fb (Handlers, the API's collages, its problems and what it says of itself are tested apart)
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
