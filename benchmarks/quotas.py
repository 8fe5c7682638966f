"""What AWS documents that an account may do: the quotas that a large collage could meet.

Defaults in us-east-1 from AWS's documentation, as copies of its pages had it on READ_ON; no account
was asked. Times are in seconds, sizes in bytes, rates a second.
"""

from __future__ import annotations

from dataclasses import dataclass

READ_ON = "2026-11-26"
DOCS = "https://docs.aws.amazon.com"


@dataclass(frozen=True)
class Quota:
    """A documented limit, and the page that it stands on."""

    name: str
    value: float
    page: str
    grows: bool = False
    """Whether AWS raises it on request, or by itself with use."""

    @property
    def address(self) -> str:
        """Of the page."""
        return f"{DOCS}/{self.page}.html"


_STATES = "step-functions/latest/dg/service-quotas"
_READER = "step-functions/latest/dg/input-output-itemreader"
_LAMBDA = "lambda/latest/dg/gettingstarted-limits"
_S3 = "AmazonS3/latest/userguide/optimizing-performance"
_TABLE = "amazondynamodb/latest/developerguide/bp-partition-key-design"

TRANSITIONS = Quota("state transitions of standard workflows", 5_000, _STATES, grows=True)
CHILD_STARTS = Quota("starts of a Map's standard children", 100, _STATES)
"""Quoted of that page by others; the copy that was read has no such line, and does not say whether
these are among the 300 that StartExecution has."""
CHILDREN = Quota("children of a Map Run at once", 10_000, _STATES)
MAP_RUNS = Quota("open Map Runs", 1_000, _STATES)
OPEN_EXECUTIONS = Quota("open executions", 1_000_000, _STATES, grows=True)
EVENTS = Quota("events of an execution's history", 25_000, _STATES)
STATE_BYTES = Quota("bytes of a state's input or output", 256 * 1024, _STATES)
INLINE = Quota("iterations of an inline Map at once", 40, "step-functions/latest/dg/state-map")
ITEMS = Quota("items that a Map reads", 100_000_000, _READER)
ITEM_FILE = Quota("bytes of a file of items", 10 * 1024**3, _READER)
AT_ONCE = Quota("functions at once", 1_000, _LAMBDA, grows=True)
REQUESTS_EACH = Quota(
    "requests to functions, for each that may be at work", 10, "lambda/latest/dg/lambda-concurrency"
)
S3_PUTS = Quota("S3 PUTs of one prefix", 3_500, _S3, grows=True)
S3_GETS = Quota("S3 GETs of one prefix", 5_500, _S3, grows=True)
PARTS = Quota("parts of an upload to S3", 10_000, "AmazonS3/latest/userguide/qfacts")
ITEM_WRITES = Quota("writes of one DynamoDB item", 1_000, _TABLE)
EVENTS_PUT = Quota(
    "EventBridge PutEvents", 10_000, "eventbridge/latest/userguide/eb-quota", grows=True
)
