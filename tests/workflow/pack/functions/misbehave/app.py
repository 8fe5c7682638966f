import os
import subprocess
import time

import boto3


def handler(event, context):
    return globals()[event["do"]](event, context)


def sleep(event, context):
    subprocess.Popen(["sleep", "1000"])
    time.sleep(1000)


def leave(event, context):
    os._exit(3)


def eat(event, context):
    eaten = bytearray(400 * 2**20)
    time.sleep(1000)
    return len(eaten)


def gulp(event, context):
    return len(bytearray(400 * 2**20))


def fail(event, context):
    raise KeyError("lost")


def read(event, context):
    boto3.client("s3").get_object(Bucket=os.environ["OUTBOX"], Key=event["key"])


def look(event, context):
    return {
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "pid": os.getpid(),
        "arn": context.invoked_function_arn,
        "remaining": context.get_remaining_time_in_millis(),
        "identity": boto3.client("sts").get_caller_identity()["Arn"],
    }


def give(event, context):
    return "x" * event["bytes"]
