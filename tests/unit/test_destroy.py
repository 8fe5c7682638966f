"""Deleting a stack with its buckets, and nothing else."""

import json

import boto3
import pytest
import typer
from typer.testing import CliRunner

from cli import destroy

BUCKET = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
TEMPLATE = {"Resources": {"Uploads": BUCKET, "Collages": BUCKET}}

app = typer.Typer()
app.command()(destroy.main)


pytestmark = pytest.mark.usefixtures("aws")


def stack(name):
    """A stack with two buckets; their names."""
    formation = boto3.client("cloudformation")
    formation.create_stack(StackName=name, TemplateBody=json.dumps(TEMPLATE))
    return destroy.buckets_of(name)


def fill(bucket, versioned):
    """Objects, one of them overwritten and one deleted."""
    s3 = boto3.client("s3")
    if versioned:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for number in range(30):
        s3.put_object(Bucket=bucket, Key=f"tiles/{number}", Body=b"first")
    s3.put_object(Bucket=bucket, Key="tiles/0", Body=b"second")
    s3.delete_object(Bucket=bucket, Key="tiles/1")


def run(*arguments, text=None):
    return CliRunner().invoke(app, arguments, input=text)


def present():
    return {bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]}


@pytest.mark.parametrize("versioned", [False, True])
def test_a_stack_goes_with_its_buckets_and_every_version_in_them(versioned):
    mine, theirs = stack("mine"), stack("theirs")
    fill(mine[0], versioned)
    boto3.client("s3").put_object(Bucket=theirs[0], Key="uploads/photo.png", Body=b"theirs")

    result = run("mine", "--yes", "mine")

    assert result.exit_code == 0
    assert f"s3://{mine[0]}  29 objects" in result.output
    assert present() == set(theirs)
    kept = boto3.client("s3").list_objects_v2(Bucket=theirs[0])
    assert kept["KeyCount"] == 1
    formation = boto3.client("cloudformation")
    assert [s["StackName"] for s in formation.describe_stacks()["Stacks"]] == ["theirs"]


@pytest.mark.parametrize("agreement", [(), ("--yes", "other")])
def test_nothing_is_deleted_where_nobody_agreed(agreement):
    buckets = stack("mine")
    boto3.client("s3").put_object(Bucket=buckets[0], Key="uploads/photo.png", Body=b"photo")

    result = run("mine", *agreement, text="mine\n")

    assert result.exit_code == destroy.NOT_AGREED
    assert "Nothing was deleted." in result.output
    assert present() == set(buckets)
    assert destroy.count(boto3.client("s3"), buckets[0]) == 1


def test_a_stack_that_is_not_there_is_named():
    result = run("nowhere", "--yes", "nowhere")

    assert result.exit_code == destroy.NOT_AGREED
    assert "nowhere" in result.output
