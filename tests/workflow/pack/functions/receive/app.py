import json
import os

import boto3


def handler(event, context):
    s3, name = boto3.client("s3"), event["source"]
    if name == "aws.s3":
        name = event["detail"]["object"]["key"]
        bucket = event["detail"]["bucket"]["name"]
        event["metadata"] = s3.head_object(Bucket=bucket, Key=name)["Metadata"]
    s3.put_object(Bucket=os.environ["OUTBOX"], Key=f"events/{name}", Body=json.dumps(event))
