"""Objects in the laptop cloud's buckets while several change and read them."""

from contextlib import ExitStack

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from combinatoric_collage.local.moto import s3


def test_what_somebody_is_about_to_read_stays_whole_when_it_is_put_anew(aws):
    client = boto3.client("s3")
    client.create_bucket(Bucket="pictures")
    client.put_object(Bucket="pictures", Key="one", Body=b"before")
    with ExitStack() as patches:
        s3.one_at_a_time(patches)
        about_to_be_read = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_object("pictures", "one")
        client.put_object(Bucket="pictures", Key="one", Body=b"after")

        assert about_to_be_read.value == b"before"
        assert client.get_object(Bucket="pictures", Key="one")["Body"].read() == b"after"
