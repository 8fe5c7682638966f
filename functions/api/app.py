"""Api: the HTTP API, one function for all of its routes."""

import json
import re
from functools import partial
from typing import Any

from collage.uncollected import uncollected

with uncollected(kept=True):
    from aws_lambda_powertools import Logger, Metrics
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from access import checked
    from problems import answer_errors, early, only_known_parameters
    from routes import every

A_COLLAGE = re.compile(r"/collages/([0-9a-f]{20})(?:/|$)")

logger = Logger(service="api")
metrics = Metrics(service="api")
# A function answers 6 MB at most, of which a letter that is escaped twice over takes many.
app = APIGatewayHttpResolver(
    enable_validation=True,
    serializer=partial(json.dumps, separators=(",", ":"), ensure_ascii=False),
)
app.use(middlewares=[only_known_parameters, checked])
for router in every.ROUTERS:
    app.include_router(router)
answer_errors(app)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a request that API Gateway let through, in payload format 2.0."""
    if found := A_COLLAGE.match(event["rawPath"]):
        logger.append_keys(collage_id=found[1])
    answer: dict[str, Any] = early(event) or app.resolve(event, context)
    # Those who wait ask again and again how far a run is; that stands in the access log.
    if (method := event["requestContext"]["http"]["method"]) != "GET":
        logger.info("answered", extra={"method": method, "status": answer["statusCode"]})
    # Answers hold links that are good for a while only, and are for one caller.
    answer.setdefault("headers", {}).setdefault("Cache-Control", "no-store")
    return answer
