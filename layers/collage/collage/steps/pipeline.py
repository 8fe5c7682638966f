"""The workflow's steps, one function a state: read from the store, do the work, write it back.

Libraries for pictures are imported by the steps that need them, so that the others start fast.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from threading import Event
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypedDict, TypeGuard

import collage
from collage import engines, plan, progress, provenance, recipes
from collage.announcements import Completed
from collage.digest import sha256
from collage.engines import Rendered, call_ends
from collage.engines.diffusion import operations
from collage.errors import (
    CollageError,
    EngineUnavailable,
    InvalidRequest,
    LimitsUnavailable,
    MissingContext,
    NoSlotYet,
    NotInStore,
    NotKept,
    NotMade,
    OverBudget,
    PermanentError,
    Refused,
    SourceChanged,
    StoppingError,
    StoreUnavailable,
    TooLong,
    TransientError,
)
from collage.manifest import Failure, Manifest, record
from collage.pictures import masks
from collage.plan import Plan, Prepared, Styles
from collage.recipes.recipe import Boxes, Shape
from collage.request import letters, rules, styles
from collage.request.accepted import Accepted, Source, collage_id
from collage.request.parse import complete, parse
from collage.request.relayout import Relayout, layout_name, relaid
from collage.request.request import Request
from collage.services import Tools
from collage.sheet import layout
from collage.spending import batches
from collage.spending.bookings import Budget, book
from collage.spending.purchase import Purchase, buy
from collage.steps import duration
from collage.store import lookup
from collage.store.store import Store
from collage.tile import Call, Composition, Sidecar, Tile
from collage.watch import refusals
from collage.watch.runs import Runs
from collage.weights import Weights

if TYPE_CHECKING:
    from collage.pictures.source import Inspected

UNNAMED = "0" * 20
"""Id of a collage that is only estimated."""

READERS = 16
"""Tiles read from S3 at once while assembling: enough to hide its latency."""

ALL_ASKED_BY = 825.0
"""Seconds of an invocation by which its last call has to be over: a function has 900, and of those
a turn may take 5, fetching the pictures 60, and writing them 10."""


class Started(TypedDict):
    """The answer of `start`. ``new`` is False when a run for it was there already."""

    id: str
    run: str
    new: bool


def start(
    store: Store,
    tools: Tools,
    runs: Runs,
    source: str | None,
    options: dict[str, Any],
    *,
    asked: datetime | None = None,
    retry_refused: bool = False,
) -> Started:
    """Check a request and its source at the door, freeze both, and start the workflow.

    See `accept` and `launch`.
    """
    accepted = accept(store, tools, source, options)
    return launch(store, runs, accepted, asked_at=asked, retry_refused=retry_refused)


def accept(store: Store, tools: Tools, source: str | None, options: dict[str, Any]) -> Accepted:
    """Check a request and its source at the door; nothing is written or started.

    ``source`` is a key in the uploads bucket, None where the recipe needs no picture, ``options``
    the fields of the request.

    Raises:
        InvalidRequest, EngineUnavailable: when the request is wrong, or wrong for this stack.
        NotInStore, NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: when the source or
            the mask is.
    """
    asked = parse(options)
    rules.served(asked, source is not None)
    serve(asked, tools)
    letters.check(asked)
    files = [
        None if key is None else store.upload(key, tools.settings.max_source_bytes)
        for key in (source, asked.mask_source)
    ]
    pictures = [
        None if key is None or data is None else _look(tools, data).source(key)
        for key, data in zip((source, asked.mask_source), files, strict=True)
    ]
    size = _fits(asked, *pictures)
    if files[1] is not None:
        from collage.pictures import mask_files

        mask_files.understand(files[1])
    asked = complete(asked, size)
    served_weights(store, asked, tools, source is not None)
    return Accepted(
        id=collage_id(asked, *(p.sha256 if p else None for p in pictures)),
        source=pictures[0],
        mask=pictures[1],
        request=asked,
    )


def launch(
    store: Store,
    runs: Runs,
    accepted: Accepted,
    *,
    again: bool = True,
    asked_at: datetime | None = None,
    retry_refused: bool = False,
) -> Started:
    """Freeze an accepted request and start the workflow for it, or find the run that makes it.

    A collage whose last run failed or left tiles out is tried ``again``; what exists of it is kept.
    It is not where that run ended after ``asked_at``: events are told more than once.
    What moderation refused is not asked for again, unless ``retry_refused``.
    """
    asked = accepted.request
    store.put_accepted(accepted)
    progress.begin(store, accepted.id, accepted.key)
    if not asked.styled or asked.styles is not None:
        store.put_styles(accepted.id, Styles(styles=asked.styles or (), origin="request"))
    if retry_refused:
        refusals.pardon(store, accepted.id)
    given = {"id": accepted.id, "needs_styles": not store.has_styles(accepted.id)}
    done = (lambda: store.is_complete(accepted.id)) if again else None
    run = runs.start(accepted.id, given, done, asked_at)
    return Started(id=accepted.id, run=run.name, new=run.new)


def identify(tools: Tools, source: bytes | None, asked: Request, mask: bytes | None = None) -> str:
    """The id that `accept` gives to a request of these pictures.

    Raises:
        InvalidRequest, NotAPicture, TruncatedPicture, SourceTooLarge, SourceTooThin: as there.
    """
    pictures = [None if each is None else _look(tools, each).source("") for each in (source, mask)]
    asked = complete(asked, _fits(asked, *pictures))
    return collage_id(asked, *(each.sha256 if each else None for each in pictures))


def _look(tools: Tools, data: bytes) -> Inspected:
    """What is known of a picture, within the stack's limits."""
    from collage.pictures.source import inspect

    limits = tools.settings
    return inspect(data, max_bytes=limits.max_source_bytes, max_pixels=limits.max_source_pixels)


