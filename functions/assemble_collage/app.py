"""AssembleCollage: join the tiles into the collage, or into another layout of it."""

from typing import Any, NotRequired, TypedDict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage import provisioned
from collage.errors import PermanentError
from collage.request.relayout import parse_relayout
from collage.services import services
from collage.settings import settings
from collage.steps.assemble_again import assemble_again, record_relayout
from collage.steps.assemble_bands import Step, take
from collage.steps.assemble_collage import assemble_collage
from collage.steps.log import told
from collage.store.store import connect

logger = Logger(service="assemble_collage")
metrics = Metrics(service="assemble_collage")
provisioned.prepare(
    "collage.words.prompt_unfolding", "collage.pictures.source", "collage.steps.join"
)


class Event(TypedDict):
    """Which collage; how to lay it out if not as its request says; which step of a large one."""

    id: str
    layout: NotRequired[dict[str, Any]]
    large: NotRequired[Step]


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Write the collage, its pyramid and preview, and manifest.json; what is to be announced."""
    store = connect(settings())
    with told(logger, event["id"]):
        if "large" in event:
            return take(store, services(), event["id"], event["large"])
        if "layout" not in event:
            return assemble_collage(store, services(), event["id"]).model_dump()
        changes = parse_relayout(event["layout"])
        try:
            return assemble_again(store, event["id"], changes).model_dump()
        except PermanentError as error:
            # Who asked by the API is long gone: it is told where the layout was to lie.
            record_relayout(store, event["id"], changes, error)
            raise
