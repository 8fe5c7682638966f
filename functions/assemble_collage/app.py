"""AssembleCollage: join the tiles into the collage."""

from typing import TypedDict

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage import pipeline
from collage.settings import settings
from collage.store import connect
from collage.tools import tools

logger = Logger(service="assemble_collage")


class Event(TypedDict):
    """Which collage."""

    id: str


@logger.inject_lambda_context
def handler(event: Event, context: LambdaContext) -> pipeline.Assembled:
    """Write collage.png and manifest.json."""
    return pipeline.assemble_collage(connect(settings()), tools(), event["id"])