def _fits(asked: Request, source: Source | None, mask: Source | None) -> tuple[int, int] | None:
    """The size of the source, which a mask file must share."""
    if source is None:
        return None
    if mask is not None and (mask.width, mask.height) != (source.width, source.height):
        raise InvalidRequest(
            f"mask_source: it is {mask.width} x {mask.height} pixels, the source "
            f"{source.width} x {source.height}; both must have one size."
        )
    if asked.transparency and not source.transparent:
        raise InvalidRequest("transparency: no part of the source is transparent.")
    return source.width, source.height


def refuse(store: Store, source: str, error: CollageError) -> Failure:
    """Record why an upload came to nothing, for one who only watches the buckets.

    The failure lies beside the upload, and under an id of its own among the collages, made from
    the key: no collage has it.
    """
    name = sha256(f"refused:{source}".encode())[:20]
    failure = _failure(name, error).model_copy(update={"source": source})
    store.put_failure(failure)
    store.put_refusal(source, failure)
    return failure


def list_styles(store: Store, tools: Tools, collage_id: str) -> float:
    """Freeze the styles of a request that named none; the dollars that this may have cost.

    Raises:
        NoStyles: when a language model was asked and gave no usable list.
        BudgetExhausted, MaxUsdReached: when the day or max_usd leaves nothing to ask it with.
        EngineUnavailable, ProviderUnreachable: when there is no having the key; nothing is counted.
        NotKept: when S3 does not take the list: another try pays again.
    """
    asked = store.accepted(collage_id).request
    if not tools.provider.secret:
        names = styles.default(asked.style_count, asked.exclude)
        store.put_styles(collage_id, Styles(styles=names, origin="default"))
        return 0
    from collage.engines.openai import style_list

    client, model = tools.openai_client, tools.provider.text_model
    booking = book(tools.limits, style_list.PRICE, Budget(collage_id, asked.max_usd))
    count = asked.style_count or len(styles.DEFAULT_STYLES)
    heard = Event()
    try:
        names = style_list.ask(client, model, count, asked.theme, asked.exclude, heard.set)
    except CollageError as error:
        # What the model had answered by then it bills, whatever ended the rest.
        if not heard.is_set() and not call_ends.is_counted(error):
            with suppress(LimitsUnavailable):
                booking.settle(0)
        raise
    try:
        store.put_styles(collage_id, Styles(styles=names, origin="model", model=model))
    except StoreUnavailable as error:
        raise NotKept(f"The list of styles came, and was not kept: {error}") from error
    return style_list.PRICE


def make_masks(store: Store, tools: Tools, collage_id: str) -> None:
    """Prepare the source to the size that the engine works at, and draw the masks over it.

    Raises:
        SourceChanged: when the upload was overwritten since the request was accepted.
    """
    accepted = store.accepted(collage_id)
    data, file = (
        None if picture is None else _unchanged(store, tools, picture)
        for picture in (accepted.source, accepted.mask)
    )
    png, drawn, prepared = _prepare(tools, accepted.request, data, file, accepted.size)
    if png is not None:
        store.put_prepared_source(collage_id, png)
    for name, mask in drawn.items():
        store.put_mask(collage_id, name, mask)
    store.put_prepared(collage_id, prepared)


def _unchanged(store: Store, tools: Tools, picture: Source) -> bytes:
    data = store.upload(picture.key, tools.settings.max_source_bytes)
    if sha256(data) != picture.sha256:
        raise SourceChanged(f"{picture.key} was overwritten after the request was accepted.")
    return data


def _prepare(
    tools: Tools,
    asked: Request,
    data: bytes | None,
    mask_file: bytes | None,
    source_size: tuple[int, int] | None,
) -> tuple[bytes | None, dict[str, bytes], Prepared]:
    """The prepared source, the masks by name, and the digests of both."""
    from collage.pictures import source

    size = _working_size(asked, tools)
    png = None if data is None else source.prepare(data, size, asked.fit)
    shapes = recipes.RECIPES[asked.recipe].masks(asked, source_size)
    drawn = {
        name: masks.encode(_mask_alpha(shape, size, data, mask_file))
        for name, shape in shapes.items()
    }
    return (
        png,
        drawn,
        Prepared(
            source=None if png is None else source.pixel_digest(png),
            masks={name: sha256(mask) for name, mask in drawn.items()},
        ),
    )


