"""Objects in the laptop cloud's buckets while several change and read them."""

from contextlib import ExitStack

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.s3.utils import _VersionedKeyStore

from combinatoric_collage.local.moto import s3


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
