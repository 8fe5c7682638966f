"""Exports: have a file made to take away of a collage, and see whether it is there."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import stack
from answers import ExportSeen, Id
from collage import clock
from collage.errors import NotInStore
from collage.export.asked import Export, ExportAsked, folder_of
from collage.steps.export_collage import order
from problems import Conflict

LOST_AFTER = timedelta(hours=1)
"""After which an export that says nothing is taken for lost: three tries of fifteen minutes, which
are as many as an event gets, and what lies between them."""

Name = Annotated[str, Path(pattern="^[0-9a-f]{12}$", description="`export` of the answer to it")]

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post(
    "/collages/<collage>/exports",
    tags=["collages"],
    summary="Take something of a collage away",
    status_code=202,
    operation_id="exportCollage",
)
def export_collage(collage: Id, asked: Annotated[Export, Body()]) -> ExportSeen:
    """Have a file made of a collage's tiles; nothing is rendered or paid.

    What was asked for before, and is there, is not made again.
    """
    store = stack.store()
    store.accepted(collage)
    if not store.is_made(collage):
        raise Conflict("The collage is not made yet, so there is nothing to take away.")
    ordered = order(store, collage, asked)
    known = store.export_asked(collage, ordered.name)
    if known is not None and (seen := _seen(known)).state != "failed":
        return seen
    known = ExportAsked(id=collage, name=ordered.name, asked=asked, at=clock.now())
    stack.export(collage, ordered.name, asked, ordered.tiles)
    # Last, so that nothing is waited for that was never begun.
    store.put_export_asked(known)
    return _answer(known, "running").model_copy(update={"notes": ordered.notes})


@router.get(
    "/collages/<collage>/exports/<export>",
    tags=["collages"],
    summary="Whether an export is there",
    operation_id="getExport",
)
def get_export(collage: Id, export: Name) -> ExportSeen:
    """Say whether the file is there, and where, or why it could not be made."""
    known = stack.store().export_asked(collage, export)
    if known is None:
        raise NotInStore(f"There is no export {export} of a collage {collage}.")
    return _seen(known)


def _seen(known: ExportAsked) -> ExportSeen:
    store = stack.store()
    made = store.exported(known.id, known.name)
    if made is not None:
        found = {name: getattr(made, name) for name in ("tiles", "bytes", "file", "notes")}
        answer = _answer(known, "done").model_copy(update=found)
        key = f"collages/{known.id}/{folder_of(known.name)}/{made.file}"
        link = store.link(key, f"{known.id[:8]}-{made.file}")
        return answer.model_copy(update={"links": {**answer.links, "file": link}})
    failure = store.export_failure(known.id, known.name)
    if failure is not None and failure.created >= known.at:
        said = {"error": failure.error, "message": failure.message}
        return _answer(known, "failed").model_copy(update=said)
    if datetime.now(UTC) - datetime.fromisoformat(known.at) > LOST_AFTER:
        said = {"error": "NoAnswer", "message": "Nothing came of it; ask for it again."}
        return _answer(known, "failed").model_copy(update=said)
    return _answer(known, "running")


def _answer(known: ExportAsked, state: Literal["running", "done", "failed"]) -> ExportSeen:
    folder = f"collages/{known.id}/{folder_of(known.name)}"
    links = {
        "self": f"/collages/{known.id}/exports/{known.name}",
        "folder": f"s3://{stack.store().collages}/{folder}/",
    }
    return ExportSeen(
        id=known.id, export=known.name, kind=known.asked.kind, state=state, asked=known.at,
        links=links,
    )  # fmt: skip