def _mask_alpha(
    shape: Shape, size: tuple[int, int], data: bytes | None, mask_file: bytes | None
) -> Any:
    """The alpha (height, width) of a mask, 0 = edit.

    Raises:
        InvalidRequest: when a picture that says what to edit selects nothing.
    """
    from collage.pictures import mask_files, source

    if isinstance(shape, Boxes):
        return masks.boxes(shape.edited, shape.size)
    if shape == "transparency" and data is not None:
        alpha = source.transparency(data, size)
    elif shape == "file" and mask_file is not None:
        alpha = mask_files.alpha(mask_file, size)
    else:
        return masks.draw(shape, size)
    if (alpha == 255).all():
        field = "mask_source" if shape == "file" else shape
        raise InvalidRequest(f"{field}: nothing of it is selected at {size[0]} x {size[1]} pixels.")
    return alpha


def _working_size(asked: Request, tools: Tools) -> tuple[int, int]:
    """The size to prepare the source to: the largest that an engine of the request works at."""
    if recipes.RECIPES[asked.recipe].untouched:
        return asked.size
    sizes = (
        engines.ENGINES[name].working_size(model, asked.size)
        for name, model in _models(asked, tools).items()
        if name in asked.engines
    )
    return max(sizes, key=lambda size: size[0] * size[1])


class Wave(TypedDict):
    """What can be made at once."""

    calls: str | None
    """The key of the functions' calls, if there are any."""
    shards: list[int]
    """The tasks to start, by number; none where they have nothing left to make."""
    of: int
    """How many tasks divide the work."""
    seconds: int
    """What one of them may take."""


class Planned(TypedDict):
    """What the state machine needs of a plan: where the calls lie and how many run at once."""

    bucket: str
    waves: list[Wave]
    """One after another."""
    count: int
    """How many waves there are."""
    concurrency: int


def plan_tiles(store: Store, tools: Tools, collage_id: str) -> Planned:
    """Write the plan: all tiles and calls, before the first of them is paid for.

    Raises:
        OverBudget: when what is not in the store yet would cost more than the request allows.
        TooLong: when that would take longer than a run may.
    """
    accepted = store.accepted(collage_id)
    asked = accepted.request
    made = plan.make(
        accepted,
        store.styles(collage_id),
        store.prepared(collage_id),
        _models(asked, tools),
        tools.pace,
        served_weights(store, asked, tools, accepted.source is not None),
        tools.provider.usd_per_image,
    )
    if asked.max_usd is not None:
        price = missing(store, made, tools).usd
        if price > asked.max_usd:
            raise OverBudget(
                f"The collage would cost about ${price:,.2f}; the request allows "
                f"${asked.max_usd:,.2f}. Ask for fewer tiles, a lower quality or a higher max_usd."
            )
    _in_time(store, tools, made)
    made = _as_before(store, made)
    keys = store.put_plan(made)
    waves = [_wave(store, made, i, key, tools.settings.gpu_tasks) for i, key in enumerate(keys)]
    progress.planned(store, collage_id, accepted.key, made.estimate)
    concurrency = tools.settings.concurrency
    if any(engines.ENGINES[tile.engine].price is not None for tile in made.tiles):
        concurrency = tools.pace.concurrency(tools.provider.latency, concurrency)
    return Planned(bucket=store.collages, waves=waves, count=len(waves), concurrency=concurrency)


def _as_before(store: Store, made: Plan) -> Plan:
    """The plan with the calls that it was first written with, where its tiles are the same.

    Failures are recorded by the number of a call, and the account's pace, which decides how many
    tiles a call has, may have been set anew since.
    """
    try:
        before = store.plan(made.id)
    except NotInStore:
        return made
    if [tile.key for tile in before.tiles] != [tile.key for tile in made.tiles]:
        return made
    return made.model_copy(update={"calls": before.calls, "waves": before.waves})


def _in_time(store: Store, tools: Tools, made: Plan) -> None:
    """Refuse a plan that could not end in time, by what of it is not in the store yet."""
    try:
        duration.check(_in_full(made), tools)
    except TooLong:
        duration.check(_left(store, made), tools)


def _in_full(made: Plan) -> list[list[Tile]]:
    """The tiles of every call."""
    return [[made.tiles[i] for i in call] for call in made.calls]


def _wave(store: Store, made: Plan, number: int, key: str | None, most: int) -> Wave:
    """A wave whose work is divided among ``most`` tasks at most: none if all of it is there."""
    calls = [[made.tiles[i] for i in made.calls[call]] for call in made.of_tasks(number)]
    count = 0 if _all_there(store, calls) else operations.shards(len(calls), most)
    return Wave(
        calls=key,
        shards=list(range(count)),
        of=count,
        seconds=duration.shard_seconds(calls, count),
    )


def _all_there(store: Store, calls: Sequence[Sequence[Tile]]) -> bool:
    """Whether no tile of these calls is missing."""
    tiles = [tile for call in calls for tile in call]
    keys = {tile.key for tile in tiles}
    if lookup.there(store, keys) < keys:
        return False
    # No task is started for them, so that they are looked at more closely.
    with ThreadPoolExecutor(READERS) as pool:
        return all(pool.map(lambda tile: store.sidecar(tile) is not None, tiles))


