"""What an account still has of a stack after it was deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3

KINDS: tuple[tuple[str, str, str, str], ...] = (
    ("s3", "list_buckets", "Buckets", "Name"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("lambda", "list_layers", "Layers", "LayerName"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("dynamodb", "list_tables", "TableNames", ""),
    ("stepfunctions", "list_state_machines", "stateMachines", "name"),
    ("events", "list_rules", "Rules", "Name"),
    ("sqs", "list_queues", "QueueUrls", ""),
    ("apigatewayv2", "get_apis", "Items", "Name"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
)
"""Service, operation, the list in its answer, and what of an entry is its name."""


def of(stack: str) -> Iterator[str]:
    """What is named after the stack and is still there, the stack itself included."""
    pages = boto3.client("cloudformation").get_paginator("describe_stacks").paginate()
    for page in pages:
        for found in page["Stacks"]:
            if found["StackName"] == stack and found["StackStatus"] != "DELETE_COMPLETE":
                yield f"the stack: {found['StackStatus']}"
    for service, operation, entries, key in KINDS:
        client: Any = boto3.client(service)  # type: ignore[call-overload]
        answer = getattr(client, operation)()
        for entry in answer.get(entries, []):
            name = entry[key] if key else entry
            if stack in name:
                yield f"{service}: {name}"
