"""From a run to an address that anybody can open, and all that the address does not open."""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen

import pytest

from collage import page
from collage.manifest import Manifest
from collage.sharing import key_pair
from collage.sharing.signing import Signer
from combinatoric_collage.cli.application import app
from combinatoric_collage.cli.stacks import laptop, sharing
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.local import Cloud
from tests.workflow.running import eventually, photo, run

pytestmark = pytest.mark.skipif(not page.is_built(), reason=page.NOT_BUILT)


@dataclass
class Shared:
    """A stack that shares, a collage of it, and a share with its tiles."""

    cloud: Cloud
    stack: Stack
    state: Path
    manifest: Manifest
    seen: dict[str, Any]

    @property
    def query(self) -> str:
        return str(self.seen["address"]).partition("?")[2]

    @property
    def site(self) -> str:
        return str(self.seen["address"]).rpartition("/index.html")[0]

    @property
    def prefix(self) -> str:
        return f"shares/{self.seen['share']['id']}/site/"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    state = tmp_path_factory.mktemp("shared") / "state"
    with laptop.running({"Sharing": "on"}, state=state, stays=True) as (cloud, stack):
        manifest = run(stack, photo(20), rows=1, cols=2, styles=["Cubism", "Baroque"])
        seen = sharing.share(stack, manifest.id, 3, tiles=True)
        yield Shared(cloud, stack, state, manifest, seen)


@dataclass
class Opened:
    """What somebody sees who has an address and nothing else."""

    status: int
    headers: Any
    body: bytes


def opened(address: str, method: str = "GET") -> Opened:
    assert address.startswith("http://127.0.0.1:")
    try:
        with urlopen(Request(address, method=method)) as answer:
            return Opened(answer.status, answer.headers, answer.read())
    except HTTPError as error:
        return Opened(error.code, error.headers, error.read())


def keys(shared: Shared, prefix: str) -> list[str]:
    found = shared.stack.store.s3.list_objects_v2(Bucket=shared.stack.store.collages, Prefix=prefix)
    return [item["Key"] for item in found.get("Contents", [])]


def refused(address: str) -> str:
    """The reason for which nothing is opened."""
    answer = opened(address)
    assert answer.status == 403, address
    return answer.body.decode().partition("<Code>")[2].partition("</Code>")[0]


