"""ExportCollage: make a file to take away of a finished collage's tiles."""

from typing import Any, TypedDict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage.errors import PermanentError
from collage.export.asked import parse_export
from collage.settings import settings
from collage.steps.export_collage import export_collage, record_no_export
from collage.steps.log import told
from collage.store.store import connect

logger = Logger(service="export_collage")
metrics = Metrics(service="export_collage")


class Event(TypedDict):
    """Of which collage, under which name, what, and the tiles that it is of, by index."""

    id: str
    name: str
    export: dict[str, Any]
    tiles: list[int]


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Write the file, and the record that says it is there; the record."""
    store = connect(settings())
    with told(logger, event["id"]) as facts:
        asked = parse_export(event["export"])
        try:
            made = export_collage(store, event["id"], event["name"], asked, event["tiles"])
        except PermanentError as error:
            # Who asked by the API is long gone: it is told where the file was to lie.
            record_no_export(store, event["id"], event["name"], error)
            raise
        facts.update(kind=made.kind, bytes=made.bytes)
    return made.model_dump(mode="json")
