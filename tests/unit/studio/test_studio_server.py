"""The studio's server: what is passed on to the API, and what is served."""

import json
import re

import pytest
from botocore.credentials import Credentials

from collage.errors import InvalidRequest
from combinatoric_collage.cli.stacks.http_api import TOKEN, Identity
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from combinatoric_collage.studio.studio_server import serving
from tests.unit.pictures import encode, noise
from tests.unit.runs import prepare, render
from tests.unit.studio.asking import reached, send

PROBLEM = {"type": "urn:collage:problem:InvalidRequest", "detail": "rows: too many.", "status": 422}


def test_a_request_is_passed_on_signed_and_nothing_of_the_browser_with_it(studio, gateway):
    gateway.answer = {"items": [], "next": None}

    answer = send(studio, "GET", "/api/collages?limit=2&after=a%20b", headers={"X-Else": "1"})

    assert (answer.status, json.loads(answer.body)) == (200, gateway.answer)
    method, path, headers, _ = gateway.asked[0]
    assert (method, path) == ("GET", "/collages?limit=2&after=a%20b")
    assert re.match(
        r"AWS4-HMAC-SHA256 Credential=a-key/\d{8}/eu-north-1/execute-api/aws4_request, ",
        headers["authorization"],
    )
    assert headers["x-amz-security-token"] == "a-session"
    assert not {"cookie", "origin", "x-else"} & headers.keys()


def test_credentials_are_those_of_the_moment(stack, gateway):
    keys = iter(["first", "second"])
    found = reached(stack, gateway.url)
    identity = Identity("eu-north-1", lambda: Credentials(next(keys), "secret"))
    stack_with = Stack(found.client, "collage", identity=identity)

    stack_with.api.ask("GET", "/masks")
    stack_with.api.ask("GET", "/masks")

    used = [re.findall("Credential=([a-z]+)", asked[2]["authorization"]) for asked in gateway.asked]
    assert used == [["first"], ["second"]]


def test_a_body_reaches_the_api_as_it_was_sent(studio, gateway):
    body = '{"prompt": "ein Haus, größer"}'.encode()

    send(studio, "POST", "/api/collages", body, {"Idempotency-Key": "once"})

    method, _, headers, sent = gateway.asked[0]
    assert (method, sent) == ("POST", body)
    assert headers["idempotency-key"] == "once"


def test_a_problem_of_the_api_comes_back_as_it_is(studio, gateway):
    gateway.status, gateway.answer, gateway.kind = 422, PROBLEM, "application/problem+json"
    gateway.more = {"Retry-After": "7", "Set-Cookie": "theirs=1"}

    answer = send(studio, "POST", "/api/collages", b"{}")

    assert (answer.status, json.loads(answer.body)) == (422, PROBLEM)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers["Set-Cookie"] is None


def test_what_stands_for_an_answer_goes_both_ways(studio, gateway):
    gateway.status, gateway.answer, gateway.more = 304, {}, {"ETag": '"a"', "Retry-After": "9"}

    answer = send(studio, "GET", "/api/collages/a/events", headers={"If-None-Match": '"a"'})

    assert gateway.asked[0][2]["if-none-match"] == '"a"'
    assert (answer.status, answer.body) == (304, b"")
    assert (answer.headers["ETag"], answer.headers["Retry-After"]) == ('"a"', "9")


