"""DeliverMessage: tell those who asked for it how a collage ended."""

from typing import Any, NotRequired, TypedDict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage.messages.event import Event as Ended
from collage.settings import settings
from collage.steps.deliver_message import addressees, deliver_message
from collage.store.store import connect

logger = Logger(service="deliver_message")
metrics = Metrics(service="deliver_message")


class Event(TypedDict):
    """What ended, and whom to tell of it; without that it is asked who there is."""

    event: dict[str, Any]
    to: NotRequired[str]


class Addressees(TypedDict):
    """Who is to be told, by the names by which this function knows them."""

    addressees: list[str]


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: Event, context: LambdaContext) -> Addressees:
    """Tell ``to`` of the ``event``, or say who there is to tell of it."""
    ended, store = Ended.model_validate(event["event"]), connect(settings())
    logger.append_keys(collage_id=ended.collage, kind=ended.kind, message_id=ended.id)
    if "to" not in event:
        # One who asked for what is there already is told alone.
        only = event["event"].get("only")
        return Addressees(addressees=[only] if only else addressees(store, settings(), ended))
    deliver_message(store, settings(), ended, event["to"])
    logger.info("told", extra={"to": event["to"]})
    metrics.add_metric("MessagesDelivered", MetricUnit.Count, 1)
    return Addressees(addressees=[event["to"]])