def estimate(
    store: Store,
    tools: Tools,
    data: bytes | None,
    asked: Request,
    mask_file: bytes | None = None,
    most_looks: int | None = None,
) -> Estimated:
    """What a collage would take, and how much of it the store holds already; nothing is started.

    Styles that a language model has yet to list are counted, but cannot be looked up. A collage
    of more than ``most_looks`` tiles is estimated as if none of them were there.

    Raises:
        InvalidRequest: when the recipe has another use for a source, or an engine is not able.
        NotInStore: when the request names a mask that was not put in.
        TooLong: when it would take longer than a run may.
    """
    rules.served(asked, data is not None)
    letters.check(asked)
    if mask_file is None and asked.mask_source is not None:
        mask_file = store.upload(asked.mask_source, tools.settings.max_source_bytes)
    pictures = [
        None if each is None else _look(tools, each).source("") for each in (data, mask_file)
    ]
    size = _fits(asked, *pictures)
    asked = complete(asked, size)
    weights = served_weights(store, asked, tools, data is not None)
    _, _, prepared = _prepare(tools, asked, data, mask_file, size)
    listed = asked.styled and asked.styles is None and bool(tools.provider.secret or asked.theme)
    names: tuple[str, ...] = ()
    if asked.styles is not None:
        names = asked.styles
    elif listed:
        count = asked.style_count or len(styles.DEFAULT_STYLES)
        names = tuple(f"Style {number + 1}" for number in range(count))
    elif asked.styled:
        names = styles.default(asked.style_count, asked.exclude)
    made = plan.make(
        Accepted(id=UNNAMED, source=None, request=asked),
        Styles(styles=names, origin="default"),
        prepared,
        _models(asked, tools),
        tools.pace,
        weights,
        tools.provider.usd_per_image,
    )
    many = most_looks is not None and len(made.tiles) > most_looks
    calls = _in_full(made) if listed or many else _left(store, made)
    duration.check(calls, tools)
    left = plan.estimate(calls, tools.pace, tools.provider.usd_per_image)
    return Estimated(
        calls=left.calls,
        tiles=left.tiles,
        reused=made.estimate.tiles - left.tiles,
        usd=left.usd,
        minutes=left.minutes,
        priced_on=left.priced_on,
    )


class Estimated(TypedDict):
    """What is still to be made of a collage: calls, pictures, dollars, minutes at the pace."""

    calls: int
    tiles: int
    reused: int
    """Tiles that the store holds already, and that cost nothing."""
    usd: float
    minutes: float | None
    priced_on: str


def missing(store: Store, made: Plan, tools: Tools) -> plan.Estimate:
    """What a plan takes beyond the tiles that the store holds already."""
    return plan.estimate(_left(store, made), tools.pace, tools.provider.usd_per_image)


def _left(store: Store, made: Plan) -> list[list[Tile]]:
    """The tiles of every call that the store does not hold yet."""
    there = lookup.there(store, {tile.key for tile in made.tiles})
    wanted = [
        [made.tiles[i] for i in call if made.tiles[i].key not in there] for call in made.calls
    ]
    return [tiles for tiles in wanted if tiles]


@dataclass(frozen=True)
class Rendering:
    """What came of one call: tiles made, tiles that were there already, dollars paid."""

    made: int
    reused: int
    usd: float
    refused: bool = False
    """Whether the call was refused, and other draws took its place."""


def render_tile(store: Store, tools: Tools, collage_id: str, call: Call) -> Rendering:
    """Make the tiles of one engine call that the store does not hold yet.

    Raises:
        CollageError: by name, what the engine, the pace or the budget says.
    """
    began = perf_counter()
    try:
        return _make(store, tools, collage_id, call.tiles, call.composition)
    except Refused as refusal:
        if not call.spares:
            raise
        # The refusal is kept: it is not asked again, and the manifest says what got replaced.
        store.put_failure(_failure(collage_id, refusal, call.index))
        instead = []
        for tile, spares in zip(call.tiles, call.spares, strict=True):
            if store.sidecar(tile) is None:
                instead.append(_make_first(store, tools, collage_id, spares, began))
        return Rendering(
            made=sum(one.made for one in instead),
            reused=sum(one.reused for one in instead),
            usd=sum(one.usd for one in instead),
            refused=True,
        )


@lru_cache(maxsize=2)
def _looks(store: Store, collage_id: str) -> tuple[bool, tuple[int, int]]:
    """What the collage's pictures have in common, read once a process.

    Whether they say how they were made, and the size of a cell.
    """
    asked = store.accepted(collage_id).request
    return asked.metadata, asked.shown_size


@lru_cache(maxsize=2)
def _budget(store: Store, collage_id: str) -> Budget:
    """What the collage may cost, read once a process."""
    return Budget(collage_id, store.accepted(collage_id).request.max_usd)


