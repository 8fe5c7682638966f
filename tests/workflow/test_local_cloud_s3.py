"""S3 of the laptop cloud: what is presigned, and what may not happen twice."""

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from combinatoric_collage.local import Cloud
from tests.workflow.pack_in_use import PACK, received


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud(PACK, stack="pack", workers=2) as cloud:
        yield cloud


def presigned(cloud: Cloud, version: str, key: str = "web/a picture.png") -> Any:
    answer = cloud.client("lambda").invoke(
        FunctionName=cloud.outputs["Web"],
        Payload=json.dumps({"do": "presign", "key": key, "version": version}),
    )
    return json.load(answer["Payload"])


def fetch(url: str, method: str, body: bytes = b"") -> tuple[int, bytes]:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=600)
    try:
        connection.request(method, f"{place.path}?{place.query}", body)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def post(form: Mapping[str, Any], body: bytes, **changed: str) -> tuple[int, bytes]:
    """The form as a browser would post it."""
    place = urlsplit(form["url"])
    parts = [
        f'--xx\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (form["fields"] | changed).items()
    ]
    parts.append('--xx\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n')
    data = "".join(parts).encode() + body + b"\r\n--xx--\r\n"
    connection = http.client.HTTPConnection(place.netloc, timeout=600)
    try:
        kind = {"Content-Type": "multipart/form-data; boundary=xx"}
        connection.request("POST", place.path, data, kind)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_what_a_role_presigns_can_be_sent_and_fetched(cloud: Cloud, version: str) -> None:
    made = presigned(cloud, version)

    assert post(made["post"], b"\x89posted\xff") == (204, b"")
    assert fetch(made["get"], "GET") == (200, b"\x89posted\xff")
    assert fetch(made["put"], "PUT", b"put")[0] == 200
    assert fetch(made["get"], "GET") == (200, b"put")


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_an_address_opens_what_was_signed_and_nothing_else(cloud: Cloud, version: str) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["Outbox"]
    for key in ("web/mine", "web/other"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    url = presigned(cloud, version, "web/mine")["get"]
    signature = parse_qs(urlsplit(url).query)[
        "X-Amz-Signature" if version == "s3v4" else "Signature"
    ]

    assert fetch(url, "GET") == (200, b"x")
    for changed, method, name in (
        (url.replace("web/mine", "web/other"), "GET", b"SignatureDoesNotMatch"),
        (url, "PUT", b"SignatureDoesNotMatch"),
        (url.replace(quote(signature[0], safe=""), "0" * 64), "GET", b"SignatureDoesNotMatch"),
        (f"{url}&versionId=1", "GET", b"SignatureDoesNotMatch"),
        (url.partition("?")[0] + "?AWSAccessKeyId=x", "GET", b""),
    ):
        status, answer = fetch(changed, method)
        assert (status, name in answer) == (403, True), (changed, answer)


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_an_address_has_an_end(cloud: Cloud, version: str) -> None:
    place = {"Bucket": cloud.outputs["Outbox"], "Key": "web/mine"}
    environment = cloud.environment
    s3 = boto3.Session(
        environment["AWS_ACCESS_KEY_ID"],
        environment["AWS_SECRET_ACCESS_KEY"],
        region_name=cloud.region,
    ).client("s3", endpoint_url=cloud.endpoint, config=Config(signature_version=version))
    good = s3.generate_presigned_url("get_object", Params=place, ExpiresIn=60)
    late = s3.generate_presigned_url("get_object", Params=place, ExpiresIn=-60)
    assert fetch(good, "GET")[0] != 403
    assert fetch(late, "GET")[0] == 403


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_form_posts_what_its_policy_says_and_nothing_else(cloud: Cloud, version: str) -> None:
    form = presigned(cloud, version)["post"]
    old = presigned(cloud, version, "web/old")["post"]["fields"]["policy"]

    for body, changed, status, name in (
        (bytes(101), {}, 400, b"EntityTooLarge"),
        (b"", {}, 400, b"EntityTooSmall"),
        (b"x", {"key": "private/x"}, 403, b"AccessDenied"),
        (b"x", {"Content-Type": "text/html"}, 403, b"AccessDenied"),
        (b"x", {"acl": "public-read"}, 403, b"AccessDenied"),
        (b"x", {"policy": old}, 403, b"SignatureDoesNotMatch"),
        (b"x", {"x-amz-security-token": "another"}, 403, b"AccessDenied"),
    ):
        found, answer = post(form, body, **changed)
        assert (found, name in answer) == (status, True), (changed, answer)


def test_a_form_can_do_no_more_than_the_role_that_signed_it(cloud: Cloud) -> None:
    form = presigned(cloud, "s3v4", "private/x")["post"]
    assert post(form, b"x")[0] == 403


def test_a_form_has_an_end(cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    form = s3.generate_presigned_post(cloud.outputs["Outbox"], "web/late", ExpiresIn=-1)
    status, answer = post(form, b"x")
    assert (status, b"Policy expired" in answer) == (403, True)


def test_of_many_who_put_what_does_not_exist_one_wins(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["Outbox"]
    for round in range(10):
        won, lost, start = [], [], threading.Barrier(16)

        def put(who: bytes, key: str, won: Any, lost: Any, start: Any) -> None:
            start.wait()
            try:
                s3.put_object(Bucket=bucket, Key=key, Body=who, IfNoneMatch="*")
                won.append(who)
            except ClientError as error:
                lost.append(error.response["Error"]["Code"])

        key = f"web/once {round}"
        threads = [
            threading.Thread(target=put, args=(b"%d" % who, key, won, lost, start))
            for who in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert lost == ["PreconditionFailed"] * 15
        assert [s3.get_object(Bucket=bucket, Key=key)["Body"].read()] == won


def test_a_rule_hears_of_an_object_that_has_its_metadata(cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    for number in range(20):
        place = {"Bucket": cloud.outputs["Inbox"], "Key": f"in/{number}"}
        s3.put_object(Body=b"x", Metadata={"rows": str(number)}, **place)
    s3.copy_object(CopySource=place, Bucket=cloud.outputs["Inbox"], Key="in/copy")

    for name, rows in ((f"in/{n}", str(n)) for n in range(20)):
        assert received(cloud, name)["metadata"] == {"rows": rows}
    assert received(cloud, "in/copy")["metadata"] == {"rows": "19"}


def test_a_head_is_answered_as_a_get_without_a_body(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["Outbox"]
    s3.put_object(Bucket=bucket, Key="private/x", Body=b"four")
    role = next(
        f["Role"]
        for f in cloud.client("lambda").list_functions()["Functions"]
        if f["FunctionName"] == cloud.outputs["Web"]
    )
    assumed = cloud.identities.assume(role, "test")
    theirs = boto3.Session(
        assumed.access_key, assumed.secret_key, assumed.token, region_name=cloud.region
    ).client("s3", endpoint_url=cloud.endpoint, config=Config(retries={"total_max_attempts": 1}))

    assert s3.head_object(Bucket=bucket, Key="private/x")["ContentLength"] == 4
    for client, place, code in (
        (s3, "private/none", "404"),
        (theirs, "private/x", "403"),
        (theirs, "web/none", "403"),
    ):
        with pytest.raises(ClientError) as caught:
            client.head_object(Bucket=bucket, Key=place)
        assert caught.value.response["Error"]["Code"] == code