def test_an_answer_that_is_a_page_gets_no_script_and_no_origin(studio, gateway):
    gateway.kind = "text/html"

    answer = send(studio, "GET", "/api/docs")

    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "name"),
    [
        ("POST", "/api/collages", {"Content-Type": "text/plain"}, 415, "UnsupportedMediaType"),
        ("PATCH", "/api/collages", {"Content-Type": None}, 415, "UnsupportedMediaType"),
        ("POST", "/api/collages", {"Content-Length": "10485761"}, 413, "BodyTooLarge"),
        ("POST", "/api/collages", {"Content-Length": "-1"}, 411, "LengthRequired"),
        ("POST", "/api/collages", {"Transfer-Encoding": "chunked"}, 411, "LengthRequired"),
        ("POST", "/upload", {"Content-Type": "picture"}, 415, "UnsupportedMediaType"),
        ("PUT", "/upload", {}, 405, "MethodNotAllowed"),
        ("POST", "/", {}, 405, "MethodNotAllowed"),
        ("DELETE", "/tiles/a.png", {}, 405, "MethodNotAllowed"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_it_is_read(
    studio, gateway, method, path, headers, status, name
):
    answer = send(studio, method, path, b"", headers)

    assert (answer.status, answer.problem) == (status, name)
    assert gateway.asked == []


def test_a_picture_is_put_where_the_stack_says(studio, gateway):
    form = {"key": "sources/a", "url": f"{gateway.url}/bucket", "fields": {"policy": "p"}}
    gateway.answer = {**form, "max_bytes": 5000}
    picture = encode(noise((16, 16), 1))

    answer = send(studio, "POST", "/upload", picture, {"Content-Type": "image/png"})

    assert (answer.status, json.loads(answer.body)) == (200, {"key": "sources/a"})
    (_, path, _, asked), (_, place, headers, sent) = gateway.asked
    assert (path, json.loads(asked)) == ("/uploads", {"content_type": "image/png"})
    assert place == "/bucket"
    assert "authorization" not in headers
    assert picture in sent
    assert sent.index(b'name="policy"') < sent.index(b'name="file"')


def test_a_picture_that_the_stack_would_not_take_is_not_read(studio, gateway):
    gateway.answer = {"key": "sources/a", "url": "", "fields": {}, "max_bytes": 5000}
    huge = {"Content-Type": "image/png", "Content-Length": "5001"}

    answer = send(studio, "POST", "/upload", b"", huge)

    assert (answer.status, answer.problem) == (413, "SourceTooLarge")
    assert b"5,001 bytes; at most 5,000" in answer.body


def test_a_type_that_the_stack_refuses_is_told_in_its_words(studio, gateway):
    gateway.status, gateway.answer, gateway.kind = 422, PROBLEM, "application/problem+json"

    answer = send(studio, "POST", "/upload", b"GIF89a", {"Content-Type": "image/gif"})

    assert (answer.status, json.loads(answer.body)) == (422, PROBLEM)


def test_a_stack_that_is_gone_is_a_problem_and_the_page_stays(stack, gateway):
    def gone() -> Stack:
        raise RunFailed("StackGone", "It has stopped.")

    with serving(gone, "") as studio:
        assert send(studio, "GET", "/api/collages").problem == "StackGone"
        assert send(studio, "GET", "/api/collages").status == 503
        assert send(studio, "GET", "/").status == 200


def test_an_api_that_does_not_answer_is_a_problem(stack):
    found = reached(stack, "http://127.0.0.1:9")
    with serving(lambda: found, "") as studio:
        answer = send(studio, "GET", "/api/collages")

    assert (answer.status, answer.problem) == (503, "Unreachable")


def test_the_pages_know_that_they_are_in_a_studio_and_run_only_its_scripts(studio):
    page = send(studio, "GET", "/")

    assert b'data-api="/api/" data-stack="a&lt;b"' in page.body
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert send(studio, "GET", "/studio.js").headers["Content-Type"].startswith("text/javascript")


def test_a_collages_files_are_served_and_none_that_would_run(studio, stack):
    made, calls = prepare(stack)
    render(stack, made, calls)
    key = stack.store.plan(made).tiles[0].key
    for name in ("evil.js", "evil.html", "evil.svg", "index.html", "page.js"):
        stack.store.s3.put_object(
            Bucket=stack.store.collages, Key=f"collages/{made}/{name}", Body=b"alert(1)"
        )

    index = send(studio, "GET", f"/collages/{made}/")

    assert b'<html lang="en" data-api="/api/"' in index.body
    assert send(studio, "GET", f"/collages/{made}").headers["Location"] == f"/collages/{made}/"
    assert json.loads(send(studio, "GET", f"/collages/{made}/progress.json").body)["id"] == made
    assert send(studio, "GET", f"/collages/{made}/plan.json").status == 200
    assert b"alert" not in send(studio, "GET", f"/collages/{made}/page.js").body[:200]
    for name in ("evil.js", "evil.html", "evil.svg", "manifest.js"):
        assert send(studio, "GET", f"/collages/{made}/{name}").status == 404
    tile = send(studio, "GET", f"/tiles/{key}.png")
    assert (tile.status, tile.headers["Content-Type"]) == (200, "image/png")
    assert "immutable" in tile.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/../etc/passwd",
        "/%2e%2e/studio.html",
        "/collages/../tiles/a.png",
        "/collages/00000000000000000000/../../sources/a.png",
        "/collages/00000000000000000000/%2e%2e/%2e%2e/x.json",
        "/tiles/..%2fx.json",
        "/tiles/%00.png",
        "/tiles/a%5c..%5cb.png",
        "/page.py",
        "//127.0.0.1/studio.js",
        "/collages/other/preview.jpg",
        "/sources/a.png",
    ],
)
def test_nothing_else_is_served(studio, path):
    assert send(studio, "GET", path).status == 404


def test_a_stack_that_takes_tokens_says_what_it_needs(stack, gateway, monkeypatch):
    found = reached(stack, gateway.url, JwtIssuer="https://issuer.example")
    with pytest.raises(InvalidRequest, match=rf"takes tokens of https://issuer.example.*{TOKEN}"):
        _ = found.api

    monkeypatch.setenv(TOKEN, "a.b.c")
    found.api.ask("GET", "/masks")

    assert gateway.asked[0][2]["authorization"] == "Bearer a.b.c"


@pytest.mark.parametrize("status", [401, 403])
def test_who_may_not_call_the_api_is_told_at_the_start(stack, gateway, status):
    gateway.status = status

    with pytest.raises(InvalidRequest, match="execute-api:Invoke"):
        reached(stack, gateway.url).api.check()
