"""The workflow's steps, one function a state: read from the store, do the work, write it back.

Libraries for pictures are imported by the steps that need them, so that the others start fast.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from time import perf_counter
from typing import Any, TypedDict

import collage
from collage import engines, layout, masks, metadata, plan, request, styles
from collage.digest import canonical, sha256
from collage.errors import (
    CollageError,
    EngineUnavailable,
    InvalidRequest,
    OverBudget,
    Refused,
    SourceChanged,
)
from collage.manifest import Failure, Manifest, record
from collage.plan import Plan, Prepared, Styles
from collage.purchase import Purchase, buy
from collage.request import Accepted, Relayout, Request, Source
from collage.runs import Runs
from collage.store import Store
from collage.tile import Call, Sidecar, Tile
from collage.tools import Tools

READERS = 16
"""Tiles read from S3 at once while assembling: enough to hide its latency."""


class Started(TypedDict):
    """The answer of `start`. ``new`` is False when a run for it was there already."""

    id: str
    run: str
    new: bool


def start(
    store: Store,
    tools: Tools,
    runs: Runs,
    source: str,
    options: dict[str, Any],
    *,
    again: bool = True,
) -> Started:
    """Check a request and its source at the door, freeze both, and start the workflow.

    ``source`` is a key in the uploads bucket, ``options`` the fields of the request. A collage
    whose last run failed or left tiles out is tried ``again``; what exists of it is kept.

    Raises:
        InvalidRequest, EngineUnavailable: when the request is wrong, or wrong for this stack.
        NotInStore, NotAPicture, TruncatedPicture, SourceTooLarge: when the source is.
            Nothing was written or started then.
    """
    from collage.source import inspect

    asked = request.parse(options)
    _serve(asked, tools)
    limits = tools.settings
    found = inspect(
        store.upload(source, limits.max_source_bytes),
        max_bytes=limits.max_source_bytes,
        max_pixels=limits.max_source_pixels,
    )
    accepted = Accepted(
        id=request.identify(asked, found.sha256),
        source=Source(
            key=source,
            sha256=found.sha256,
            format=found.format,
            width=found.width,
            height=found.height,
        ),
        request=asked,
    )
    store.put_accepted(accepted)
    if asked.styles is not None:
        store.put_styles(accepted.id, Styles(styles=asked.styles, origin="request"))
    given = {"id": accepted.id, "needs_styles": not store.has_styles(accepted.id)}
    run = runs.start(
        accepted.id, given, done=(lambda: store.is_complete(accepted.id)) if again else None
    )
    return Started(id=accepted.id, run=run.name, new=run.new)


def refuse(store: Store, source: str, error: CollageError) -> Failure:
    """Record why an upload came to nothing, for one who only watches the buckets.

    The failure lies under an id of its own, made from the key: no collage has it.
    """
    name = sha256(f"refused:{source}".encode())[:20]
    failure = _failure(name, error).model_copy(update={"source": source})
    store.put_failure(failure)
    return failure


def list_styles(store: Store, tools: Tools, collage_id: str) -> None:
    """Freeze the styles of a request that named none.

    Raises:
        NoStyles: when a language model was asked and gave no usable list.
        BudgetExhausted: when the stack's day leaves nothing to ask it with.
    """
    asked = store.accepted(collage_id).request
    if not tools.provider.secret:
        names = styles.default(asked.style_count, asked.exclude)
        store.put_styles(collage_id, Styles(styles=names, origin="default"))
        return
    from collage import listing

    tools.limits.reserve(listing.PRICE)
    model = tools.provider.text_model
    count = asked.style_count or len(styles.DEFAULT_STYLES)
    names = listing.ask(tools.openai_client, model, count, asked.theme, asked.exclude)
    store.put_styles(collage_id, Styles(styles=names, origin="model", model=model))


def make_masks(store: Store, tools: Tools, collage_id: str) -> None:
    """Prepare the source to the size that the engine works at, and draw the masks over it.

    Raises:
        SourceChanged: when the upload was overwritten since the request was accepted.
    """
    accepted = store.accepted(collage_id)
    data = store.upload(accepted.source.key, tools.settings.max_source_bytes)
    if sha256(data) != accepted.source.sha256:
        raise SourceChanged(
            f"{accepted.source.key} was overwritten after the request was accepted."
        )
    png, drawn, prepared = _prepare(tools, accepted.request, data)
    store.put_prepared_source(collage_id, png)
    for name, mask in drawn.items():
        store.put_mask(collage_id, name, mask)
    store.put_prepared(collage_id, prepared)


def _prepare(tools: Tools, asked: Request, data: bytes) -> tuple[bytes, dict[str, bytes], Prepared]:
    """The prepared source, the masks by name, and the digests of both."""
    from collage.source import pixel_digest, prepare

    size = engines.ENGINES[asked.engine].working_size(_model(asked, tools), asked.size)
    png = prepare(data, size, asked.fit)
    drawn = {name: masks.encode(masks.draw(name, size)) for name in asked.masks}
    digests = {name: sha256(mask) for name, mask in drawn.items()}
    return png, drawn, Prepared(source=pixel_digest(png), masks=digests)


class Planned(TypedDict):
    """What the state machine needs of a plan: where the calls lie and how many run at once."""

    engine: str
    bucket: str
    calls: str
    concurrency: int


def plan_tiles(store: Store, tools: Tools, collage_id: str) -> Planned:
    """Write the plan: all tiles and calls, before the first of them is paid for.

    Raises:
        OverBudget: when what is not in the store yet would cost more than the request allows.
    """
    accepted = store.accepted(collage_id)
    asked = accepted.request
    pace = tools.pace.per_minute
    made = plan.make(
        accepted,
        store.styles(collage_id),
        store.prepared(collage_id),
        _model(asked, tools),
        pace,
    )
    if asked.max_usd is not None:
        price = missing(store, made, pace).usd
        if price > asked.max_usd:
            raise OverBudget(
                f"The collage would cost about ${price:,.2f}; the request allows "
                f"${asked.max_usd:,.2f}. Ask for fewer tiles, a lower quality or a higher max_usd."
            )
    calls = store.put_plan(made)
    concurrency = tools.settings.concurrency
    if engines.ENGINES[asked.engine].price is not None:
        concurrency = tools.pace.concurrency(tools.provider.latency, concurrency)
    return Planned(engine=asked.engine, bucket=store.collages, calls=calls, concurrency=concurrency)


def estimate(store: Store, tools: Tools, data: bytes, asked: Request) -> Estimated:
    """What a collage would take, and how much of it the store holds already; nothing is started.

    Styles that a language model has yet to list are counted, but cannot be looked up.
    """
    _, _, prepared = _prepare(tools, asked, data)
    listed = asked.styles is None and bool(tools.provider.secret or asked.theme)
    if asked.styles is not None:
        names = asked.styles
    elif listed:
        count = asked.style_count or len(styles.DEFAULT_STYLES)
        names = tuple(f"Style {number + 1}" for number in range(count))
    else:
        names = styles.default(asked.style_count, asked.exclude)
    source = Source(key="", sha256=sha256(data), format="", width=0, height=0)
    made = plan.make(
        Accepted(id="", source=source, request=asked),
        Styles(styles=names, origin="default"),
        prepared,
        _model(asked, tools),
        tools.pace.per_minute,
    )
    left = made.estimate if listed else missing(store, made, tools.pace.per_minute)
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


def missing(store: Store, made: Plan, images_per_minute: float) -> plan.Estimate:
    """What a plan takes beyond the tiles that the store holds already."""
    with ThreadPoolExecutor(READERS) as pool:
        there = list(pool.map(lambda tile: store.sidecar(tile) is not None, made.tiles))
    wanted = [[made.tiles[i] for i in call if not there[i]] for call in made.calls]
    return plan.estimate([tiles for tiles in wanted if tiles], images_per_minute)


def render_tile(store: Store, tools: Tools, collage_id: str, call: Call) -> None:
    """Make the tiles of one engine call that the store does not hold yet.

    Raises:
        CollageError: by name, what the engine, the pace or the budget says.
    """
    try:
        # Only a provider refuses; it is not asked again what it refused before.
        if engines.ENGINES[call.tiles[0].engine].price is not None:
            store.raise_refusal(collage_id, call.index)
        _make(store, tools, collage_id, call.tiles)
    except Refused as refusal:
        if not call.spares:
            raise
        # The refusal is kept: it is not asked again, and the manifest says what got replaced.
        store.put_failure(_failure(collage_id, refusal, call.index))
        for spares in call.spares:
            _make_first(store, tools, collage_id, spares)


@lru_cache(maxsize=2)
def _shared(store: Store, collage_id: str) -> tuple[Request, bytes]:
    """What all tiles of a collage share, read once a process: request and prepared source."""
    return store.accepted(collage_id).request, store.source(collage_id)


@lru_cache(maxsize=16)
def _mask(store: Store, collage_id: str, name: str) -> bytes:
    """A mask, read once a process."""
    return store.mask(collage_id, name)


def _make_first(store: Store, tools: Tools, collage_id: str, spares: Sequence[Tile]) -> None:
    """Make the first of the spares that is not refused.

    Raises:
        Refused: when all of them are.
    """
    for spare in spares:
        try:
            return _make(store, tools, collage_id, [spare])
        except Refused as error:
            refusal = error
    raise refusal


def _make(store: Store, tools: Tools, collage_id: str, tiles: Sequence[Tile]) -> None:
    wanted = [tile for tile in tiles if store.tile(tile) is None]
    if not wanted:
        return
    from collage import cells
    from collage.assembly import has_cell

    first = wanted[0]
    asked, source = _shared(store, collage_id)
    mask = None if first.mask is None else _mask(store, collage_id, first.mask)
    engine = tools.engine(first.engine)
    began = perf_counter()
    if engines.ENGINES[first.engine].price is None:
        bought = Purchase(engine.render(wanted, source, mask, _at_once), usd=0, asked_before=0)
    else:
        bought = buy(tools.limits, engine, wanted, source, mask, plan.price(wanted))
    seconds = (perf_counter() - began) / len(wanted)
    cell = asked.cell_size
    for tile, made in zip(wanted, bought.rendered, strict=True):
        png = metadata.embed(made.png, metadata.describe_tile(tile)) if asked.metadata else made.png
        sidecar = Sidecar(
            key=tile.key,
            sha256=sha256(png),
            tile=tile,
            collage=collage_id,
            seconds=round(seconds, 3),
            created=_now(),
            version=collage.__version__,
            usd=round(bought.usd / len(wanted), 6),
            asked_before=bought.asked_before,
            provider=None if made.provider is None else sha256(made.provider),
            outside_changed=made.outside_changed,
        )
        if has_cell(tile.size, cell):
            store.put_cell(tile.key, cell, cells.encode(cells.shrink(png, cell)))
        store.put_tile(png, sidecar, made.provider)


class Assembled(TypedDict):
    """What the workflow announces: the collage and how many of its tiles are missing."""

    id: str
    bucket: str
    collage: str
    manifest: str
    tiles: int
    missing: int
    stopped: str
    """The error that ended the run early; empty when none did."""


def assemble_collage(store: Store, tools: Tools, collage_id: str) -> Assembled:
    """Join the tiles that exist into the collage and write its manifest.

    Raises:
        TooFewTiles: when too small a share of the tiles exists.
        StoppingError: by name, when that ended the run before the first tile.
    """
    made = store.plan(collage_id)
    failures = store.failures(collage_id)
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

    def judge(there: Mapping[int, Sidecar]) -> Manifest:
        share = tools.settings.min_share
        return record(made, there, failures, min_share=share, created=_now())

    return _finish(store, made, sidecars, judge)


def assemble_again(store: Store, collage_id: str, changes: Relayout) -> Assembled:
    """Lay the tiles of a finished collage out another way, beside the first; nothing is rendered.

    Raises:
        NotInStore: when the collage was never finished.
        InvalidRequest: when the new layout breaks the rules of a request.
    """
    manifest = store.manifest(collage_id)
    made = store.plan(collage_id)
    changed = changes.model_dump(exclude_none=True, exclude={"sort"})
    # The rules of a request hold for the new layout as well.
    asked = request.parse({**made.request.model_dump(), **changed, "tiles": None})
    candidates = {record.index: (record.tile,) for record in manifest.tiles}
    sidecars = _sidecars(store, candidates)
    again = plan.lay_out(asked, ())
    plan.check_size(asked, again, manifest.captions)
    name = sha256(canonical([again.model_dump(), changes.sort, asked.seed, asked.format]))[:12]

    def judge(there: Mapping[int, Sidecar]) -> Manifest:
        hues = _hues(store, there, asked.cell_size) if changes.sort == "hue" else {}
        present = {i: manifest.tiles[i].tile for i in there}
        order = layout.order(present, changes.sort, asked.seed, hues)
        room = asked.rows * asked.cols
        first: list[int | None] = [*order[:room], *[None] * (room - len(order))]
        cells = layout.fill(first, asked.cols, order, asked.seed)
        laid = again.model_copy(update={"cells": cells})
        return manifest.laid_out(laid, asked.format, created=_now())

    return _finish(store, made, sidecars, judge, f"layouts/{name}")


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
    from collage import cells
    from collage.assembly import Cells

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
) -> Assembled:
    """Write the pictures, then the manifest that ``judge`` makes of the tiles that are there.

    A sidecar whose picture is lost shows only when that is read. Then all pictures are looked at,
    and the collage is made anew of those that are whole.
    """
    from collage import assembly

    try:
        manifest = judge(sidecars)
        assembly.write(store, made, manifest, sidecars, folder)
    except assembly.TileLost:
        with ThreadPoolExecutor(READERS) as pool:
            whole = pool.map(lambda i: store.picture(sidecars[i]) is not None, sidecars)
            there = {i: sidecars[i] for i, here in zip(sidecars, whole, strict=True) if here}
        manifest = judge(there)
        assembly.write(store, made, manifest, there, folder)
    store.put_manifest(manifest, folder)
    prefix = f"collages/{manifest.id}/{folder}".rstrip("/")
    return Assembled(
        id=manifest.id,
        bucket=store.collages,
        collage=f"{prefix}/{manifest.files.collage}",
        manifest=f"{prefix}/manifest.json",
        tiles=len(manifest.tiles),
        missing=manifest.missing,
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
    failure = Failure(
        id=collage_id,
        error=error.get("Error", "Unknown"),
        message=message,
        created=_now(),
        call=call,
    )
    store.put_failure(failure)
    return failure


def _serve(asked: Request, tools: Tools) -> None:
    """Whether this stack can do what is asked, beyond the request's own rules."""
    priced = engines.ENGINES[asked.engine].price is not None
    if priced and not tools.provider.secret:
        raise EngineUnavailable(
            f"engine: {asked.engine} needs a key; set the stack's parameter OpenAiSecret, or on a "
            "laptop the variable OPENAI_API_KEY."
        )
    if asked.styles is None and not tools.provider.secret:
        if asked.theme is not None:
            raise InvalidRequest("theme: without a key there is no language model to list styles.")
        styles.default(asked.style_count, asked.exclude)


def _at_once() -> None:
    """The turn of a call that nobody paces."""


def _model(asked: Request, tools: Tools) -> str:
    return asked.model or engines.ENGINES[asked.engine].model or tools.provider.model


def _failure(collage_id: str, error: CollageError, call: int | None = None) -> Failure:
    return Failure(id=collage_id, error=error.name, message=str(error), created=_now(), call=call)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
