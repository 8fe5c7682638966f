"""Plain requests are answered as moto's server answers them, header by header."""

import base64
import hashlib
import http.client
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from combinatoric_collage.local import Cloud
from combinatoric_collage.local.http import plain_objects, plain_updates, unframed
from tests.workflow.pack_in_use import PACK

BODY = b'{"a": 1}'
ETAG = f'"{hashlib.md5(BODY, usedforsecurity=False).hexdigest()}"'
CRC = base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode()
SUM = {"x-amz-sdk-checksum-algorithm": "CRC32"}
JSON = {"Content-Type": "application/json"}
SUMMED = {**JSON, **SUM, "x-amz-checksum-crc32": CRC}
MORE = {"x-nobody-knows": "1"}
"""By which a request is none that is plain; it changes nothing else."""
OF_ITS_OWN = {"date", "last-modified", "x-amzn-requestid"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud(PACK, stack="pack", workers=1) as cloud:
        for key in ("ours", "moto"):
            for folder in ("tries", "events"):
                cloud.client("s3").put_object(
                    Bucket=cloud.outputs["Outbox"],
                    Key=f"{folder}/{key}/there.json",
                    Body=BODY,
                    ContentType="application/json",
                    CacheControl="no-store",
                    Metadata={"title": "a b"},
                )
        cloud.client("dynamodb").create_table(
            TableName=TABLE,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield cloud


def signed(cloud: Cloud, role: str, method: str, path: str, headers: Any, body: bytes) -> Any:
    """The request to S3 as a function with the role of another would send it."""
    return with_keys(cloud, keys(cloud, role), S3SigV4Auth, "s3", method, path, headers, body)


def keys(cloud: Cloud, role: str) -> dict[str, str]:
    """Those of the role of a function; without one the administrator's."""
    if not role:
        return cloud.environment
    function = next(one for one in cloud._functions.values() if role in one.name)
    return cloud.identities.of_function(function.role, function.name).environment


def with_keys(
    cloud: Cloud, keys: dict[str, str], auth: Any, service: str, method: str, path: str, *what: Any
) -> Any:
    """A signed request; `what` are its headers and its body."""
    request: Any = AWSRequest(method, cloud.endpoint + path, *what)
    credentials = Credentials(
        keys["AWS_ACCESS_KEY_ID"],
        keys["AWS_SECRET_ACCESS_KEY"],
        keys["AWS_SESSION_TOKEN"] or None,
    )
    auth(credentials, service, cloud.region).add_auth(request)
    return request.prepare()


class Sent(NamedTuple):
    """A request about an object, of which a part of the key is left open."""

    role: str
    method: str
    key: str
    headers: dict[str, str]
    body: bytes

    def signed(self, cloud: Cloud, name: str) -> Any:
        """The request about the object of a name."""
        path = f"/{cloud.outputs['Outbox']}/{self.key.format(name)}"
        return signed(cloud, self.role, self.method, path, self.headers, self.body)


def noted(monkeypatch: pytest.MonkeyPatch, plain: Any) -> list[Any]:
    """What becomes of requests that are asked of those who answer the plain ones."""
    found = list[Any]()

    def answer(*args: Any) -> Any:
        found.append(plain.answer(*args))
        return found[-1]

    monkeypatch.setattr(unframed, "AT_ONCE", [answer])
    return found


def asked(cloud: Cloud, request: Any, name: str, more: dict[str, str]) -> tuple[int, Any, bytes]:
    """Status, headers and body, without what differs from one time, or name, to the next."""
    connection = http.client.HTTPConnection(cloud.endpoint.partition("//")[2], timeout=600)
    try:
        path = request.url.removeprefix(cloud.endpoint)
        connection.request(request.method, path, request.body, {**request.headers, **more})
        reply = connection.getresponse()
        body = re.sub(rb"<RequestId>\w+<", b"<RequestId><", reply.read())
        body = body.replace(name.encode(), b"name")
        headers = sorted((name.lower(), value) for name, value in reply.getheaders())
    finally:
        connection.close()
    return reply.status, [one for one in headers if one[0] not in OF_ITS_OWN], body


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (Sent("Item", "GET", "tries/{}/there.json", {"x-amz-checksum-mode": "ENABLED"}, b""), 200),
        (Sent("Item", "GET", "tries/{}/there.json", {}, b""), 200),
        (Sent("Item", "GET", "tries/{}/there.json", {"If-None-Match": ETAG}, b""), 304),
        (Sent("Item", "GET", "tries/{}/there.json", {"If-Match": ETAG}, b""), 200),
        (Sent("Item", "GET", "tries/{}/not-there.json", {}, b""), 404),
        (Sent("Item", "PUT", "tries/{}/a/b_c~d-1x2.json", SUMMED, BODY), 200),
        (Sent("Item", "PUT", "tries/{}/no-sum", {}, BODY), 200),
        (Sent("Item", "PUT", "tries/{}/sum", SUM, BODY), 200),
        (Sent("Item", "PUT", "tries/{}/empty", SUMMED, b""), 200),
        (
            Sent("Item", "PUT", "tries/{}/bytes", {"Cache-Control": "no-cache"}, bytes(range(256))),
            200,
        ),
        (Sent("Item", "PUT", "tries/{}/once", {"If-None-Match": "*"}, BODY), 200),
        (Sent("Item", "PUT", "tries/{}/there.json", {"If-Match": ETAG, **SUMMED}, BODY), 200),
    ],
)
def test_it_is_answered_as_moto_answers(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, sent: Sent, status: int
) -> None:
    plain = noted(monkeypatch, plain_objects)

    def way(name: str, more: dict[str, str]) -> list[tuple[int, Any, bytes]]:
        then = Sent("Item", "GET", sent.key, {"x-amz-checksum-mode": "ENABLED"}, b"")
        return [asked(cloud, one.signed(cloud, name), name, more) for one in (sent, then)]

    ours = way("ours", {})
    assert len(plain) == 2
    assert None not in plain
    theirs = way("moto", MORE)
    assert plain[2:] == [None, None]
    assert ours[0][0] == status
    assert ours == theirs


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        # Who may not list is not told that there is nothing.
        (Sent("Web", "GET", "web/{}/not-there", {}, b""), 403),
        (Sent("Web", "GET", "tries/{}/there.json", {}, b""), 403),
        (Sent("Web", "PUT", "tries/{}/there.json", SUMMED, BODY), 403),
        (Sent("Misbehave", "PUT", "events/{}/there.json", SUMMED, BODY), 403),
        (Sent("Item", "PUT", "tries/{}/there.json", {"If-None-Match": "*"}, BODY), 412),
        (Sent("Item", "GET", "tries/{}/there.json", {"If-Match": '"another"'}, b""), 412),
        (Sent("Item", "GET", "tries/{}/there.json", {"Range": "bytes=2-4"}, b""), 206),
        (Sent("Item", "GET", "tries/{}/there.json?response-content-type=a/b", {}, b""), 200),
        (Sent("Item", "PUT", "tries/{}/said", {"x-amz-meta-title": "a", **JSON}, BODY), 200),
        (Sent("Item", "PUT", "tries/{}/strange", {"x-amz-storage-class": "NONE"}, BODY), 400),
        (Sent("Item", "GET", "tries/{}/a%20b", {}, b""), 404),
    ],
)
def test_what_is_refused_or_more_than_plain_moto_answers(
    cloud: Cloud, sent: Sent, status: int
) -> None:
    ours = asked(cloud, sent.signed(cloud, "ours"), "ours", {})

    assert ours[0] == status
    assert ours == asked(cloud, sent.signed(cloud, "moto"), "moto", MORE)


