"""Events: what has changed of a collage, for those who follow its run.

A call that waited for the next change would be paid for by the second, at the function's memory:
asking again when the answer before said so costs a seventh of that (docs/costs.md).
"""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Query
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponseHeader
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import stack
from answers import Events, Id, TileItem
from collage.watch.live import LONGEST, Told, news
from routes.collages import answer_of

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]

Since = Annotated[
    str | None,
    Query(
        pattern=f"^[A-Za-z0-9_-]{{1,{LONGEST}}}$",
        description="`next` of the answer before; opaque",
    ),
]
Known = Annotated[
    str | None, Header(alias="If-None-Match", description="`ETag` of the answer before")
]
HEADERS: dict[str, OpenAPIResponseHeader] = {
    "ETag": {"schema": {"type": "string"}, "description": "stands for what was told"},
    "Retry-After": {
        "schema": {"type": "integer"},
        "description": "seconds after which it is worth asking again; none once the run has ended",
    },
}


@router.get(
    "/collages/<collage>/events",
    tags=["collages"],
    summary="What has changed of a collage",
    operation_id="getEvents",
    responses={
        200: {
            "description": "Where it stands now, and tiles that have ended",
            "headers": HEADERS,
            "content": {"application/json": {"model": Events}},
        },
        304: {"description": "Nothing has changed.", "headers": HEADERS, "content": {}},
    },
)
def get_events(collage: Id, after: Since = None, known: Known = None) -> Response[Events | None]:
    """Say where a collage stands, with the tiles that have ended since the answer before.

    Ask again after `Retry-After` seconds, with its `next` and its `ETag`.
    """
    store = stack.store()
    now = news(store, stack.runs(), collage, Told.read(after), known)
    given = {"ETag": now.tag, "Retry-After": now.seconds}
    headers = {name: str(value) for name, value in given.items() if value is not None}
    if now.seen is None:
        return Response(304, headers=headers)
    tiles = [
        TileItem(
            **one.model_dump(), links={"picture": store.link(one.picture)} if one.picture else {}
        )
        for one in now.tiles
    ]
    events = Events(collage=answer_of(now.seen), tiles=tiles, next=now.told.written)
    return Response(200, "application/json", events, headers=headers)
