"""What the tests of the laptop cloud share: its small pack, asked to do something."""

import json
from pathlib import Path
from typing import Any

from combinatoric_collage.local import Cloud
from tests.workflow.running import eventually

PACK = Path(__file__).parent / "pack" / "template.yaml"

FUNCTION = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: code, Handler: app.handler, Runtime: python3.13, Timeout: 600 }
"""


def call(cloud: Cloud, name: str, event: dict[str, Any], **options: Any) -> tuple[Any, Any]:
    answer = cloud.client("lambda").invoke(
        FunctionName=cloud.outputs[name], Payload=json.dumps(event), **options
    )
    return answer, json.loads(answer["Payload"].read() or "null")


def runtime_api(cloud: Cloud) -> str:
    """Where the Runtime API of a function's process is, as the process alone is told."""
    return str(call(cloud, "Misbehave", {"do": "look"})[1]["environment"]["AWS_LAMBDA_RUNTIME_API"])


def execute(cloud: Cloud, **given: Any) -> dict[str, Any]:
    machines = cloud.client("stepfunctions")
    arn = machines.start_execution(
        stateMachineArn=cloud.outputs["Machine"], input=json.dumps(given)
    )["executionArn"]

    def ended() -> Any:
        execution = machines.describe_execution(executionArn=arn)
        return execution if execution["status"] != "RUNNING" else None

    return dict(eventually(ended))


def received(cloud: Cloud, name: str) -> Any:
    s3 = cloud.client("s3")

    def look() -> Any:
        try:
            place = s3.get_object(Bucket=cloud.outputs["Outbox"], Key=f"events/{name}")
        except s3.exceptions.NoSuchKey:
            return None
        return json.load(place["Body"])

    return eventually(look)