@lru_cache(maxsize=2)
def _source(store: Store, collage_id: str) -> bytes:
    """The prepared source, read once a process."""
    return store.source(collage_id)


@lru_cache(maxsize=16)
def _mask(store: Store, collage_id: str, name: str) -> bytes:
    """A mask, read once a process."""
    return store.mask(collage_id, name)


def _make_first(
    store: Store, tools: Tools, collage_id: str, spares: Sequence[Tile], began: float
) -> Rendering:
    """Make the first of the spares that is not refused; those refused before are passed over.

    Raises:
        Refused: when all of them are.
        NoSlotYet: when the invocation, which ``began`` at that time, has no time for another.
    """
    for spare in spares:
        _with_time_left(tools, began, 1)
        try:
            return _make(store, tools, collage_id, [spare])
        except Refused as error:
            refusal = error
    raise refusal


def _with_time_left(
    tools: Tools, began: float, left: int, lost: PermanentError | None = None
) -> None:
    """Give back what the function may not have the time for, if it began long ago.

    Raises:
        NoSlotYet: when another call could outlast the function.
        PermanentError: ``lost`` in its place, if another invocation would not know of it.
    """
    if perf_counter() - began > ALL_ASKED_BY - tools.pace.call_seconds:
        if _forgotten(lost):
            raise lost
        raise NoSlotYet(f"{left} more tiles of the call are asked for in their turn.")


def _forgotten(lost: PermanentError | None) -> TypeGuard[PermanentError]:
    """Whether another invocation would not know of this end of a tile, and pay for it again."""
    return lost is not None and not isinstance(lost, Refused)


def materials(
    store: Store, collage_id: str, tile: Tile, composition: Composition | None
) -> tuple[bytes | None, bytes | None]:
    """The source and the mask that a tile is made of, where it is made of them.

    ``composition`` is its call's.

    Raises:
        NotInStore: when an earlier step did not write them.
        MissingContext: when a tile that the source is put together from was not made.
    """
    source = _picture(store, collage_id, composition) if tile.source is not None else None
    mask = None if tile.mask is None else _mask(store, collage_id, tile.mask)
    return source, mask


def keep(
    store: Store,
    collage_id: str,
    tile: Tile,
    made: Rendered,
    *,
    seconds: float,
    usd: float = 0,
    asked_before: int = 0,
) -> None:
    """Write a tile that was made: its picture, then its sidecar.

    The picture says how it was made, if the request wants that. ``seconds`` and ``usd`` are the
    tile's share of what its call took.
    """
    from collage.sheet import cells
    from collage.steps.join import has_cell

    speaking, cell = _looks(store, collage_id)
    png = provenance.embed(made.png, provenance.describe_tile(tile)) if speaking else made.png
    sidecar = Sidecar(
        key=tile.key,
        sha256=sha256(png),
        tile=tile,
        collage=collage_id,
        seconds=round(seconds, 3),
        created=_now(),
        version=collage.__version__,
        usd=round(usd, 6),
        asked_before=asked_before,
        provider=None if made.provider is None else sha256(made.provider),
        outside_changed=made.outside_changed,
        cropped_from=made.cropped_from,
        measures=made.measures,
    )
    if has_cell(tile.size, cell):
        store.put_cell(tile.key, cell, cells.encode(cells.shrink(png, cell)))
    store.put_tile(png, sidecar, made.provider)


def _make(
    store: Store,
    tools: Tools,
    collage_id: str,
    tiles: Sequence[Tile],
    composition: Composition | None = None,
) -> Rendering:
    wanted = [tile for tile in tiles if store.tile(tile) is None]
    if not wanted:
        return Rendering(made=0, reused=len(tiles), usd=0)
    first = wanted[0]
    source, mask = materials(store, collage_id, first, composition)
    began = perf_counter()
    if engines.ENGINES[first.engine].price is None:
        outcomes = tools.engine(first.engine).render(wanted, source, mask, _at_once)
        bought = Purchase(outcomes, usd=0, asked_before=0)
        _keep(store, collage_id, wanted, bought, perf_counter() - began)
        usd = 0.0
    else:
        # A draw that was refused is not asked for again, whoever tries again and why.
        asked, refusal = refusals.heed(store, collage_id, wanted)
        usd = _buy(store, tools, collage_id, asked, source, mask) if asked else 0.0
        if refusal is not None:
            raise refusal
    return Rendering(made=len(wanted), reused=len(tiles) - len(wanted), usd=usd)


