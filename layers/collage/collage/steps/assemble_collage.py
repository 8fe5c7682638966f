"""AssembleCollage: the tiles that exist are joined into the collage, and its manifest written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, NamedTuple

from collage import clock
from collage.announcements import Completed
from collage.errors import Refused
from collage.in_order import Ordered
from collage.long_manifest import LongManifest
from collage.manifest import Manifest, Summary
from collage.plan import Plan
from collage.progress import TileCounts
from collage.services import Services
from collage.sheet import fonts
from collage.steps import progress
from collage.store.store import Store
from collage.tile import Sidecar, Tile
from collage.verdict import record

READERS = 16
"""Tiles read from S3 at once while assembling: enough to hide its latency."""


class Gathered(NamedTuple):
    """A finished fan-out: the plan, the tiles that exist, and how a verdict on them is come to."""

    made: Plan
    sidecars: dict[int, Sidecar]
    judge: Callable[[Mapping[int, Sidecar]], Manifest]

    @property
    def source(self) -> str | None:
        """The key of the source among the uploads, where there is one."""
        return self.made.source.key if self.made.source else None


def assemble_collage(store: Store, services: Services, collage_id: str) -> Completed:
    """Join the tiles that exist into the collage and write its manifest.

    Raises:
        TooFewTiles: when too small a share of the tiles exists.
        StoppingError: by name, when that ended the run before the first tile.
    """
    there = gather(store, services, collage_id)
    manifest = finish(store, there.made, there.sidecars, there.judge)
    progress.finished(store, manifest, there.source)
    return completed(store, manifest)


def gather(store: Store, services: Services, collage_id: str) -> Gathered:
    """Look which tiles exist, and write down how many."""
    made = store.plan(collage_id)
    for tile in made.tiles:
        tile.slim()
    if made.layout.font is not None:
        fonts.use(store.font(collage_id))
    failures, unsettled = store.failures(collage_id), store.unsettled(collage_id)
    refused = {
        tile
        for call, failure in failures.items()
        if failure.error == Refused.__name__
        for tile in made.calls[call]
    }
    candidates = (
        (i, (tile, *(made.spares_of(i) if i in refused else ())))
        for i, tile in enumerate(made.tiles)
    )
    sidecars = sidecars_of(store, candidates)
    missing = len(made.tiles) - len(sidecars)
    ends = TileCounts(
        total=len(made.tiles),
        done=len(sidecars),
        failed=missing - len(refused - sidecars.keys()),
        refused=len(refused - sidecars.keys()),
    )

    def judge(there: Mapping[int, Sidecar]) -> Manifest:
        share = services.settings.min_share
        return record(made, there, failures, unsettled, min_share=share, created=clock.now())

    gathered = Gathered(made, sidecars, judge)
    progress.counted(store, collage_id, gathered.source, ends)
    return gathered


def sidecars_of(
    store: Store, candidates: Iterable[tuple[int, Sequence[Tile]]]
) -> dict[int, Sidecar]:
    """For each index the sidecar of the first tile that exists.

    What a sidecar says of its tile is the tile, and is held once.
    """
    found: dict[int, Sidecar] = {}

    def first(index: int, tiles: Sequence[Tile]) -> tuple[int, Sidecar | None]:
        there = ((tile, store.sidecar(tile)) for tile in tiles)
        same = (one.model_copy(update={"key": t.key, "tile": t}) for t, one in there if one)
        return index, next(same, None)

    def take(ended: tuple[int, Sidecar | None]) -> None:
        index, sidecar = ended
        if sidecar is not None:
            found[index] = sidecar.slim()

    with ThreadPoolExecutor(READERS) as pool:
        looked = Ordered(pool, 4 * READERS, take)
        for index, tiles in candidates:
            looked.submit(first, index, tiles)
        looked.finish()
    return found


def finish(
    store: Store,
    made: Plan,
    sidecars: Mapping[int, Sidecar],
    judge: Callable[[Mapping[int, Sidecar]], Manifest],
    folder: str = "",
    told: Callable[[Manifest], Manifest] = lambda manifest: manifest,
) -> Manifest:
    """Write the pictures, then the manifest that ``judge`` makes of the tiles that are there.

    Pictures tell of the whole plan; the file tells what ``told`` leaves of that.

    A sidecar whose picture is lost shows only when that is read. Then all pictures are looked at,
    and the collage is made anew of those that are whole.
    """
    from collage.steps import join

    try:
        manifest = judge(sidecars)
        dhashes = join.write(store, made, manifest, sidecars, folder)
    except join.TileLost:
        with ThreadPoolExecutor(READERS) as pool:
            whole = pool.map(lambda i: store.picture(sidecars[i]) is not None, sidecars)
            there = {i: sidecars[i] for i, here in zip(sidecars, whole, strict=True) if here}
        manifest = judge(there)
        dhashes = join.write(store, made, manifest, there, folder)
    manifest = told(manifest.hashed(dhashes))
    publish(store, manifest, folder)
    return manifest


def publish(store: Store, manifest: Manifest | LongManifest, folder: str = "") -> None:
    """Write what stands beside a collage's pictures, the manifest last: all is there then."""
    store.put_page(manifest.id, folder)
    store.put_manifest(manifest, folder)


def completed(store: Store, manifest: Manifest | Summary, folder: str = "") -> Completed:
    """What is announced of a collage, or of another layout of it in ``folder``."""
    prefix = f"collages/{manifest.id}/{folder}".rstrip("/")
    lacking: Literal["partial", "stopped"] = "stopped" if manifest.stopped else "partial"
    return Completed(
        kind=lacking if manifest.missing else "completed",
        id=manifest.id,
        state="partial" if manifest.missing else "done",
        bucket=store.collages,
        collage=manifest.files.collage and f"{prefix}/{manifest.files.collage}",
        manifest=f"{prefix}/manifest.json",
        tiles=sum(manifest.tile_counts.values()),
        missing=manifest.missing,
        refused=manifest.tile_counts.get("refused", 0),
        stopped=manifest.stopped.error if manifest.stopped else "",
        usd=manifest.usd,
        title=manifest.title,
    )
