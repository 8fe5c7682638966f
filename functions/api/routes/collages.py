"""Collages: ask for one, see where it stands, stop it, lay it out again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.openapi.params import Body, Header
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import access
import identity
import stack
from answers import (
    After,
    Again,
    Asked,
    Collage,
    Collages,
    Estimate,
    Id,
    Limit,
    Links,
    Relaid,
    Started,
    TileItem,
    Tiles,
)
from collage.errors import (
    FieldError,
    InvalidRequest,
    NotAPicture,
    NotInStore,
    SourceTooLarge,
    SourceTooThin,
    TruncatedPicture,
)
from collage.formats import FORMATS
from collage.progress import Progress
from collage.request import letters
from collage.request.again import AskedAgain
from collage.request.parse import parse, validated
from collage.request.relayout import LayoutAsked, layout_name, relaid
from collage.services import services
from collage.sheet import bands, fonts
from collage.steps import choose
from collage.steps.accept import accept
from collage.steps.again import again
from collage.steps.estimate import estimate
from collage.steps.start_collage import launch
from collage.watch.look import cancel, look, newest
from collage.watch.tiles import page
from collage.words.seeds import seeded
from problems import Conflict

MOST_LOOKS = 2_000
"""Tiles that an estimate looks for in the store: more would take longer than a request may."""

PICTURES = ("mask_files", "sources", "style_pictures")
"""Fields with several pictures: what is wrong with one is told with the field and its name."""

logger = Logger(service="api", child=True)
router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="stands for this request for a day: sent again, nothing is started again",
    ),
]


@router.post(
    "/collages",
    tags=["collages"],
    summary="Ask for a collage",
    status_code=202,
    operation_id="createCollage",
)
def create_collage(asked: Annotated[Asked, Body()], key: Key = None) -> Started:
    """Start a collage; one that failed, was stopped or lacks tiles goes on.

    The same source and options are the same collage, with or without a key.
    """
    repeats, asking = stack.repeats(), identity.of(router.current_event.raw_event)
    known = key and repeats.claim(asking, key, asked.model_dump(mode="json"))
    asked = seeded(asked, *((asking, key) if key else ()))
    store, told = stack.store(), asked.told
    owner = access.owner_of(router.current_event.raw_event, asked)
    with _about_a_picture(asked):
        accepted = accept(store, services(), asked.source, asked.options, owner)
        # Before the run: an estimate that came too late would leave a run that nobody was told of.
        estimate = _estimate(asked)
    started = launch(
        store,
        stack.runs(),
        accepted,
        again=not known,
        retry_refused=asked.retry_refused and not known,
        told=told,
    )
    logger.append_keys(collage_id=started["id"])
    if key and not known:
        repeats.settle(asking, key, started["id"])
    return Started(
        id=started["id"],
        run=started["run"],
        new=started["new"],
        estimate=estimate,
        links=_paths(started["id"]),
    )


@router.post(
    "/collages/estimate",
    tags=["collages"],
    summary="What a collage would take",
    operation_id="estimateCollage",
)
def estimate_collage(asked: Annotated[Asked, Body()]) -> Estimate:
    """Count calls, dollars and minutes; nothing is started."""
    access.owner_of(router.current_event.raw_event, asked)
    with _about_a_picture(asked):
        return _estimate(asked)


@router.get(
    "/collages",
    tags=["collages"],
    summary="The collages, newest first",
    operation_id="listCollages",
)
def list_collages(limit: Limit = 20, after: After = None) -> Collages:
    """List collages that one may see, by when they were first asked for."""
    of = access.seen_by(router.current_event.raw_event)
    found, following = newest(stack.store(), stack.runs(), limit, after, of)
    items = [Collage(**one.model_dump(), links=_paths(one.id) | _preview(one)) for one in found]
    return Collages(items=items, next=following)


@router.get(
    "/collages/<collage>",
    tags=["collages"],
    summary="Where a collage stands",
    operation_id="getCollage",
)
def get_collage(collage: Id) -> Collage:
    """Say how far a collage is, what it cost so far, and where its files are."""
    return answer_of(look(stack.store(), stack.runs(), collage))


@router.get(
    "/collages/<collage>/request",
    tags=["collages"],
    summary="What was asked for",
    operation_id="getRequest",
)
def get_request(collage: Id) -> Asked:
    """Give the request that a collage was made by, as POST /collages takes it.

    Sent there as it is, the collage goes on; changed, it is another one.
    """
    accepted = stack.store().accepted(collage)
    source = accepted.source.key if accepted.source else None
    group = accepted.owner.group if accepted.owner else None
    return Asked(source=source, group=group, **accepted.request.model_dump(mode="json"))


@router.post(
    "/collages/<collage>/again",
    tags=["collages"],
    summary="A request that makes a collage again, otherwise",
    operation_id="askAgain",
)
def ask_again(collage: Id, asked: Annotated[AskedAgain, Body()]) -> Again:
    """Give the request for it, and what it would take; nothing is started.

    Single cells otherwise, more like one of them, the best anew, or the same without some values.
    """
    store = stack.store()
    store.accepted(collage)
    if (asked.cells or asked.like or asked.best) and not store.is_made(collage):
        raise Conflict("The collage is not made yet, so it has no cells to name.")
    made = again(store, collage, asked)
    wanted = validated(Asked, {**made.options, "source": made.source})
    with _about_a_picture(wanted):
        accepted = accept(store, services(), made.source, made.options)
        full = Asked(source=made.source, **accepted.request.model_dump(mode="json"))
        return Again(request=full, estimate=_estimate(full))


@router.get(
    "/collages/<collage>/tiles",
    tags=["collages"],
    summary="The tiles of a collage",
    operation_id="listTiles",
)
def list_tiles(collage: Id, limit: Limit = 50, after: After = None) -> Tiles:
    """List tiles in the order of the plan, each with its conditioning and its state."""
    if after is not None and not (after.isdecimal() and len(after) < 7):
        raise InvalidRequest("after: give the `next` of the page before.")
    store = stack.store()
    seen = look(store, stack.runs(), collage)
    found, following = page(store, seen, limit, int(after or 0))
    items = [
        TileItem(
            **one.model_dump(), links={"picture": store.link(one.picture)} if one.picture else {}
        )
        for one in found
    ]
    return Tiles(items=items, next=None if following is None else str(following))


@router.delete(
    "/collages/<collage>",
    tags=["collages"],
    summary="Stop a collage",
    operation_id="stopCollage",
)
def stop_collage(collage: Id) -> Collage:
    """End the run of a collage; what was made stays. One that has ended is left as it is."""
    return answer_of(cancel(stack.store(), stack.runs(), collage))


@router.post(
    "/collages/<collage>/assemble",
    tags=["collages"],
    summary="Lay a collage out again",
    status_code=202,
    operation_id="assembleCollage",
)
def assemble_collage(collage: Id, wanted: Annotated[LayoutAsked, Body()]) -> Relaid:
    """Have another layout made beside the first, of all tiles or of those that are chosen now.

    Nothing is rendered or paid.
    """
    store = stack.store()
    accepted = store.accepted(collage)
    if not store.is_made(collage):
        raise Conflict("The collage is not made yet, so it cannot be laid out again.")
    layout = choose.layout_of(store, collage, seeded(wanted))
    asked = relaid(accepted.request, layout)
    letters.check_title(asked.title, fonts.use(store.font(collage)) if accepted.font else None)
    stack.assemble(collage, layout.model_dump(mode="json", exclude_none=True))
    name = layout_name(layout)
    folder = f"collages/{collage}/layouts/{name}"
    picture = f"{folder}/collage.{FORMATS[asked.format].ending}"
    links = {
        **({"collage": store.link(picture)} if asked.joined else {}),
        "manifest": store.link(f"{folder}/manifest.json"),
        "failure": store.link(f"{folder}/failure.json"),
        "folder": f"s3://{store.collages}/{folder}/",
    }
    return Relaid(id=collage, layout=name, links=links)


def _estimate(asked: Asked) -> Estimate:
    store, here = stack.store(), services()
    most = here.settings.max_source_bytes
    source = store.upload(asked.source, most) if asked.source else None
    found = estimate(store, here, source, parse(asked.options), most_looks=MOST_LOOKS)
    return Estimate(**found)


@contextmanager
def _about_a_picture(asked: Asked) -> Iterator[None]:
    """Say of which field it is that a picture is missing or wrong."""
    try:
        yield
    except (
        NotInStore,
        NotAPicture,
        TruncatedPicture,
        SourceTooLarge,
        SourceTooThin,
    ) as error:
        message, field = str(error), "source"
        named, _, rest = message.partition(": ")
        if named in PICTURES:
            field, message = named, rest
        elif asked.mask_source and asked.mask_source in message:
            field = "mask_source"
        raise InvalidRequest(f"{field}: {message}", [FieldError(field, message)]) from error


def answer_of(seen: Progress) -> Collage:
    """Where a collage stands, with links to its files."""
    store = stack.store()
    folder = f"collages/{seen.id}"
    links = _paths(seen.id) | _preview(seen)
    links["folder"] = f"s3://{store.collages}/{folder}/"
    if seen.source is not None:
        links["source"] = store.upload_link(seen.source)
    if seen.state in ("done", "partial"):
        asked = store.accepted(seen.id).request
        if asked.joined and bands.has_file(asked.rows, asked.cols):
            ending = FORMATS[asked.format].ending
            links["collage"] = store.link(f"{folder}/collage.{ending}")
        links["manifest"] = store.link(f"{folder}/manifest.json")
    return Collage(**seen.model_dump(), links=links)


def _paths(collage: str) -> Links:
    return {"self": f"/collages/{collage}", "tiles": f"/collages/{collage}/tiles"}


def _preview(seen: Progress) -> Links:
    if seen.state not in ("done", "partial"):
        return {}
    return {"preview": stack.store().link(f"collages/{seen.id}/preview.jpg")}
