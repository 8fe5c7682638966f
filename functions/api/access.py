"""Access: the one place that holds a caller to what they may do, by the action of each route."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

import identity
from answers import Asked
from collage.errors import CollageError, FieldError, InvalidRequest, NotInStore
from collage.owners import audit
from collage.owners.actions import CHANGING, Action
from collage.owners.allowed import Rules
from collage.owners.owner import Owner
from collage.owners.who import Caller
from collage.settings import settings
from problems import NOT_FOUND, Forbidden
from stack import store

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
    "surveyDeletion": "read",
    "deleteCollage": "delete",
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
        NotInStore: when it is about a collage that the caller may not see, or that there is not.
        Forbidden: when they may see it, and not do that with it.
    """
    route = app.context["_route"]
    if route.func.__name__ == NOT_FOUND:
        return _answer(app, next)
    did, collage = ACTIONS[route.operation_id], app.context["_route_args"].get("collage")
    event, outcome = app.current_event.raw_event, audit.DONE
    try:
        _check(identity.caller(event), did, collage)
        return _answer(app, next)
    except CollageError as error:
        outcome = error.name
        raise
    except Exception as error:
        outcome = type(error).__name__
        raise
    finally:
        if did in CHANGING:
            _said(event, did, collage, outcome)


def _answer(app: APIGatewayHttpResolver, next: NextMiddleware) -> Response[Any]:
    answer: Response[Any] = next(app)
    return answer


def seen_by(event: Mapping[str, Any]) -> Collection[str] | None:
    """The owners and groups whose collages a caller's list has; None: it has all of them."""
    caller = identity.caller(event)
    return None if not _told_apart() or _rules().administers(caller) else caller.names


def owner_of(event: Mapping[str, Any], asked: Asked) -> Owner | None:
    """Whose a collage will be that a caller asks for; None where people are not told apart.

    Raises:
        InvalidRequest: when it is to belong to a group, and the caller is not in it; or is made of
            what was put under ``uploads/``, by whom nobody knows.
    """
    if not _told_apart():
        if asked.group is not None:
            raise _wrong("group", "this stack tells no people apart; it has Owners=off")
        return None
    caller = identity.caller(event)
    if not _rules().administers(caller):
        for field, key in _keys(asked):
            if key.startswith("uploads/"):
                raise _wrong(field, "give one that POST /uploads gave; this is nobody's")
    return caller.owner(asked.group)


def _keys(asked: Asked) -> Iterator[tuple[str, str]]:
    """The keys that a request names, with the fields that name them."""
    for field in ("source", "mask_source", "font", "sources", "style_pictures", "mask_files"):
        for key in _texts(getattr(asked, field)):
            yield field, key


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _wrong(field: str, message: str) -> InvalidRequest:
    return InvalidRequest(f"{field}: {message}.", [FieldError(field, message)])


def _told_apart() -> bool:
    return settings().owners == "on"


def _rules() -> Rules:
    return Rules(frozenset(filter(None, settings().administrators.split(","))))


def _check(caller: Caller, action: Action, collage: str | None) -> None:
    """Raise NotInStore for a collage that a caller may not see, as for one that there is not."""
    if not _told_apart():
        return
    if not caller.who:
        raise Forbidden("This stack tells people apart, and has no name of the caller's.")
    if collage is None:
        return
    rules, there_is_none = _rules(), NotInStore(f"There is no collage {collage}.")
    try:
        owner = store().accepted(collage).owner
    except NotInStore as error:
        # Its request was damaged, or lost; there may be more of it.
        if rules.administers(caller):
            return
        raise there_is_none from error
    if not rules.sees(caller, owner):
        raise there_is_none
    if not rules.may(caller, action, owner):
        raise Forbidden(
            "A collage's group may look at it, choose and take away; this is for its owner."
        )


def _said(event: Mapping[str, Any], did: Action, collage: str | None, outcome: str) -> None:
    # Of a collage that was asked for just now the route has told the log.
    named = collage or logger.get_current_keys().get("collage_id")
    who = identity.caller(event).who
    audit.said(logger, who, did, named, outcome, event["requestContext"]["requestId"])
