"""The HTTP API's routes, which MiniStack does not make of the definition in the template."""

from __future__ import annotations

from typing import Any

import boto3

from rehearsal.variant import Change, of_type


def make(template: dict[str, Any], stack: str) -> Change:
    """Make each route of the API's OpenAPI body, for signed callers, onto the API's function."""
    ((logical, api),) = of_type(template, "AWS::Serverless::HttpApi")
    functions = {
        function
        for function, resource in of_type(template, "AWS::Serverless::Function")
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }
    (function,) = functions
    formation, gateway = boto3.client("cloudformation"), boto3.client("apigatewayv2")
    found = formation.describe_stack_resources(StackName=stack)["StackResources"]
    physical = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}
    name = physical[function]
    arn = boto3.client("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    integration = gateway.create_integration(
        ApiId=physical[logical],
        IntegrationType="AWS_PROXY",
        IntegrationUri=arn,
        PayloadFormatVersion="2.0",
    )["IntegrationId"]
    paths = api["Properties"]["DefinitionBody"]["paths"]
    keys = [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
    for key in keys:
        gateway.create_route(
            ApiId=physical[logical],
            RouteKey=key,
            AuthorizationType="AWS_IAM",
            Target=f"integrations/{integration}",
        )
    return Change(
        f"{len(keys)} routes of {logical} are made after the deploy",
        "MiniStack makes none of the OpenAPI body",
    )