def _buy(
    store: Store,
    tools: Tools,
    collage_id: str,
    wanted: Sequence[Tile],
    source: bytes | None,
    mask: bytes | None,
) -> float:
    """Buy tiles that differ only in their samples, and keep each as it comes; dollars paid.

    They are asked for together as far as the account and the server allow. What a call leaves
    out is asked for singly: it may be that the server makes one picture a call.

    Raises:
        NoSlotYet: when there is no time for the rest in this invocation; what came is kept.
        PermanentError: of a single tile, once the others have been made.
    """
    model = wanted[0].model
    most = batches.most(len(wanted), tools.pace, wanted[0].options.get("quality"))
    if most > 1 and tools.batches.single(model):
        most = 1
    began, usd, left = perf_counter(), 0.0, list(wanted)
    lost: PermanentError | None = None
    while left:
        if len(left) < len(wanted):
            _with_time_left(tools, began, len(left), lost)
        asked, left = left[:most], left[most:]
        try:
            bought = _paid(store, tools, collage_id, asked, source, mask)
        except Refused as refused:
            lost = _graver(lost, refused)
            continue
        except TransientError as error:
            if _forgotten(lost):
                raise lost from error
            raise
        usd += bought.usd
        missed, ended = _what_did_not_come(store, collage_id, asked, bought)
        lost = _graver(lost, ended)
        if any(isinstance(outcome, NotMade) for outcome in bought.outcomes):
            tools.batches.note(model)
        if missed:
            most = 1
        left = missed + left
    if lost is not None:
        raise lost
    return usd


def _what_did_not_come(
    store: Store, collage_id: str, asked: Sequence[Tile], bought: Purchase
) -> tuple[list[Tile], PermanentError | None]:
    """The tiles of a call that are to be asked for singly, and how one ended that is not.

    Raises:
        StoppingError: when that is how one ended.
    """
    missed: list[Tile] = []
    ended: PermanentError | None = None
    for tile, outcome in zip(asked, bought.outcomes, strict=True):
        if isinstance(outcome, StoppingError):
            raise outcome
        if isinstance(outcome, Refused):
            refusals.note(store, collage_id, [tile], outcome)
        if isinstance(outcome, PermanentError):
            ended = _graver(ended, outcome)
        elif not isinstance(outcome, Rendered):
            missed.append(tile)
    return missed, ended


def _graver(one: PermanentError | None, other: PermanentError | None) -> PermanentError | None:
    """Which of the ends of two tiles to tell: the later one, but first what a retry would repay."""
    return one if other is None or _forgotten(one) else other


def _paid(
    store: Store,
    tools: Tools,
    collage_id: str,
    asked: Sequence[Tile],
    source: bytes | None,
    mask: bytes | None,
) -> Purchase:
    """Make one call that is paid for, keep the pictures that it brings, and note what else.

    Raises:
        NotKept: when S3 does not take a picture: another try pays again.
        CollageError: as `buy` does. A refusal is remembered, and a price that stays counted noted.
    """
    engine = tools.engine(asked[0].engine)
    price = plan.price(asked, tools.provider.usd_per_image)
    start = perf_counter()
    try:
        budget = _budget(store, collage_id)
        bought = buy(tools.limits, engine, asked, source, mask, price, budget)
        _keep_paid(store, collage_id, asked, bought, perf_counter() - start)
    except Refused as refused:
        refusals.note(store, collage_id, asked, refused)
        raise
    except CollageError as error:
        if call_ends.is_counted(error):
            # What went wrong first is what to say, also where this cannot be written.
            with suppress(StoreUnavailable):
                for tile in asked:
                    store.add_unsettled(collage_id, tile.key, price / len(asked))
        raise
    return bought


def _keep_paid(
    store: Store, collage_id: str, tiles: Sequence[Tile], bought: Purchase, seconds: float
) -> None:
    """Write the tiles of a call that was paid for.

    Raises:
        NotKept: when S3 does not take them: another try pays again.
    """
    try:
        _keep(store, collage_id, tiles, bought, seconds)
    except StoreUnavailable as error:
        raise NotKept(f"The picture came, and was not kept: {error}") from error


def _keep(
    store: Store, collage_id: str, tiles: Sequence[Tile], bought: Purchase, seconds: float
) -> None:
    """Write the tiles of a call that have their pictures; each bears its share of the call."""
    came = [
        (tile, outcome)
        for tile, outcome in zip(tiles, bought.outcomes, strict=True)
        if isinstance(outcome, Rendered)
    ]
    for tile, made in came:
        keep(
            store,
            collage_id,
            tile,
            made,
            seconds=seconds / len(came),
            usd=bought.usd / len(came),
            asked_before=bought.asked_before,
        )


def _picture(store: Store, collage_id: str, composition: Composition | None) -> bytes:
    """What a call works on: the prepared source, or what is put together from other tiles."""
    if composition is None:
        return _source(store, collage_id)
    from collage.pictures.compose import compose

    def read(key: str | None) -> bytes:
        if key is None:
            return _source(store, collage_id)
        found = store.finished(key)
        if found is None:
            raise MissingContext("A picture that this one goes on from was not made.")
        return found[0]

    return compose(composition, read)