@pytest.mark.parametrize("more", [{}, MORE])
def test_what_is_not_signed_as_it_is_sent_is_refused(cloud: Cloud, more: dict[str, str]) -> None:
    path = f"/{cloud.outputs['Outbox']}/tries/ours/there.json"
    request = signed(cloud, "Item", "GET", path, {}, b"")
    good, token = request.headers["Authorization"], "X-Amz-Security-Token"

    assert asked(cloud, request, "-", more)[0] == 200
    for changed in (
        {"Authorization": good[:-1] + ("0" if good[-1] != "0" else "1")},
        {"Authorization": re.sub(r"=\w+/", "=ASIANOBODY/", good, count=1)},
        {token: "another"},
        {"X-Amz-Date": "20260101T000000Z"},
        {"X-Amz-Content-SHA256": "0" * 64},
    ):
        assert asked(cloud, request, "-", more | changed)[0] in (400, 403), changed
    request.url = request.url.replace("tries/ours", "tries/moto")
    assert asked(cloud, request, "-", more)[0] == 403


def test_a_bucket_that_is_not_there_is_not_found(cloud: Cloud) -> None:
    request = signed(cloud, "", "GET", "/no-such-bucket/tries/x", {}, b"")

    ours = asked(cloud, request, "-", {})

    assert ours[0] == 404
    assert ours == asked(cloud, request, "-", MORE)


