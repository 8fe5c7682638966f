"""The workflow's steps, one function a state: read from the store, do the work, write it back.

Libraries for pictures are imported by the steps that need them, so that the others start fast.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, TypedDict

import collage
from collage import engines, masks, plan, request, styles
from collage.digest import sha256
from collage.errors import CollageError, SourceChanged
from collage.manifest import Failure, record
from collage.plan import Prepared, Styles
from collage.request import Accepted, Source
from collage.settings import Settings
from collage.store import Store
from collage.tile import Call, Sidecar

READERS = 16
"""Tiles read from S3 at once while assembling: enough to hide its latency."""


class Started(TypedDict):
    """The answer of `start`. ``new`` is False when the same collage was asked for before."""

    id: str
    new: bool


Run = Callable[[str, Mapping[str, Any]], bool]
"""Starts the workflow under a name with an input; False when that name was there already."""


def start(
    store: Store,
    settings: Settings,
    run: Run,
    source: str,
    options: dict[str, Any],
) -> Started:
    """Check a request and its source at the door, freeze both, and start the workflow.

    ``source`` is a key in the uploads bucket, ``options`` the fields of the request.

    Raises:
        InvalidRequest, NotInStore, NotAPicture, TruncatedPicture, SourceTooLarge: when the door
            refuses; nothing was written or started.
    """
    from collage.source import inspect

    asked = request.parse(options)
    found = inspect(
        store.upload(source, settings.max_source_bytes),
        max_bytes=settings.max_source_bytes,
        max_pixels=settings.max_source_pixels,
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
    new = run(accepted.id, {"id": accepted.id, "needs_styles": asked.styles is None})
    return Started(id=accepted.id, new=new)


def refuse(store: Store, source: str, error: CollageError) -> Failure:
    """Record why an upload came to nothing, for one who only watches the buckets.

    The failure lies under an id of its own, made from the key: no collage has it.
    """
    failure = Failure(
        id=sha256(f"refused:{source}".encode())[:20],
        error=error.name,
        message=str(error),
        created=_now(),
        source=source,
    )
    store.put_failure(failure)
    return failure


def list_styles(store: Store, collage_id: str) -> None:
    """Freeze the styles of a request that named none."""
    asked = store.accepted(collage_id).request
    names = styles.default(asked.style_count)
    store.put_styles(collage_id, Styles(styles=names, origin="default"))


def make_masks(store: Store, settings: Settings, collage_id: str) -> None:
    """Prepare the source to the size of a tile and draw the masks over it.

    Raises:
        SourceChanged: when the upload was overwritten since the request was accepted.
    """
    from collage.source import pixel_digest, prepare

    accepted = store.accepted(collage_id)
    asked = accepted.request
    data = store.upload(accepted.source.key, settings.max_source_bytes)
    if sha256(data) != accepted.source.sha256:
        raise SourceChanged(
            f"{accepted.source.key} was overwritten after the request was accepted."
        )
    png = prepare(data, asked.size, asked.fit)
    store.put_prepared_source(collage_id, png)
    digests = {}
    for name in asked.masks:
        mask = masks.encode(masks.draw(name, asked.size))
        store.put_mask(collage_id, name, mask)
        digests[name] = sha256(mask)
    store.put_prepared(collage_id, Prepared(source=pixel_digest(png), masks=digests))


class Planned(TypedDict):
    """What the state machine needs of a plan: where the calls lie and how many run at once."""

    engine: str
    bucket: str
    calls: str
    concurrency: int


def plan_tiles(store: Store, settings: Settings, collage_id: str) -> Planned:
    """Write the plan: all tiles and calls, before the first of them is made."""
    made = plan.make(
        store.accepted(collage_id), store.styles(collage_id), store.prepared(collage_id)
    )
    calls = store.put_plan(made)
    return Planned(
        engine=made.request.engine,
        bucket=store.collages,
        calls=calls,
        concurrency=settings.concurrency,
    )


def render_tile(store: Store, collage_id: str, call: Call) -> None:
    """Make the tiles of one engine call that the store does not hold yet."""
    wanted = [tile for tile in call.tiles if store.tile(tile) is None]
    if not wanted:
        return
    source = store.source(collage_id)
    for tile in wanted:
        mask = store.mask(collage_id, tile.mask)
        began = perf_counter()
        png = engines.load(tile.engine).render(tile, source, mask)
        sidecar = Sidecar(
            key=tile.key,
            sha256=sha256(png),
            tile=tile,
            collage=collage_id,
            seconds=round(perf_counter() - began, 3),
            created=_now(),
            version=collage.__version__,
        )
        store.put_tile(png, sidecar)


class Assembled(TypedDict):
    """What the workflow announces: the collage and how many of its tiles are missing."""

    id: str
    bucket: str
    collage: str
    manifest: str
    tiles: int
    failed: int


def assemble_collage(store: Store, settings: Settings, collage_id: str) -> Assembled:
    """Join the tiles that exist into the collage and write its manifest.

    Raises:
        TooFewTiles: when too small a share of the tiles exists.
    """
    from collage import grid

    made = store.plan(collage_id)

    def read(index: int) -> tuple[Sidecar, bytes] | None:
        found = store.tile(made.tiles[index])
        if found is None:
            return None
        png, sidecar = found
        return sidecar, grid.shrink(png, made.layout.cell)

    with ThreadPoolExecutor(READERS) as pool:
        read_tiles = enumerate(pool.map(read, range(len(made.tiles))))
        present = {index: tile for index, tile in read_tiles if tile is not None}
    manifest = record(
        made,
        {sidecar.key: sidecar for sidecar, _ in present.values()},
        store.failures(collage_id),
        min_share=settings.min_share,
        created=_now(),
    )
    png = grid.join(manifest.layout, {index: cell for index, (_, cell) in present.items()})
    store.put_result(manifest, png)
    return Assembled(
        id=collage_id,
        bucket=store.collages,
        collage=f"collages/{collage_id}/collage.png",
        manifest=f"collages/{collage_id}/manifest.json",
        tiles=len(made.tiles),
        failed=manifest.tile_counts.get("failed", 0),
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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
