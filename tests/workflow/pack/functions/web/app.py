import base64
import json
import os
import time

import boto3
from botocore.config import Config


def handler(event, context):
    if "requestContext" not in event:
        return globals()[event["do"]](event)
    if event["rawPath"] == "/slow":
        time.sleep(15)
    answer = ANSWERS.get((event.get("pathParameters") or {}).get("proxy"))
    return answer(event) if answer else {"statusCode": 200, "body": json.dumps(event)}


def picture(event):
    return {
        "statusCode": 201,
        "headers": {
            "Content-Type": "image/png",
            "X-Answer": 42,
            "Access-Control-Allow-Origin": "*",
        },
        "cookies": ["a=1; Path=/", "b=2"],
        "body": base64.b64encode(bytes(range(256))).decode(),
        "isBase64Encoded": True,
    }


def fail(event):
    raise ValueError("a secret reason")


ANSWERS = {
    "picture": picture,
    "fail": fail,
    "bare": lambda event: {"made": ["of", "anything"]},
    "word": lambda event: "hello",
    "nonsense": lambda event: {"statusCode": "many"},
    "large": lambda event: "x" * (6 * 2**20 + 1),
    "plain": lambda event: {"statusCode": 200, "body": "text"},
}


def presign(event):
    signed = Config(signature_version=event["version"])
    s3, place = boto3.client("s3", config=signed), {"Bucket": os.environ["OUTBOX"]}
    place["Key"] = event["key"]
    kind = {"Content-Type": "image/png"}
    return {
        "get": s3.generate_presigned_url("get_object", Params=place),
        "put": s3.generate_presigned_url("put_object", Params=place),
        "post": s3.generate_presigned_post(
            **place, Fields=kind, Conditions=[kind, ["content-length-range", 1, 100]], ExpiresIn=60
        ),
    }
