"""Objects in the laptop cloud's buckets while several change and read them."""

from contextlib import ExitStack

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.s3.utils import _VersionedKeyStore

from combinatoric_collage.local.moto import s3, s3_listing


@pytest.fixture
def client(aws):
    """With a bucket that is as in the laptop cloud."""
    client = boto3.client("s3")
    client.create_bucket(Bucket="pictures")
    client.put_object(Bucket="pictures", Key="one", Body=b"before")
    with ExitStack() as patches:
        s3.one_at_a_time(patches)
        yield client


@pytest.fixture
def backend(client):
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def test_what_somebody_is_about_to_read_stays_whole_when_it_is_put_anew(client, backend):
    about_to_be_read = backend.get_object("pictures", "one")
    client.put_object(Bucket="pictures", Key="one", Body=b"after")

    assert about_to_be_read.value == b"before"
    assert client.get_object(Bucket="pictures", Key="one")["Body"].read() == b"after"


@pytest.mark.parametrize("listed", ["items", "values"])
def test_what_is_deleted_while_others_are_listed_disturbs_no_listing(client, backend, listed):
    client.put_object(Bucket="pictures", Key="two", Body=b"also")
    seen = getattr(backend.buckets["pictures"].keys, listed)()
    next(seen)

    client.delete_object(Bucket="pictures", Key="two")

    assert len(list(seen)) == 1


@pytest.mark.parametrize("ask", ["get_object", "head_object", "delete_object"])
def test_what_is_deleted_when_it_was_just_seen_is_not_there(client, backend, ask):
    class Deleted(_VersionedKeyStore):
        def __contains__(self, name):
            there = super().__contains__(name)
            self.clear()
            return there

    bucket = backend.buckets["pictures"]
    bucket.keys = Deleted(bucket.keys)

    if ask == "delete_object":
        client.delete_object(Bucket="pictures", Key="one")
    else:
        with pytest.raises(client.exceptions.ClientError) as refused:
            getattr(client, ask)(Bucket="pictures", Key="one")
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


NAMES = [
    "a",
    "b/",
    "b/1.json",
    "b/1.png",
    "b/10.png",
    "b/2",
    "b/2.json",
    "b/2/x.y",
    "c.",
    "c/é.png",
]


def told(client, **asked):
    """What all pages of a listing tell, page by page."""
    pages, token = [], {}
    while True:
        answer = client.list_objects_v2(Bucket="names", **asked, **token)
        found = [item["Key"] for item in answer.get("Contents", [])]
        pages.append((found, [one["Prefix"] for one in answer.get("CommonPrefixes", [])]))
        if not answer["IsTruncated"]:
            return pages
        token = {"ContinuationToken": answer["NextContinuationToken"]}


@pytest.fixture
def names(aws):
    """A client of S3 and a bucket of that name, whose pages take what is on them."""
    client = boto3.client("s3")
    with ExitStack() as patches:
        s3_listing.patch(None, patches)
        client.create_bucket(Bucket="names")
        for name in reversed(NAMES):
            client.put_object(Bucket="names", Key=name, Body=b"x")
        yield client, patches


def test_a_page_that_takes_what_is_on_it_tells_the_same(names):
    client, patches = names
    asked = [
        {"MaxKeys": size, "Prefix": prefix, "Delimiter": delimiter, "StartAfter": after}
        for size in (1, 3, 1000)
        for prefix in ("", "b/", "b/1", "z")
        for delimiter in ("", ".", "/")
        for after in ("", "b/1.json", "b/2")
    ]
    quick = [told(client, **each) for each in asked]
    patches.close()

    assert quick == [told(client, **each) for each in asked]


def test_a_listing_tells_of_what_was_put_and_deleted_since_the_last(names):
    client, _ = names
    told(client)
    client.put_object(Bucket="names", Key="b/3", Body=b"x")
    client.delete_object(Bucket="names", Key="a")
    client.delete_object(Bucket="names", Key="c.")
    client.put_object(Bucket="names", Key="c.", Body=b"again")

    listed = sorted({*NAMES, "b/3"} - {"a"})
    assert told(client) == [(listed, [])]