TABLE = "things"
RETURNED = ("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW")
LIST = {"ExpressionAttributeValues": {":l": {"L": [{"S": "a"}]}}}
ADD = {
    "UpdateExpression": "ADD spent :more SET #at = :at",
    "ExpressionAttributeNames": {"#at": "at"},
    "ExpressionAttributeValues": {":more": {"N": "2"}, ":at": {"S": "ä"}},
}
BELOW = {
    **ADD,
    "ConditionExpression": "attribute_not_exists(spent) OR spent < :at_most",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}


def below(most: int) -> dict[str, Any]:
    """An update that is done while less than that is spent."""
    values = {**BELOW["ExpressionAttributeValues"], ":at_most": {"N": str(most)}}
    return {**BELOW, "ExpressionAttributeValues": values}


@pytest.mark.parametrize(
    ("role", "parts", "statuses", "is_plain"),
    [
        ("", ADD, [200, 200], True),
        *(("", {**ADD, "ReturnValues": which}, [200, 200], True) for which in RETURNED),
        ("", below(1), [200, 400], True),
        ("", {**below(1), "ReturnValues": "ALL_NEW"}, [200, 400], True),
        ("", {**ADD, "UpdateExpression": "ADD spent :more"}, [400, 400], True),
        ("", {**ADD, "UpdateExpression": "REMOVE"}, [400, 400], True),
        ("", {**ADD, "ReturnConsumedCapacity": "TOTAL"}, [200, 200], False),
        ("", {**ADD, "TableName": "another"}, [400, 400], True),
        ("", {**ADD, "Key": {"other": {"S": "x"}}}, [400, 400], True),
        ("", {"UpdateExpression": "SET l = :l", **LIST}, [200, 200], False),
        ("", {**ADD, "ReturnValues": "NOTHING"}, [400, 400], True),
        ("Item", ADD, [403, 403], False),
    ],
)
def test_an_item_is_updated_as_moto_updates_it(
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    role: str,
    parts: dict[str, Any],
    statuses: list[int],
    is_plain: bool,
) -> None:
    plain = noted(monkeypatch, plain_updates)
    dynamodb = cloud.client("dynamodb")

    def way(more: dict[str, str]) -> list[Any]:
        key = {"id": {"S": "1"}}
        # What is there of an item comes back as well, whatever it is.
        dynamodb.put_item(TableName=TABLE, Item={**key, "words": {"SS": ["a"]}})
        body = json.dumps({"TableName": TABLE, "Key": key, **parts}).encode()
        headers = {"X-Amz-Target": plain_updates.UPDATE, "Content-Type": plain_updates.JSON}
        what = cloud, keys(cloud, role), SigV4Auth, "dynamodb", "POST", "/", headers, body
        answers = [asked(cloud, with_keys(*what), "-", more) for _ in statuses]
        return [*answers, dynamodb.get_item(TableName=TABLE, Key=key)["Item"]]

    ours = way({})
    # Before and after it the item is put and got.
    assert [one is not None for one in plain[1:-1]] == [is_plain] * len(statuses)
    plain.clear()
    theirs = way(MORE)
    assert plain[1:-1] == [None] * len(statuses)
    assert [one[0] for one in ours[:-1]] == statuses
    assert ours == theirs
