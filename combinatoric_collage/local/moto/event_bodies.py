"""Events as EventBridge sends them, and their way to a rule's target."""

import itertools
import json
import time
import uuid
from typing import Any

from combinatoric_collage.local.aws import ACCOUNT

_sequence = itertools.count(int(time.time() * 1e6))

# What an S3 notification calls the request, and what the event on the bus calls it.
REASONS = {
    "Put": "PutObject",
    "Post": "POST Object",
    "Copy": "CopyObject",
    "CompleteMultipartUpload": "CompleteMultipartUpload",
}


def object_created(bucket: Any, key: Any, notification: str) -> dict[str, Any]:
    """The event of a new object; moto's own has made-up constants and no valid time."""
    detail = {
        "key": key.name,
        "size": key.size,
        "etag": key.etag.replace('"', ""),
        "sequencer": f"{next(_sequence):018X}",
    }
    if bucket.is_versioned:
        detail["version-id"] = key.version_id
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": ACCOUNT,
        "time": _iso(time.time()),
        "region": bucket.region_name,
        "resources": [bucket.arn],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": detail,
            "request-id": uuid.uuid4().hex[:16].upper(),
            "requester": ACCOUNT,
            "source-ip-address": "127.0.0.1",
            "reason": REASONS.get(notification.rpartition(":")[2], "PutObject"),
        },
    }


def target_input(target: dict[str, Any], event: dict[str, Any]) -> bytes:
    """What a target is given: the event, or what the rule makes of it."""
    from moto.events.utils import EventTemplateParser

    sent = {name: value for name, value in event.items() if name != "ingestion-time"}
    if isinstance(sent["time"], int | float):
        sent["time"] = _iso(sent["time"])
    if "Input" in target:
        return str(target["Input"]).encode()
    if "InputTransformer" in target:
        transformer = target["InputTransformer"]
        made = EventTemplateParser.parse(
            transformer["InputTemplate"],
            transformer.get("InputPathsMap", {}),
            # Its parser wants the name it has itself taken out of what is sent.
            {**sent, "ingestion-time": sent["time"]},  # type: ignore[typeddict-item]
        )
        return json.dumps(made).encode()
    return json.dumps(sent).encode()


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
