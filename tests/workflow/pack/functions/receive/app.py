import json
import os

import boto3


def handler(event, context):
    name = event["detail"]["object"]["key"] if event["source"] == "aws.s3" else event["source"]
    boto3.client("s3").put_object(
        Bucket=os.environ["OUTBOX"], Key=f"events/{name}", Body=json.dumps(event)
    )
