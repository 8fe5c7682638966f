"""PlanTiles: write the plan and the calls that the Map reads."""

from typing import TypedDict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage import provisioned
from collage.services import services
from collage.settings import settings
from collage.steps.log import told
from collage.steps.plan_tiles import Planned, plan_tiles
from collage.store.store import connect

logger = Logger(service="plan_tiles")
metrics = Metrics(service="plan_tiles")
provisioned.prepare(
    "collage.words.prompt_unfolding",
    "collage.sheet.measures",
    # Where anything is written on the sheet.
    "PIL.ImageFont",
)


class Event(TypedDict):
    """Which collage."""

    id: str


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: Event, context: LambdaContext) -> Planned:
    """Write plan.json and calls.json."""
    with told(logger, event["id"]):
        return plan_tiles(connect(settings()), services(), event["id"])