def assemble_collage(store: Store, tools: Tools, collage_id: str) -> Completed:
    """Join the tiles that exist into the collage and write its manifest.

    Raises:
        TooFewTiles: when too small a share of the tiles exists.
        StoppingError: by name, when that ended the run before the first tile.
    """
    made = store.plan(collage_id)
    failures, unsettled = store.failures(collage_id), store.unsettled(collage_id)
    refused = {
        tile
        for call, failure in failures.items()
        if failure.error == Refused.__name__
        for tile in made.calls[call]
    }
    candidates = {
        i: (tile, *(made.spares_of(i) if i in refused else ())) for i, tile in enumerate(made.tiles)
    }
    sidecars = _sidecars(store, candidates)
    missing = len(made.tiles) - len(sidecars)
    ends = progress.TileCounts(
        total=len(made.tiles),
        done=len(sidecars),
        failed=missing - len(refused - sidecars.keys()),
        refused=len(refused - sidecars.keys()),
    )
    source = made.source.key if made.source else None
    progress.counted(store, collage_id, source, ends)

    def judge(there: Mapping[int, Sidecar]) -> Manifest:
        share = tools.settings.min_share
        return record(made, there, failures, unsettled, min_share=share, created=_now())

    manifest = _finish(store, made, sidecars, judge)
    progress.finished(store, manifest, source)
    return _completed(store, manifest)


def assemble_again(store: Store, collage_id: str, changes: Relayout) -> Completed:
    """Lay the tiles of a finished collage out another way, beside the first; nothing is rendered.

    Raises:
        NotInStore: when the collage was never finished.
        InvalidRequest: when the new layout breaks the rules of a request.
    """
    manifest = store.manifest(collage_id)
    made = store.plan(collage_id)
    asked = relaid(made.request, changes)
    letters.check_title(asked.title)
    candidates = {record.index: (record.tile,) for record in manifest.tiles}
    shown = {cell for cell in made.layout.cells if cell is not None}
    sidecars = _sidecars(store, {i: tiles for i, tiles in candidates.items() if i in shown})
    again = plan.laid_again(made, asked, changes)
    plan.check_size(asked, again, manifest.captions)

    def judge(there: Mapping[int, Sidecar]) -> Manifest:
        if again.cells:
            cells = tuple(cell if cell in there else None for cell in again.cells)
        else:
            hues = _hues(store, there, again.cell) if changes.sort == "hue" else {}
            present = {i: manifest.tiles[i].tile for i in there}
            order = layout.order(present, changes.sort, asked.seed, hues)
            room = asked.rows * asked.cols
            first: list[int | None] = [*order[:room], *[None] * (room - len(order))]
            cells = layout.fill(first, asked.cols, order, asked.seed)
        laid = again.model_copy(update={"cells": cells})
        return manifest.laid_out(laid, again.cells or cells, asked.format, created=_now())

    folder = f"layouts/{layout_name(changes)}"
    return _completed(store, _finish(store, made, sidecars, judge, folder), folder)


def record_relayout(store: Store, collage_id: str, changes: Relayout, error: CollageError) -> None:
    """Write down why a finished collage could not be laid out again, where that was to lie."""
    if store.is_made(collage_id):
        folder = f"layouts/{layout_name(changes)}"
        store.put_failure(_failure(collage_id, error), folder)


def _sidecars(store: Store, candidates: Mapping[int, Sequence[Tile]]) -> dict[int, Sidecar]:
    """For each index the sidecar of the first tile that exists."""

    def first(index: int) -> Sidecar | None:
        found = (store.sidecar(tile) for tile in candidates[index])
        return next((sidecar for sidecar in found if sidecar is not None), None)

    with ThreadPoolExecutor(READERS) as pool:
        found = zip(candidates, pool.map(first, candidates), strict=True)
        return {index: sidecar for index, sidecar in found if sidecar is not None}


def _hues(store: Store, sidecars: Mapping[int, Sidecar], size: tuple[int, int]) -> dict[int, float]:
    """The hue of each tile; no more cells are held than are read at once."""
    from collage.sheet import cells
    from collage.steps.join import Cells

    found = Cells(store, sidecars, size)

    def hue(index: int) -> float:
        return cells.hue(found.decode(index, found.fetch(index)))

    with ThreadPoolExecutor(READERS) as pool:
        return dict(zip(sidecars, pool.map(hue, sidecars), strict=True))


def _finish(
    store: Store,
    made: Plan,
    sidecars: Mapping[int, Sidecar],
    judge: Callable[[Mapping[int, Sidecar]], Manifest],
    folder: str = "",
) -> Manifest:
    """Write the pictures, then the manifest that ``judge`` makes of the tiles that are there.

    A sidecar whose picture is lost shows only when that is read. Then all pictures are looked at,
    and the collage is made anew of those that are whole.
    """
    from collage.steps import join

    try:
        manifest = judge(sidecars)
        join.write(store, made, manifest, sidecars, folder)
    except join.TileLost:
        with ThreadPoolExecutor(READERS) as pool:
            whole = pool.map(lambda i: store.picture(sidecars[i]) is not None, sidecars)
            there = {i: sidecars[i] for i, here in zip(sidecars, whole, strict=True) if here}
        manifest = judge(there)
        join.write(store, made, manifest, there, folder)
    store.put_page(manifest.id, folder)
    store.put_manifest(manifest, folder)
    return manifest


