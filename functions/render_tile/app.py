"""RenderTile: one engine call, an item of the Map."""

from dataclasses import asdict
from typing import Any, TypedDict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage import provisioned
from collage.services import services
from collage.settings import settings
from collage.steps.log import told
from collage.steps.render_tile import render_tile
from collage.store.store import connect
from collage.tile import Call

logger = Logger(service="render_tile")
metrics = Metrics(service="render_tile")
provisioned.prepare(
    "collage.words.prompt_unfolding",
    "collage.pictures.source",
    "collage.steps.join",
    "collage.engines.painter.engine",
    "collage.painting.colour:prepare",
    # numpy brings it at the first percentile.
    "numpy.ma",
)


class Event(TypedDict):
    """Which collage, and the call as calls.json has it."""

    id: str
    call: dict[str, Any]


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: Event, context: LambdaContext) -> None:
    """Write the call's tiles; those that exist are left alone."""
    call = Call.model_validate(event["call"])
    with told(logger, event["id"], [tile.key for tile in call.tiles]) as facts:
        done = render_tile(connect(settings()), services(), event["id"], call)
        facts.update(asdict(done), call=call.index)
    metrics.add_metric("TilesRendered", MetricUnit.Count, done.made)
    metrics.add_metric("TilesReused", MetricUnit.Count, done.reused)
    metrics.add_metric("CallsRefused", MetricUnit.Count, done.refused)
    metrics.add_metric("UsdSpent", MetricUnit.NoUnit, done.usd)
