"""RecordFailure: write down why a run, or one call of it, failed."""

from typing import Any, TypedDict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage import announcements
from collage.settings import settings
from collage.steps.record_failure import record_end, record_failure, recorded_end
from collage.store.store import connect

logger = Logger(service="record_failure")
metrics = Metrics(service="record_failure")


class Recorded(TypedDict):
    """The error's name and message, for the Fail state."""

    error: str
    message: str


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Recorded:
    """Write failure.json, or failures/{call}.json.

    The workflow gives the collage's ``id``, the ``error`` that was caught, and the ``call`` if it
    was in one. Step Functions' own event tells of a run that was stopped, timed out, or failed;
    what such a run wrote down itself stays, and its end is announced.
    """
    store = connect(settings())
    ended = event.get("detail-type") == "Step Functions Execution Status Change"
    if ended:
        if known := recorded_end(store, event["detail"]):
            logger.info("recorded already", extra={"collage_id": known.id, "error": known.error})
            announcements.connect(settings()).end(store.collages, known)
            return Recorded(error=known.error, message=known.message)
        failure = record_end(store, event["detail"])
    else:
        failure = record_failure(store, event["id"], event["error"], event.get("call"))
    said = {"error": failure.error, "reason": failure.message, "call": failure.call}
    logger.error("recorded", extra={"collage_id": failure.id, **said})
    if failure.call is not None:
        kind = "CallsRefused" if failure.error == "Refused" else "CallsFailed"
        metrics.add_metric(kind, MetricUnit.Count, 1)
    if failure.error == "BudgetExhausted":
        metrics.add_metric("BudgetExhausted", MetricUnit.Count, 1)
    if ended:
        announcements.connect(settings()).end(store.collages, failure)
    return Recorded(error=failure.error, message=failure.message)
