import json
import os
import signal
import sys
import time

import boto3


def put(what):
    boto3.client("s3").put_object(
        Bucket=os.environ["OUTBOX"],
        Key=f"{os.environ.get('FOLDER', 'tasks')}/{os.environ['NAME']}",
        Body=json.dumps(what),
    )


def report(**more):
    put({"arguments": sys.argv[1:], "environment": dict(os.environ), "pid": os.getpid(), **more})


def interrupted(_number, _frame):
    report(interrupted=True)
    sys.exit(143)


def main():
    work = os.environ["DO"]
    print("asked to", work, flush=True)  # noqa: T201 - for the log
    if work == "wait":
        signal.signal(signal.SIGTERM, interrupted)
        report()
        time.sleep(1000)
    if work == "ignore":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        report()
        time.sleep(1000)
    if work == "elsewhere":
        os.environ["FOLDER"] = "private"
    began = time.time()
    time.sleep(0.2)
    report(began=began, ended=time.time())
    return int(work) if work.isdigit() else 0


if __name__ == "__main__":
    sys.exit(main())
