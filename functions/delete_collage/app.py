"""DeleteCollage: delete a collage, or say what that would take away."""

import os
from functools import cache
from typing import Any, NotRequired, TypedDict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage.errors import DeletionGoesOn
from collage.services import aws_client
from collage.settings import settings
from collage.steps.delete_collage import delete_collage, survey
from collage.steps.log import told
from collage.store.store import connect
from collage.watch.runs import Runs

IN_HAND_SECONDS = 120
"""Of an invocation's time, what the part takes at most that it is at when it stops."""

logger = Logger(service="delete_collage")
metrics = Metrics(service="delete_collage")


class Event(TypedDict):
    """Which collage, who asked for it, and for how long to be at it."""

    id: str
    by: NotRequired[str]
    dry_run: NotRequired[bool]
    seconds: NotRequired[float]
    """For whoever waits, and calls again. Without it, what is left is gone on with by itself."""


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Delete, or survey; what came of it."""
    store = connect(settings())
    with told(logger, event["id"]) as facts:
        if event.get("dry_run"):
            return survey(store, event["id"]).model_dump(mode="json")
        most = context.get_remaining_time_in_millis() / 1000 - IN_HAND_SECONDS
        seconds = min(event.get("seconds", most), most)
        made = delete_collage(store, _runs(), event["id"], seconds, event.get("by", ""))
        facts.update(files=made.files, done=made.done)
        if not made.done and "seconds" not in event:
            # Lambda hands in an event anew whose function failed.
            raise DeletionGoesOn(f"Of collage {event['id']} there is more to delete.")
    return made.model_dump(mode="json")


@cache
def _runs() -> Runs:
    return Runs(aws_client("stepfunctions"), os.environ["STATE_MACHINE_ARN"])
