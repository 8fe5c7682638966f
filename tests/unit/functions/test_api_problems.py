"""What goes wrong at the HTTP API is a problem that says what would do."""

import boto3
import pytest

from collage.engines import offered
from tests.unit.functions.called import ASKED

NOBODY = "0" * 20


@pytest.mark.parametrize("route", ["GET", "GET tiles", "DELETE", "POST assemble"])
def test_what_nobody_asked_for_is_not_found(api, route):
    method, _, rest = route.partition(" ")
    body = {} if method == "POST" else None

    api.refuses(404, method, f"/collages/{NOBODY}/{rest}".rstrip("/"), body)


@pytest.mark.parametrize(
    ("options", "field", "allowed"),
    [
        ({"rows": 0}, "rows", {"minimum": 1, "maximum": 1000}),
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
