"""ListStyles: freeze the styles of a request that named none."""

from typing import TypedDict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage import provisioned
from collage.services import services
from collage.settings import settings
from collage.steps.list_styles import list_styles
from collage.steps.log import told
from collage.store.store import connect

logger = Logger(service="list_styles")
metrics = Metrics(service="list_styles")
provisioned.prepare("collage.words.prompt_unfolding")


class Event(TypedDict):
    """Which collage."""

    id: str


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: Event, context: LambdaContext) -> Event:
    """Write styles.json."""
    with told(logger, event["id"]) as facts:
        facts["usd"] = usd = list_styles(connect(settings()), services(), event["id"])
    metrics.add_metric("UsdSpent", MetricUnit.NoUnit, usd)
    return event
