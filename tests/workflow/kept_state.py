"""A pack that keeps things, and what lies in its state directory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from combinatoric_collage.local import Cloud

PACK = Path(__file__).parent / "pack" / "template.yaml"

TEMPLATE = """
Resources:
  Files: { Type: AWS::S3::Bucket }
  Versions:
    Type: AWS::S3::Bucket
    Properties: { VersioningConfiguration: { Status: Enabled } }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: name, AttributeType: S }]
      KeySchema: [{ AttributeName: name, KeyType: HASH }]
  Ranged:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: name, AttributeType: S }
        - { AttributeName: at, AttributeType: N }
      KeySchema:
        - { AttributeName: name, KeyType: HASH }
        - { AttributeName: at, KeyType: RANGE }
Outputs:
  Files: { Value: !Ref Files }
  Versions: { Value: !Ref Versions }
  Table: { Value: !Ref Table }
  Ranged: { Value: !Ref Ranged }
"""

New = Callable[[], Cloud]


def objects(cloud: Cloud, bucket: str = "Files") -> dict[str, bytes]:
    s3, name = cloud.client("s3"), cloud.outputs[bucket]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return {key: s3.get_object(Bucket=name, Key=key)["Body"].read() for key in keys}


def items(cloud: Cloud, table: str = "Table") -> list[dict[str, Any]]:
    return list(cloud.client("dynamodb").scan(TableName=cloud.outputs[table])["Items"])


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