def _completed(store: Store, manifest: Manifest, folder: str = "") -> Completed:
    prefix = f"collages/{manifest.id}/{folder}".rstrip("/")
    return Completed(
        id=manifest.id,
        state="partial" if manifest.missing else "done",
        bucket=store.collages,
        collage=f"{prefix}/{manifest.files.collage}",
        manifest=f"{prefix}/manifest.json",
        tiles=len(manifest.tiles),
        missing=manifest.missing,
        refused=manifest.tile_counts.get("refused", 0),
        stopped=manifest.stopped.error if manifest.stopped else "",
    )


def record_failure(
    store: Store, collage_id: str, error: Mapping[str, str], call: int | None = None
) -> Failure:
    """Write down why a run, or one call of it, failed.

    ``error`` is what a Catch gives: ``Error`` and ``Cause``. The cause of a Lambda error is
    JSON that holds the message; that of a platform error is the message.
    """
    cause = error.get("Cause", "")
    try:
        message = str(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        message = cause
    name = error.get("Error", "Unknown")
    name, message = call_ends.of_platform(name, message) or (name, message)
    failure = Failure(
        id=collage_id,
        error=name,
        message=message,
        created=_now(),
        call=call,
    )
    store.put_failure(failure)
    return failure


ENDS = {
    "FAILED": {"Error": "States.Runtime", "Cause": "The run failed where no state could say why."},
    "ABORTED": {"Error": "Aborted", "Cause": "The run was stopped."},
    "TIMED_OUT": {"Error": "States.Timeout", "Cause": "The run took longer than a run may take."},
}
"""What a run ended of that did not write it down itself, where nobody said more."""


def recorded_end(store: Store, run: Mapping[str, Any]) -> Failure | None:
    """The failure that a run wrote down itself, if it came to that.

    ``run`` is as for `record_end`. A failure.json of an earlier try does not count. A run that was
    stopped or timed out wrote none.
    """
    if run["status"] != "FAILED":
        return None
    try:
        failure = store.failure(json.loads(run["input"])["id"])
    except NotInStore:
        return None
    # Failures name the second in which they were written; a run's times are in milliseconds.
    began = datetime.fromtimestamp(run["startDate"] // 1000, UTC)
    return failure if datetime.fromisoformat(failure.created) >= began else None


def record_end(store: Store, run: Mapping[str, Any]) -> Failure:
    """Write down why a run ended that had no state left to say so itself.

    ``run`` is the detail of the event by which Step Functions tells of it; ``error`` and
    ``cause`` are those of StopExecution, when it was given any, or of a failure that no state
    could catch.
    """
    known = ENDS[run["status"]]
    error = {"Error": run.get("error"), "Cause": run.get("cause")}
    said = {name: value for name, value in error.items() if value}
    return record_failure(store, json.loads(run["input"])["id"], known | said)


def serve(asked: Request, tools: Tools) -> None:
    """Whether this stack can do what is asked, beyond the request's own rules."""
    for name in asked.engines:
        set_up(name, tools)
    rules.known_qualities(asked, _models(asked, tools))
    if asked.styled and asked.styles is None and not tools.provider.secret:
        if asked.theme is not None:
            raise InvalidRequest("theme: without a key there is no language model to list styles.")
        styles.default(asked.style_count, asked.exclude)


def set_up(engine: str, tools: Tools) -> None:
    """Whether this stack has what an engine needs.

    Raises:
        EngineUnavailable: with what it lacks.
    """
    known = engines.ENGINES[engine]
    if known.price is not None and not tools.provider.secret:
        raise EngineUnavailable(
            f"engine: {engine} needs a key; set the stack's parameter OpenAiSecret, or on a "
            "laptop the variable OPENAI_API_KEY."
        )
    if known.pinned is not None and not tools.settings.models:
        raise EngineUnavailable(
            f"engine: {engine} is not set up here; deploy the stack with EnableGpu=true, or on a "
            "laptop say with --models where weights lie."
        )


def served_weights(store: Store, asked: Request, tools: Tools, has_source: bool) -> Weights | None:
    """The stack's weights, if the request asks for a model among them; it is held to their rules.

    Raises:
        EngineUnavailable: when the stack is not set up to run models of its own.
        NoModel: when it has not the one that is asked for.
        InvalidRequest: when that cannot do what is asked, or not with these options.
    """
    own = [name for name in asked.engines if engines.ENGINES[name].pinned]
    if not own:
        return None
    set_up(own[0], tools)
    weights = store.weights(tools.settings.models)
    operations.check(
        weights,
        {recipes.RECIPES[asked.recipe].operation_on(has_source)},
        asked.model,
        {name: getattr(asked, name) for name in operations.SAMPLING},
        asked.axes,
        asked.size,
    )
    return weights


def _at_once() -> None:
    """The turn of a call that nobody paces."""


def _models(asked: Request, tools: Tools) -> dict[str, str]:
    """What renders, by engine: the engine's only model, the request's, or the stack's."""
    return {
        name: known.model or asked.model or tools.provider.model
        for name, known in engines.ENGINES.items()
    }


def _failure(collage_id: str, error: CollageError, call: int | None = None) -> Failure:
    return Failure(id=collage_id, error=error.name, message=str(error), created=_now(), call=call)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
