"""The HTTP API of a small pack, asked as any client would ask it."""

import base64
import getpass
import hashlib
import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from combinatoric_collage.local import Cloud
from tests.workflow.pack_in_use import PACK


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def cloud(lines: list[str]) -> Iterator[Cloud]:
    with Cloud(PACK, stack="pack", workers=2, log=lines.append) as cloud:
        yield cloud


@dataclass
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    json: Any = field(init=False)

    def __post_init__(self) -> None:
        kind = self.headers.get("content-type", "")
        self.json = json.loads(self.body) if "json" in kind or self.body[:1] == b"{" else None


def ask(
    cloud: Cloud,
    path: str,
    method: str = "GET",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Reply:
    connection = http.client.HTTPConnection(urlsplit(cloud.outputs["Api"]).netloc, timeout=600)
    try:
        connection.request(method, path, body, dict(headers or {}))
        reply = connection.getresponse()
        return Reply(reply.status, reply.headers, reply.read())
    finally:
        connection.close()


def signed(
    cloud: Cloud,
    path: str,
    method: str = "GET",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    key: Credentials | None = None,
    **scope: str,
) -> dict[str, str]:
    environment = cloud.environment
    key = key or Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    request = AWSRequest(method, cloud.outputs["Api"] + path, dict(headers or {}), body)
    SigV4Auth(key, scope.get("service", "execute-api"), scope.get("region", cloud.region)).add_auth(
        request
    )
    return dict(request.headers)


def test_the_address_is_true_wherever_the_stack_tells_it(cloud: Cloud) -> None:
    assert cloud.outputs["Api"].startswith("http://127.0.0.1:")
    assert cloud.outputs["Endpoint"] == cloud.outputs["Api"]
    stack = cloud.client("cloudformation").describe_stacks(StackName="pack")["Stacks"][0]
    told = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert told["Api"] == cloud.outputs["Api"]


def test_a_function_gets_the_request_in_payload_format_2(cloud: Cloud) -> None:
    path = "/open/a%20b/%C3%BC?tag=1&tag=two%20words&empty="
    headers = {
        "Content-Type": "application/json",
        "Cookie": "a=1; b=2",
        "X-Kept": "As Is",
        "User-Agent": "a test",
    }
    before = time.time()

    event = ask(cloud, path, "POST", b'{"x": 1}', headers).json

    assert (event["version"], event["routeKey"]) == ("2.0", "ANY /open/{proxy+}")
    assert event["rawPath"] == "/open/a b/ü"
    assert event["rawQueryString"] == "tag=1&tag=two%20words&empty="
    assert event["queryStringParameters"] == {"tag": "1,two words", "empty": ""}
    assert event["pathParameters"] == {"proxy": "a b/ü"}
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["headers"]["x-kept"] == "As Is"
    assert event["headers"]["content-length"] == "8"
    assert "cookie" not in event["headers"]
    assert (event["body"], event["isBase64Encoded"]) == ('{"x": 1}', False)
    context = event["requestContext"]
    assert context["http"] == {
        "method": "POST",
        "path": "/open/a b/ü",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "a test",
    }
    assert (context["stage"], context["routeKey"]) == ("$default", event["routeKey"])
    named = datetime.strptime(context["time"], "%d/%b/%Y:%H:%M:%S %z")
    assert named.timestamp() == context["timeEpoch"] // 1000
    assert int(before * 1000) <= context["timeEpoch"] <= time.time() * 1000
    assert len(context["requestId"]) == 36
    assert "authorizer" not in context


@pytest.mark.parametrize(
    ("kind", "body", "binary"),
    [
        ("text/plain; charset=utf-8", "grün".encode(), False),
        ("text/plain", b"\xff\xfe", True),
        ("image/png", b"\x89PNG", True),
        ("application/x-www-form-urlencoded", b"a=1", True),
    ],
)
def test_a_body_that_is_no_text_comes_as_base64(
    cloud: Cloud, kind: str, body: bytes, binary: bool
) -> None:
    event = ask(cloud, "/open/echo", "PUT", body, {"Content-Type": kind}).json

    assert event["isBase64Encoded"] is binary
    sent = base64.b64decode(event["body"]) if binary else event["body"].encode()
    assert sent == body


def test_without_query_body_and_cookies_their_names_are_left_out(cloud: Cloud) -> None:
    event = ask(cloud, "/open/echo").json
    assert not {"queryStringParameters", "body", "cookies"} & set(event)


@pytest.mark.parametrize(
    ("method", "path", "key", "parameters"),
    [
        ("GET", "/things/best", "GET /things/best", None),
        ("GET", "/things/7", "GET /things/{id}", {"id": "7"}),
        ("PUT", "/things/best", "ANY /things/{id}", {"id": "best"}),
        ("GET", "/open/things/7", "ANY /open/{proxy+}", {"proxy": "things/7"}),
    ],
)
def test_the_most_exact_route_is_taken(
    cloud: Cloud, method: str, path: str, key: str, parameters: dict[str, str] | None
) -> None:
    event = ask(cloud, path, method, headers=signed(cloud, path, method)).json
    assert (event["routeKey"], event.get("pathParameters")) == (key, parameters)


def test_a_structured_answer_is_sent_as_it_is(cloud: Cloud) -> None:
    reply = ask(cloud, "/open/picture")

    assert reply.status == 201
    assert reply.headers["content-type"] == "image/png"
    assert reply.headers["x-answer"] == "42"
    assert reply.headers.get_all("set-cookie") == ["a=1; Path=/", "b=2"]
    assert reply.body == bytes(range(256))


@pytest.mark.parametrize(
    ("name", "kind", "body"),
    [
        ("bare", "application/json", b'{"made":["of","anything"]}'),
        ("word", "application/json", b"hello"),
        ("plain", "text/plain;charset=UTF-8", b"text"),
    ],
)
def test_what_an_answer_does_not_say_is_filled_in(
    cloud: Cloud, name: str, kind: str, body: bytes
) -> None:
    connection = http.client.HTTPConnection(urlsplit(cloud.outputs["Api"]).netloc)
    connection.request("GET", f"/open/{name}")
    reply = connection.getresponse()
    assert (reply.status, reply.headers["content-type"], reply.read()) == (200, kind, body)
    connection.close()


@pytest.mark.parametrize("name", ["fail", "nonsense", "large"])
def test_a_function_that_fails_tells_the_client_nothing(cloud: Cloud, name: str) -> None:
    reply = ask(cloud, f"/open/{name}")
    assert (reply.status, reply.json) == (500, {"message": "Internal Server Error"})


def test_a_function_slower_than_its_integration_is_not_waited_for(cloud: Cloud) -> None:
    reply = ask(cloud, "/slow")
    assert (reply.status, reply.json) == (503, {"message": "Service Unavailable"})


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/open"), ("POST", "/thing")])
def test_there_is_no_such_route(cloud: Cloud, method: str, path: str) -> None:
    reply = ask(cloud, path, method)
    assert (reply.status, reply.json) == (404, {"message": "Not Found"})


@pytest.mark.parametrize("size", [10 * 2**20 + 1, 7 * 2**20])
def test_a_body_larger_than_a_function_takes_is_refused(cloud: Cloud, size: int) -> None:
    reply = ask(cloud, "/open/echo", "POST", bytes(size))
    assert (reply.status, reply.json) == (413, {"message": "Request Entity Too Large"})


def test_head_has_the_headers_alone(cloud: Cloud) -> None:
    reply = ask(cloud, "/open/picture", "HEAD")
    assert (reply.status, reply.headers["content-length"], reply.body) == (201, "256", b"")


def test_a_page_may_read_what_the_template_allows(cloud: Cloud) -> None:
    question = {"Access-Control-Request-Method": "GET", "Origin": "https://page.example"}
    preflight = ask(cloud, "/members", "OPTIONS", headers=question)
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == "https://page.example"
    assert preflight.headers["access-control-allow-methods"] == "GET,POST"
    assert preflight.headers["access-control-allow-headers"] == "content-type"
    assert preflight.headers["access-control-max-age"] == "60"

    reply = ask(cloud, "/open/picture", headers={"Origin": "https://page.example"})
    assert reply.headers.get_all("access-control-allow-origin") == ["https://page.example"]
    assert reply.headers["access-control-expose-headers"] == "x-answer"

    question["Origin"] = "https://other.example"
    for other in (
        ask(cloud, "/members", "OPTIONS", headers=question),
        ask(cloud, "/open/picture", headers={"Origin": "https://other.example"}),
    ):
        assert not [name for name in other.headers if name.startswith("access-control-")]


def test_a_signature_tells_the_function_who_asks(cloud: Cloud) -> None:
    path = "/things/a%20thing?b=2&a=1&c=%2F"
    event = ask(cloud, path, headers=signed(cloud, path)).json

    who = event["requestContext"]["authorizer"]["iam"]
    assert who["userArn"].endswith(f":user/{getpass.getuser()}")
    assert who["accessKey"] == cloud.environment["AWS_ACCESS_KEY_ID"]


def forged(cloud: Cloud) -> Iterator[tuple[str, dict[str, str], bytes]]:
    path, body = "/things/7?a=1", b"one"
    good = signed(cloud, path, "PUT", body)
    stranger = Credentials("AKIASTRANGER", "secret")
    known = Credentials(cloud.environment["AWS_ACCESS_KEY_ID"], "not the secret")
    hashed = {"X-Amz-Content-Sha256": hashlib.sha256(b"other").hexdigest()}
    yield path, {}, body
    yield path, {"Authorization": "Bearer me"}, body
    yield path, signed(cloud, path, "PUT", body, key=stranger), body
    yield path, signed(cloud, path, "PUT", body, key=known), body
    yield path, signed(cloud, path, "PUT", body, service="s3"), body
    yield path, signed(cloud, path, "PUT", body, region="eu-west-1"), body
    yield path, signed(cloud, path, "PUT", b"other", headers=hashed), body
    yield path, good, b"another body"
    yield "/things/7?a=2", good, body
    yield "/things/8?a=1", good, body
    yield path, good | {"X-Amz-Date": "20200101T000000Z"}, body
    yield path, good | {"Authorization": good["Authorization"].replace("host;", "")}, body


def test_nobody_gets_in_without_a_signature_that_fits(cloud: Cloud) -> None:
    path = "/things/7?a=1"
    good = ask(cloud, path, "PUT", b"one", signed(cloud, path, "PUT", b"one"))
    assert good.status == 200
    for path, headers, body in forged(cloud):
        reply = ask(cloud, path, "PUT", body, headers)
        assert (reply.status, reply.json) == (403, {"message": "Forbidden"}), headers


def test_a_role_may_invoke_what_its_policies_allow(cloud: Cloud) -> None:
    role = next(
        f["Role"]
        for f in cloud.client("lambda").list_functions()["Functions"]
        if f["FunctionName"] == cloud.outputs["Web"]
    )
    assumed = cloud.identities.assume(role, cloud.outputs["Web"])
    key = Credentials(assumed.access_key, assumed.secret_key, assumed.token)

    allowed = ask(cloud, "/things/7", headers=signed(cloud, "/things/7", key=key))
    denied = ask(cloud, "/things/7", "PUT", headers=signed(cloud, "/things/7", "PUT", key=key))

    assert (allowed.status, denied.status) == (200, 403)


def test_who_cannot_be_checked_is_not_let_in(cloud: Cloud) -> None:
    for headers in ({}, {"Authorization": "Bearer me"}, signed(cloud, "/members")):
        reply = ask(cloud, "/members", headers=headers)
        assert (reply.status, reply.json) == (401, {"message": "Unauthorized"})


def test_another_name_for_this_machine_is_refused(cloud: Cloud) -> None:
    for host in ("page.example", "127.0.0.1.page.example:80"):
        reply = ask(cloud, "/open/echo", headers={"Host": host})
        assert (reply.status, reply.json) == (403, {"message": "Forbidden"})


def test_what_is_no_http_does_no_harm(cloud: Cloud) -> None:
    place = urlsplit(cloud.outputs["Api"])
    for text in (
        b"POST /open/echo HTTP/1.1\r\nHost: %s\r\nContent-Length: many\r\n\r\n",
        b"POST /open/echo HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\n",
    ):
        with socket.create_connection((place.hostname, place.port), timeout=600) as connection:
            connection.sendall(text % place.netloc.encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_curl_can_sign(cloud: Cloud) -> None:
    environment = cloud.environment
    key = f"{environment['AWS_ACCESS_KEY_ID']}:{environment['AWS_SECRET_ACCESS_KEY']}"
    command = ["curl", "--silent", "--fail", "--user", key]
    command += ["--aws-sigv4", f"aws:amz:{cloud.region}:execute-api"]
    command += ["--json", '{"a": 1}', cloud.outputs["Api"] + "/things/7?a=1&b=2"]
    try:
        done = subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no curl")
    assert json.loads(done.stdout)["body"] == '{"a": 1}'
