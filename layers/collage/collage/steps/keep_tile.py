"""A tile that was made is written: its picture, its cell, and last its sidecar."""

from __future__ import annotations

from collections.abc import Sequence

import collage
from collage import clock
from collage.digest import sha256
from collage.engines.engine import Rendered
from collage.formats import metadata
from collage.provenance.describe import describe_tile
from collage.spending.purchase import Purchase
from collage.steps.materials import accepted
from collage.store.store import Store
from collage.tile import Sidecar, Tile


def keep_all(
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

    asked = accepted(store, collage_id).request
    cell = asked.cell_of(tile.size)
    png = metadata.embed(made.png, describe_tile(tile)) if asked.metadata else made.png
    sidecar = Sidecar(
        key=tile.key,
        sha256=sha256(png),
        tile=tile,
        collage=collage_id,
        seconds=round(seconds, 3),
        created=clock.now(),
        version=collage.__version__,
        usd=round(usd, 6),
        asked_before=asked_before,
        provider=None if made.provider is None else sha256(made.provider),
        outside_changed=made.outside_changed,
        cropped_from=made.cropped_from,
        measures=made.measures,
    )
    if has_cell(tile.size, cell):
        pixels = made.pixels
        small = (
            cells.encode(cells.shrink(png, cell))
            if pixels is None
            else cells.encode_shrunk(pixels, cell)
        )
        store.put_cell(tile.key, cell, small)
    store.put_tile(png, sidecar, made.provider)
