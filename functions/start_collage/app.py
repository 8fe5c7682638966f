"""StartCollage: from an upload's event, or from a door with options, to a running workflow."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage import announcements, provisioned
from collage.errors import PermanentError
from collage.owners.owner import claimed
from collage.services import aws_client, services
from collage.settings import settings
from collage.steps import upload
from collage.steps.log import audited
from collage.steps.start_collage import refuse, start
from collage.store.store import connect
from collage.watch.runs import Runs, of_stack

logger = Logger(service="start_collage")
metrics = Metrics(service="start_collage")
provisioned.prepare("collage.words.prompt_unfolding", "collage.pictures.source")


@cache
def runs() -> Runs:
    """The workflow's runs."""
    return of_stack(aws_client("stepfunctions"), settings())


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Mapping[str, Any]:
    """Start the collage of an S3 event's object, or of ``{"source": key, "request": {...}}``.

    ``"retry_refused": true`` has what moderation refused asked for again; ``"owner"`` is taken at
    its word: whoever may invoke this could write the bucket, too. ``"notify"`` is who is told.
    A door is told what is wrong by the error. An upload's event has nobody to tell, and would
    only be delivered again: there the error becomes a failure.json, and is announced.
    """
    store = connect(settings())
    by = claimed(event.get("owner"), context.invoked_function_arn.split(":")[4])
    begin = audited(logger, by, partial(start, store, services(), runs(), by=by))
    if event.get("detail-type") != "Object Created":
        more = {name: event[name] for name in ("retry_refused", "notify") if name in event}
        return begin(event["source"], event["request"], **more)
    key = event["detail"]["object"]["key"]
    try:
        if (found := upload.read(store, key)) is None:
            return {"waiting": key}
        asked = datetime.fromisoformat(event["time"])
        return begin(found.source, found.options, asked=asked, notify=found.notify)
    except PermanentError as error:
        failure = refuse(store, source := upload.picture(key), error)
        said = {"collage_id": failure.id, "error": error.name, "reason": str(error)}
        logger.warning("refused", extra=said)
        announcements.connect(settings()).refusal(store.uploads, source, failure)
        return failure.model_dump()
