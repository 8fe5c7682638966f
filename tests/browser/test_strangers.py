"""A page of another site in a real browser, and all that the laptop cloud and `view` listen on."""

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Browser, Page

from combinatoric_collage.cli.page_server import Folder, serving
from combinatoric_collage.local import Cloud
from tests.workflow.pack_in_use import PACK, call, runtime_api

SECRET = "the-key-of-nobody"

# What a page may try: to read an answer, or to send without being told of it.
TRY = """
async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    return answer.type === "opaque" ? "opaque" : `${answer.status} ${await answer.text()}`;
  } catch (error) {
    return "blocked";
  }
}
"""
EMBED = """
([kind, url]) => new Promise((resolve) => {
  const element = document.createElement(kind);
  element.onload = () => resolve("loaded");
  element.onerror = () => resolve("refused");
  element.src = url;
  document.body.append(element);
})
"""


@dataclass(frozen=True)
class Listeners:
    """The addresses of all that listens, without a slash at the end."""

    cloud: Cloud
    aws: str
    api: str
    runtime: str
    view: str


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def listeners(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listeners]:
    folder = tmp_path_factory.mktemp("viewed")
    (folder / "index.html").write_text("<p>mine</p>")
    (folder / "manifest.js").write_text("window.stolen = 1")
    with Cloud(PACK, stack="pack", workers=2, log=lines.append) as cloud:
        cloud.client("secretsmanager").create_secret(Name="key", SecretString=SECRET)
        assert call(cloud, "Item", {"do": "work"})[1] == "done"
        with serving(Folder(folder)) as view:
            yield Listeners(
                cloud,
                cloud.endpoint,
                cloud.outputs["Api"],
                f"http://{runtime_api(cloud).partition('/')[0]}",
                view.rstrip("/"),
            )


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """The port of another server of this machine, with an empty page."""

    class Empty(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><body></body>")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def strange(page: Page, elsewhere: int) -> Page:
    """A page of a stranger."""
    page.goto(f"http://stranger.example:{elsewhere}/")
    return page


def attempt(page: Page, url: str, **options: Any) -> str:
    result: str = page.evaluate(TRY, [url, options])
    return result


def unharmed(cloud: Cloud) -> None:
    """The cloud runs, for who has its keys, and for nobody else."""
    assert call(cloud, "Item", {"do": "work"})[1] == "done"
    nobody = boto3.Session("AKIANOBODY", "nothing", region_name=cloud.region)
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        nobody.client("secretsmanager", endpoint_url=cloud.endpoint).get_secret_value(
            SecretId="key"
        )


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "reset-auth", "100000000"),
        ("POST", "reset", ""),
        ("POST", "recorder/start-recording", ""),
        ("GET", "data.json", None),
        ("GET", "config", None),
    ],
)
def test_no_page_reaches_control_routes(
    listeners: Listeners, strange: Page, mode: str, method: str, path: str, body: str | None
) -> None:
    url = f"{listeners.aws}/moto-api/{path}"
    found = attempt(strange, url, method=method, mode=mode, body=body)

    assert found == ("blocked" if mode == "cors" else "opaque")
    unharmed(listeners.cloud)


def test_there_are_no_control_routes_for_anybody(listeners: Listeners, page: Page) -> None:
    # As a page of the endpoint itself, which names it rightly.
    for path in ("/moto-api/", "/moto-api/data.json", "//moto-api/data.json", "/favicon.ico"):
        answer = page.request.get(listeners.aws + path)
        assert answer.status in (403, 404), path
    answer = page.request.post(f"{listeners.aws}/moto-api/reset-auth", data="100000000")
    assert answer.status == 404
    unharmed(listeners.cloud)


def test_no_page_gets_a_secret_or_a_bucket(listeners: Listeners, strange: Page) -> None:
    key = "Credential=AKIANOBODY/20260101/us-east-1/secretsmanager/aws4_request"
    headers = {
        "X-Amz-Target": "secretsmanager.GetSecretValue",
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": f"AWS4-HMAC-SHA256 {key}, SignedHeaders=host, Signature=00",
    }
    body = json.dumps({"SecretId": "key"})
    found = attempt(strange, listeners.aws, method="POST", headers=headers, body=body)
    assert found == "blocked"
    assert attempt(strange, listeners.aws) == "blocked"


def test_no_page_puts_an_object(listeners: Listeners, strange: Page) -> None:
    cloud = listeners.cloud
    s3, inbox = cloud.client("s3"), cloud.outputs["Inbox"]
    url = s3.generate_presigned_url("put_object", Params={"Bucket": inbox, "Key": "in/theirs"})

    assert attempt(strange, url, method="PUT", body="x") == "blocked"
    attempt(strange, url, method="POST", mode="no-cors", body="x")

    assert s3.list_objects_v2(Bucket=inbox)["KeyCount"] == 0


def test_a_bucket_s_own_rules_say_which_pages_may(
    listeners: Listeners, page: Page, elsewhere: int
) -> None:
    cloud = listeners.cloud
    s3, outbox = cloud.client("s3"), cloud.outputs["Outbox"]
    s3.put_object(Bucket=outbox, Key="web/seen", Body=b"seen")
    place = {"Bucket": outbox, "Key": "web/seen"}
    read = s3.generate_presigned_url("get_object", Params=place)
    write = s3.generate_presigned_url("put_object", Params=place)

    page.goto(f"http://friend.example:{elsewhere}/")
    assert attempt(page, read) == "200 seen"
    assert attempt(page, read, headers={"X-Mine": "1"}) == "200 seen"
    assert attempt(page, write, method="PUT", body="other") == "blocked"
    page.goto(f"http://stranger.example:{elsewhere}/")
    assert attempt(page, read) == "blocked"
    assert s3.get_object(**place)["Body"].read() == b"seen"


def test_no_page_runs_a_route(listeners: Listeners, strange: Page, lines: list[str]) -> None:
    before = len(lines)
    assert attempt(strange, f"{listeners.api}/open/echo") == "blocked"
    attempt(strange, f"{listeners.api}/open/echo", method="POST", mode="no-cors", body="x")
    assert len(lines) == before


def test_no_page_takes_or_breaks_an_invocation(listeners: Listeners, strange: Page) -> None:
    runtime = f"{listeners.runtime}/2018-06-01/runtime"
    assert attempt(strange, f"{runtime}/invocation/next") == "blocked"
    attempt(strange, f"{runtime}/invocation/next", mode="no-cors")
    attempt(strange, f"{runtime}/init/error", method="POST", mode="no-cors", body="{}")
    unharmed(listeners.cloud)


def test_no_page_holds_what_is_viewed(listeners: Listeners, strange: Page) -> None:
    assert attempt(strange, listeners.view) == "blocked"
    assert strange.evaluate(EMBED, ["script", f"{listeners.view}/manifest.js"]) == "refused"
    assert strange.evaluate("window.stolen") is None
    strange.evaluate(EMBED, ["iframe", f"{listeners.view}/"])
    assert "mine" not in [frame.evaluate("document.body.innerText") for frame in strange.frames]


def test_a_name_that_leads_here_is_none_of_ours(listeners: Listeners, page: Page) -> None:
    for address in (listeners.aws, listeners.api, listeners.runtime, listeners.view):
        port = address.rpartition(":")[2]
        answer = page.goto(f"http://stranger.example:{port}/moto-api/data.json")
        assert answer is not None
        assert answer.status in (403, 404), address


def test_who_views_is_let_in(listeners: Listeners, page: Page, tmp_path: Path) -> None:
    page.goto(listeners.view)
    assert page.inner_text("body") == "mine"