def test_the_address_opens_the_page_and_every_file_of_the_copy_to_anybody(shared: Shared) -> None:
    index = opened(shared.seen["address"])

    assert (index.status, index.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert 'property="og:image"' in index.body.decode()
    policy = index.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert index.headers["X-Content-Type-Options"] == "nosniff"
    assert index.headers["Referrer-Policy"] == "no-referrer"
    assert index.headers["X-Robots-Tag"] == "noindex, nofollow"
    names = [key.removeprefix(shared.prefix) for key in keys(shared, shared.prefix)]
    assert {"index.html", "page.js", "manifest.json", "collage.dzi", "preview.jpg"} <= set(names)
    tiles = [name for name in names if name.startswith("tiles/")]
    assert sorted(tiles) == sorted({f"tiles/{tile.key}.png" for tile in shared.manifest.tiles})
    assert {opened(f"{shared.site}/{name}?{shared.query}").status for name in names} == {200}
    again = Request(f"{shared.site}/page.js?{shared.query}", method="HEAD")
    with urlopen(again) as answer:
        assert answer.headers["Content-Type"].startswith("text/javascript")


def test_it_opens_nothing_after_its_day(shared: Shared) -> None:
    ends = datetime.fromisoformat(shared.seen["share"]["until"]).timestamp()
    tile = f"{shared.site}/tiles/{shared.manifest.tiles[0].key}.png?{shared.query}"
    try:
        shared.cloud.now = lambda: ends - 1
        assert {opened(shared.seen["address"]).status, opened(tile).status} == {200}
        shared.cloud.now = lambda: ends
        assert {refused(shared.seen["address"]), refused(tile)} == {"AccessDenied"}
    finally:
        shared.cloud.now = time.time


def test_it_opens_no_other_share_and_no_tile_of_one(shared: Shared) -> None:
    other = sharing.share(shared.stack, shared.manifest.id, 1, tiles=False)
    site = str(other["address"]).rpartition("/index.html")[0]
    own = str(other["address"]).partition("?")[2]
    tile = f"tiles/{shared.manifest.tiles[0].key}.png"

    assert opened(other["address"]).status == 200
    assert refused(f"{site}/index.html?{shared.query}") == "AccessDenied"
    assert refused(f"{site}/preview.jpg?{shared.query}") == "AccessDenied"
    assert refused(f"{shared.site}/{tile}?{own}") == "AccessDenied"
    # It was shared without its tiles.
    assert refused(f"{site}/{tile}?{own}") == "AccessDenied"


def test_an_address_that_somebody_changed_opens_nothing(shared: Shared) -> None:
    given = dict(parse_qsl(shared.query))
    signs = str.maketrans("-_~", "+=/")
    policy = json.loads(base64.b64decode(given["Policy"].translate(signs)))
    policy["Statement"][0]["Condition"]["DateLessThan"]["AWS:EpochTime"] += 86_400
    longer = base64.b64encode(json.dumps(policy).encode()).decode()
    page = f"{shared.site}/index.html"

    for changed, why in (
        ({**given, "Policy": longer.translate(str.maketrans("+=/", "-_~"))}, "AccessDenied"),
        ({**given, "Hash-Algorithm": "SHA1"}, "AccessDenied"),
        ({**given, "Key-Pair-Id": "EOTHER"}, "InvalidKey"),
        ({**given, "Policy": "bm8gSlNPTg__"}, "MalformedPolicy"),
        ({name: value for name, value in given.items() if name != "Signature"}, "MissingSignature"),
        ({}, "MissingKey"),
    ):
        assert refused(f"{page}?{urlencode(changed)}") == why
    assert opened(f"{page}?{shared.query}", method="DELETE").status == 403


def test_nothing_but_copies_can_be_reached_whatever_is_signed(shared: Shared) -> None:
    """Not even with the stack's own key: the bucket's policy lets the distribution no further."""
    secret = shared.stack.client("secretsmanager").get_secret_value(SecretId="collage-sharing")
    url = shared.stack.outputs["SharesUrl"]
    key = dict(parse_qsl(shared.query))["Key-Pair-Id"]
    signer = Everything(url, key, key_pair.read(secret["SecretString"]))
    query = signer.query("", datetime.now(UTC) + timedelta(days=1))
    store, manifest = shared.stack.store, shared.manifest
    there = [
        f"collages/{manifest.id}/collage.png",
        f"collages/{manifest.id}/shares/{shared.seen['share']['id']}/copy.json",
        f"tiles/{manifest.tiles[0].key}.png",
    ]

    # The signature is good: it opens the copy.
    assert opened(f"{shared.site}/index.html?{query}").status == 200
    for name in there:
        assert store.s3.head_object(Bucket=store.collages, Key=name)
        assert refused(f"{url}/{name}?{query}") == "AccessDenied"
        assert refused(f"{shared.site}/../../../{name}?{query}") == "AccessDenied"
    for listing in ("", "shares/", shared.prefix, f"?list-type=2&prefix={shared.prefix}"):
        assert refused(f"{url}/{listing}{'&' if '?' in listing else '?'}{query}") == "AccessDenied"


class Everything(Signer):
    """Signs for all that there is."""

    def address(self, share: str, name: str) -> str:
        return f"{self.url}/"


def test_the_command_shares_lists_and_ends(
    shared: Shared, capsys: pytest.CaptureFixture[str]
) -> None:
    def collage(*words: str) -> str:
        app([*words, "--state", str(shared.state)], standalone_mode=False)
        return capsys.readouterr().out

    id = shared.manifest.id
    address = collage("share", id, "--days", "2", "--no-tiles").strip()
    share = address.partition("/shares/")[2].partition("/")[0]
    assert opened(address).status == 200
    assert address in collage("shares", id)

    collage("unshare", id, share)

    eventually(lambda: not keys(shared, f"shares/{share}/"))
    eventually(lambda: not keys(shared, f"collages/{id}/shares/{share}/"))
    assert refused(address) == "AccessDenied"
    assert share not in collage("shares", id)
    # Others of the same collage stay.
    assert opened(shared.seen["address"]).status == 200
