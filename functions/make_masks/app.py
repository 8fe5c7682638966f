"""MakeMasks: prepare the source to the size of a tile and draw the masks over it."""

from typing import TypedDict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage import provisioned
from collage.services import services
from collage.settings import settings
from collage.steps.log import told
from collage.steps.make_masks import make_masks
from collage.store.store import connect

logger = Logger(service="make_masks")
metrics = Metrics(service="make_masks")
provisioned.prepare(
    "collage.words.prompt_unfolding", "collage.pictures.source", "collage.pictures.mask_files"
)


class Event(TypedDict):
    """Which collage."""

    id: str


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: Event, context: LambdaContext) -> Event:
    """Write source.png, masks/*.png and prepared.json."""
    with told(logger, event["id"]):
        make_masks(connect(settings()), services(), event["id"])
    return event
