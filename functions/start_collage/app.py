"""StartCollage: from an upload's event, or from a door with options, to a running workflow."""

import os
from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage import announcements
from collage.errors import PermanentError
from collage.services import tools
from collage.settings import settings
from collage.steps import upload
from collage.steps.log import started
from collage.steps.start_collage import refuse, start
from collage.store.store import connect
from collage.watch.runs import Runs

logger = Logger(service="start_collage")
metrics = Metrics(service="start_collage")


@cache
def runs() -> Runs:
    """The workflow's runs, by a client made at the first event."""
    return Runs(boto3.client("stepfunctions"), os.environ["STATE_MACHINE_ARN"])


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Mapping[str, Any]:
    """Start the collage of an S3 event's object, or of ``{"source": key, "request": {...}}``.

    With ``"retry_refused": true`` a door has what moderation refused before asked for again.

    A door is told what is wrong by the error. An upload's event has nobody to tell, and would
    only be delivered again: there the error becomes a failure.json, and is announced.
    """
    store = connect(settings())
    begin = partial(start, store, tools(), runs())
    if event.get("detail-type") != "Object Created":
        again = event.get("retry_refused", False)
        return started(logger, begin(event["source"], event["request"], retry_refused=again))
    key = event["detail"]["object"]["key"]
    try:
        if (found := upload.read(store, key)) is None:
            return {"waiting": key}
        asked = datetime.fromisoformat(event["time"])
        return started(logger, begin(found.source, found.options, asked=asked))
    except PermanentError as error:
        source = upload.picture(key)
        failure = refuse(store, source, error)
        said = {"collage_id": failure.id, "error": error.name, "reason": str(error)}
        logger.warning("refused", extra=said)
        announcements.connect(settings()).refusal(store.uploads, source, failure)
        return failure.model_dump()
