"""RecordFailure: write down why a run, or one call of it, failed."""

from typing import NotRequired, TypedDict

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage import pipeline
from collage.settings import settings
from collage.store import connect

logger = Logger(service="record_failure")


class Event(TypedDict):
    """Which collage, what a Catch caught, and in which call if it was in one."""

    id: str
    error: dict[str, str]
    call: NotRequired[int]


class Recorded(TypedDict):
    """The error's name and message, for the Fail state."""

    error: str
    message: str


@logger.inject_lambda_context
def handler(event: Event, context: LambdaContext) -> Recorded:
    """Write failure.json, or failures/{call}.json."""
    failure = pipeline.record_failure(
        connect(settings()), event["id"], event["error"], event.get("call")
    )
    logger.error("failed", extra={"failure": failure.model_dump()})
    return Recorded(error=failure.error, message=failure.message)
