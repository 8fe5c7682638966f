"""Letting go of a stack's GPU instances, which are protected from everybody but ECS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import boto3

CLUSTER, GROUP = "AWS::ECS::Cluster", "AWS::AutoScaling::AutoScalingGroup"
AT_ONCE = 50
"""Instances whose protection one request may set."""


def running_tasks(resources: Mapping[str, list[str]]) -> int:
    """How many tasks run in the stack's clusters; ``resources`` are its own, ids by type."""
    pages = boto3.client("ecs").get_paginator("list_tasks")
    return sum(
        len(page["taskArns"])
        for cluster in resources.get(CLUSTER, [])
        for page in pages.paginate(cluster=cluster)
    )


def release(resources: Mapping[str, list[str]]) -> None:
    """Have the stack's instances end, and none start.

    An instance that ECS protects from scaling in outlives the deletion of its group, which then
    fails; nothing lifts the protection of an instance without a task but the capacity provider.
    """
    ecs, scaling = boto3.client("ecs"), boto3.client("autoscaling")
    for provider in _providers(ecs, resources.get(CLUSTER, [])):
        # First, or ECS would protect the instances anew.
        ecs.update_capacity_provider(
            name=provider, autoScalingGroupProvider={"managedTerminationProtection": "DISABLED"}
        )
    for group in resources.get(GROUP, []):
        scaling.update_auto_scaling_group(
            AutoScalingGroupName=group, NewInstancesProtectedFromScaleIn=False
        )
        instances = iter(_instances(scaling, group))
        while some := list(islice(instances, AT_ONCE)):
            scaling.set_instance_protection(
                AutoScalingGroupName=group, InstanceIds=some, ProtectedFromScaleIn=False
            )
        scaling.update_auto_scaling_group(
            AutoScalingGroupName=group, MinSize=0, MaxSize=0, DesiredCapacity=0
        )


def _providers(ecs: Any, clusters: list[str]) -> list[str]:
    """The capacity providers of clusters that stand for instances of their own."""
    found = ecs.describe_clusters(clusters=clusters)["clusters"] if clusters else []
    names = [name for cluster in found for name in cluster["capacityProviders"]]
    described = ecs.describe_capacity_providers(capacityProviders=names) if names else {}
    return [
        provider["name"]
        for provider in described.get("capacityProviders", [])
        if "autoScalingGroupProvider" in provider
    ]


def _instances(scaling: Any, group: str) -> Iterator[str]:
    """The protected instances of a group."""
    pages = scaling.get_paginator("describe_auto_scaling_groups")
    for page in pages.paginate(AutoScalingGroupNames=[group]):
        for described in page["AutoScalingGroups"]:
            for instance in described["Instances"]:
                if instance.get("ProtectedFromScaleIn"):
                    yield instance["InstanceId"]
