"""Access: the one place that holds a caller to what they may do, by the action of each route."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

import identity
from collage.errors import CollageError
from collage.owners import audit
from collage.owners.actions import CHANGING, Action
from problems import NOT_FOUND

ACTIONS: Mapping[str, Action] = {
    "createUpload": "use",
    "createCollage": "start",
    "estimateCollage": "use",
    "listCollages": "list",
    "getCollage": "read",
    "getEvents": "read",
    "getRequest": "read",
    "listTiles": "read",
    "stopCollage": "cancel",
    "askAgain": "read",
    "assembleCollage": "assemble",
    "exportCollage": "export",
    "getExport": "read",
    "shareCollage": "share",
    "listShares": "read",
    "getShare": "read",
    "endShare": "share",
    "endShares": "share",
    "getChoices": "read",
    "changeChoices": "choose",
    "mergeChoices": "choose",
    "listEngines": "use",
    "listStyles": "use",
    "listMasks": "use",
    "listRecipes": "use",
    "getOpenapi": "use",
    "getDocs": "use",
}
"""What each route does, by its operation's id. A route that is not here is answered to nobody."""

logger = Logger(service="api", child=True)


def checked(app: APIGatewayHttpResolver, next: NextMiddleware) -> Response[Any]:
    """Hold a request that is whole to what its caller may do, and write down what they changed.

    Raises:
        KeyError: when the route is not in `ACTIONS`.
    """
    route = app.context["_route"]
    if route.func.__name__ == NOT_FOUND:
        return _answer(app, next)
    did, collage = ACTIONS[route.operation_id], app.context["_route_args"].get("collage")
    outcome = audit.DONE
    try:
        _check(did, collage)
        return _answer(app, next)
    except CollageError as error:
        outcome = error.name
        raise
    except Exception as error:
        outcome = type(error).__name__
        raise
    finally:
        if did in CHANGING:
            _said(app, did, collage, outcome)


def _answer(app: APIGatewayHttpResolver, next: NextMiddleware) -> Response[Any]:
    answer: Response[Any] = next(app)
    return answer


def _check(action: Action, collage: str | None) -> None:
    """Everybody whom the API lets in may do everything."""


def _said(app: APIGatewayHttpResolver, did: Action, collage: str | None, outcome: str) -> None:
    event = app.current_event.raw_event
    # Of a collage that was asked for just now the route has told the log.
    named = collage or logger.get_current_keys().get("collage_id")
    request = event["requestContext"]["requestId"]
    audit.said(logger, identity.of(event), did, named, outcome, request)
