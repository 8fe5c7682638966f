"""RenderTile: the tiles of one engine call, and other draws in place of those that are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import cast

from collage.engines.engine import Engine, StylePictured
from collage.errors import MissingContext, Refused
from collage.services import Services
from collage.spending.accounts import of_engine
from collage.spending.purchase import Purchase
from collage.steps import refusals
from collage.steps.buy_tiles import buy_tiles, with_time_left
from collage.steps.keep_tile import keep_all
from collage.steps.materials import materials, style_pictures
from collage.steps.record_failure import failure_of
from collage.store.store import Store
from collage.tile import Call, Composition, Tile


@dataclass(frozen=True)
class Rendering:
    """What came of one call: tiles made, tiles that were there already, dollars paid."""

    made: int
    reused: int
    usd: float
    refused: bool = False
    """Whether the call was refused, and other draws took its place."""


def render_tile(store: Store, services: Services, collage_id: str, call: Call) -> Rendering:
    """Make the tiles of one engine call that the store does not hold yet.

    Raises:
        CollageError: by name, what the engine, the pace or the budget says.
    """
    began = perf_counter()
    try:
        return _make(store, services, collage_id, call.tiles, call.composed)
    except Refused as refusal:
        if not call.spares:
            raise
        # The refusal is kept: it is not asked again, and the manifest says what got replaced.
        store.put_failure(failure_of(collage_id, refusal, call.index))
        instead = []
        for tile, spares in zip(call.tiles, call.spares, strict=True):
            if store.sidecar(tile) is None:
                instead.append(
                    _make_first(store, services, collage_id, spares, call.composed, began)
                )
        return Rendering(
            made=sum(one.made for one in instead),
            reused=sum(one.reused for one in instead),
            usd=sum(one.usd for one in instead),
            refused=True,
        )


def _make_first(
    store: Store,
    services: Services,
    collage_id: str,
    spares: Sequence[Tile],
    composed: Mapping[str, Composition],
    began: float,
) -> Rendering:
    """Make the first of the spares that is not refused; those refused before are passed over.

    Raises:
        Refused: when all of them are.
        NoSlotYet: when the invocation, which ``began`` at that time, has no time for another.
    """
    for spare in spares:
        if account := of_engine(services.accounts, spare.engine):
            with_time_left(account, began, 1)
        try:
            return _make(store, services, collage_id, [spare], composed)
        except Refused as error:
            refusal = error
    raise refusal


def _make(
    store: Store,
    services: Services,
    collage_id: str,
    tiles: Sequence[Tile],
    composed: Mapping[str, Composition],
) -> Rendering:
    wanted = [tile for tile in tiles if store.tile(tile) is None]
    if not wanted:
        return Rendering(made=0, reused=len(tiles), usd=0)
    first = wanted[0]
    try:
        source, mask = materials(store, collage_id, first, composed)
        pictures = style_pictures(store, collage_id, first, composed)
    except MissingContext:
        refusals.follow(store, collage_id, wanted, composed)
        raise
    engine = _pictured(services.engine(first.engine), pictures)
    began = perf_counter()
    account = of_engine(services.accounts, first.engine)
    if account is None:
        outcomes = engine.render(wanted, source, mask, _at_once)
        bought = Purchase(outcomes, usd=0, asked_before=0)
        keep_all(store, collage_id, wanted, bought, perf_counter() - began)
        usd = 0.0
    else:
        # A draw that was refused is not asked for again, whoever tries again and why.
        asked, refusal = refusals.heed(store, collage_id, wanted)
        usd = 0.0
        if asked:
            usd = buy_tiles(store, services, account, engine, collage_id, asked, source, mask)
        if refusal is not None:
            raise refusal
    return Rendering(made=len(wanted), reused=len(tiles) - len(wanted), usd=usd)


def _pictured(engine: Engine, pictures: Mapping[str, bytes]) -> Engine:
    """The engine with the pictures that a tile's styles are taken from, if there are any."""
    return cast(StylePictured, engine).with_style_pictures(pictures) if pictures else engine


def _at_once() -> str:
    """The turn of a call that nobody paces."""
    return ""
