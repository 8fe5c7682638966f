"""ListStyles: freeze the styles of a request that named none."""

from typing import TypedDict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage import pipeline
from collage.settings import settings
from collage.store import connect
from collage.tools import tools

logger = Logger(service="list_styles")
metrics = Metrics(service="list_styles")


class Event(TypedDict):
    """Which collage."""

    id: str


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: Event, context: LambdaContext) -> Event:
    """Write styles.json."""
    usd = pipeline.list_styles(connect(settings()), tools(), event["id"])
    metrics.add_metric("UsdSpent", MetricUnit.NoUnit, usd)
    return event
