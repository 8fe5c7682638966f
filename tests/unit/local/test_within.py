"""Requests that are answered in the process that makes them."""

from collections.abc import Iterable
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError

from combinatoric_collage.local import aws
from combinatoric_collage.local.http.within import Within

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

# What is not answered within fails: tests of units may not connect to anything.
NOWHERE = "http://127.0.0.1:9"

OBJECT = b"four"


class Bucket:
    """An application that keeps what it is asked, and has one object."""

    def __init__(self) -> None:
        self.asked = list[tuple[str, str, str, bytes]]()
        self.inner: Any = None

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if self.inner is not None:
            self.inner.head_bucket(Bucket="b")
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.asked.append((method, path, environ["HTTP_HOST"], body))
        size = 0 if method == "PUT" else len(OBJECT)
        # What a body is encoded as is told, and left to whoever reads it, as by botocore.
        told = [("ETag", '"1"'), ("Content-Length", str(size)), ("Content-Encoding", "gzip")]
        start("200 OK", told)
        return [OBJECT] if method == "GET" else []


def client(bucket: Any, over: Event) -> Any:
    keys = aws.Credentials("AKIAEXAMPLE", "secret")
    made = aws.client("s3", NOWHERE, "us-east-1", keys, retries={"total_max_attempts": 1})
    Within(bucket, over).serve(made)
    return made


def test_an_answer_needs_no_connection() -> None:
    bucket = Bucket()
    s3 = client(bucket, Event())

    s3.put_object(Bucket="b", Key="ä b", Body=b"some")
    found = s3.get_object(Bucket="b", Key="k")

    assert found["Body"].read() == OBJECT
    assert found["ETag"] == '"1"'
    assert s3.head_object(Bucket="b", Key="k")["ContentLength"] == len(OBJECT)
    assert bucket.asked[0] == ("PUT", "/b/ä b".encode().decode("latin-1"), "127.0.0.1:9", b"some")


def test_a_failure_is_told_as_by_the_server(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_environ: "WSGIEnvironment", _start: "StartResponse") -> Iterable[bytes]:
        raise ValueError("nothing works")

    with pytest.raises(ClientError) as caught:
        client(broken, Event()).head_bucket(Bucket="b")

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "nothing works" in caplog.text


def test_once_it_is_over_requests_fail_as_all_others() -> None:
    over = Event()
    s3 = client(Bucket(), over)
    over.set()

    with pytest.raises(HTTPClientError):
        s3.head_bucket(Bucket="b")


def test_what_is_asked_by_an_answer_takes_a_connection() -> None:
    bucket = Bucket()
    bucket.inner = client(bucket, Event())

    with pytest.raises(ClientError) as caught:
        bucket.inner.head_bucket(Bucket="b")

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert not bucket.asked
