"""Deleting a stack with its buckets, and nothing else."""

import json

import boto3
import pytest
import typer
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from combinatoric_collage.cli.commands import destroy

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


@pytest.fixture
def asked(monkeypatch):
    """The operations of AWS that were asked for, in order; ``refused`` ends with an error."""
    real = BaseClient._make_api_call

    class Asked(list):
        refused = ""

    made = Asked()

    def call(client, operation, given):
        made.append(operation)
        if operation == made.refused:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "No."}}, operation)
        return real(client, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return made


def test_data_is_deleted_last(asked):
    (bucket, _) = stack("mine")
    fill(bucket, versioned=True)
    asked.clear()

    assert run("mine", "--yes", "mine").exit_code == 0
    assert asked.index("DeleteStack") < asked.index("DeleteObjects") < asked.index("DeleteBucket")


def test_where_the_stack_cannot_be_deleted_its_data_stays(asked):
    buckets = stack("mine")
    fill(buckets[0], versioned=False)
    asked.refused = "DeleteStack"

    result = run("mine", "--yes", "mine")

    assert result.exit_code == destroy.NOT_DELETED
    assert present() == set(buckets)
    assert destroy.count(boto3.client("s3"), buckets[0]) == 29


def test_what_is_left_when_the_stack_is_gone_is_named(asked):
    buckets = stack("mine")
    fill(buckets[0], versioned=False)
    asked.refused = "DeleteObjects"

    result = run("mine", "--yes", "mine")

    assert result.exit_code == destroy.NOT_DELETED
    assert f"mine is deleted, but not s3://{buckets[0]}, s3://{buckets[1]}" in result.output


def with_gpu(instances):
    """A stack of a bucket and a GPU cluster, so many instances up and protected; the cluster."""
    ec2 = boto3.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    ec2.create_launch_template(
        LaunchTemplateName="gpu", LaunchTemplateData={"InstanceType": "g6.2xlarge"}
    )
    group = {
        "MinSize": "0",
        "MaxSize": "4",
        "DesiredCapacity": str(instances),
        "NewInstancesProtectedFromScaleIn": True,
        "VPCZoneIdentifier": [subnet],
        "LaunchTemplate": {"LaunchTemplateName": "gpu", "Version": "1"},
    }
    resources = {
        "Uploads": BUCKET,
        "Cluster": {"Type": "AWS::ECS::Cluster"},
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group},
    }
    boto3.client("cloudformation").create_stack(
        StackName="mine", TemplateBody=json.dumps({"Resources": resources})
    )
    # moto makes no capacity provider of a template.
    (found,) = boto3.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    ecs, cluster = boto3.client("ecs"), destroy.resources_of("mine")["AWS::ECS::Cluster"][0]
    ecs.create_capacity_provider(
        name="gpu",
        autoScalingGroupProvider={
            "autoScalingGroupArn": found["AutoScalingGroupARN"],
            "managedTerminationProtection": "ENABLED",
        },
    )
    ecs.put_cluster_capacity_providers(
        cluster=cluster, capacityProviders=["gpu"], defaultCapacityProviderStrategy=[]
    )
    return cluster


def start_task(cluster):
    """A task of the cluster, on an instance that joined it."""
    ec2, ecs = boto3.client("ec2"), boto3.client("ecs")
    found = ec2.describe_instances()["Reservations"][0]["Instances"][0]
    document = json.dumps({"instanceId": found["InstanceId"]})
    ecs.register_container_instance(cluster=cluster, instanceIdentityDocument=document)
    ecs.register_task_definition(
        family="t", containerDefinitions=[{"name": "c", "image": "i", "memory": 64}]
    )
    ecs.run_task(cluster=cluster, taskDefinition="t", launchType="EC2")


def test_protected_instances_are_let_go_before_the_stack_is_deleted(asked):
    with_gpu(instances=2)
    asked.clear()

    assert run("mine", "--yes", "mine").exit_code == 0
    order = ["UpdateCapacityProvider", "SetInstanceProtection", "DeleteStack", "DeleteBucket"]
    assert [name for name in asked if name in order] == order
    (provider,) = boto3.client("ecs").describe_capacity_providers(capacityProviders=["gpu"])[
        "capacityProviders"
    ]
    protection = provider["autoScalingGroupProvider"]["managedTerminationProtection"]
    assert protection == "DISABLED"
    states = [
        instance["State"]["Name"]
        for found in boto3.client("ec2").describe_instances()["Reservations"]
        for instance in found["Instances"]
    ]
    assert states == ["terminated"] * 2


def test_a_stack_whose_tasks_run_is_left_as_it_is(asked):
    start_task(with_gpu(instances=1))
    asked.clear()

    result = run("mine", "--yes", "mine")

    assert result.exit_code == destroy.NOT_DELETED
    assert "1 GPU tasks of mine are running" in result.output
    assert not [name for name in asked if name.startswith(("Delete", "Update", "Set"))]
