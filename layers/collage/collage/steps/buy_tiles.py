"""Tiles that cost money: asked for together as far as that goes, and kept one by one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from time import perf_counter
from typing import TypeGuard

from collage.engines import call_ends
from collage.engines.engine import Engine, Rendered
from collage.errors import (
    CollageError,
    NoSlotYet,
    NotKept,
    NotMade,
    PermanentError,
    Refused,
    StoppingError,
    StoreUnavailable,
    TransientError,
)
from collage.services import Services
from collage.spending import batches
from collage.spending.accounts import Account
from collage.spending.bookings import Budget
from collage.spending.purchase import Purchase, buy
from collage.steps import refusals
from collage.steps.keep_tile import keep_all
from collage.steps.materials import accepted
from collage.store.store import Store
from collage.tile import Tile

ALL_ASKED_BY = 825.0
"""Seconds of an invocation by which its last call has to be over: a function has 900, and of those
a turn may take 5, fetching the pictures 60, and writing them 10."""


def buy_tiles(
    store: Store,
    services: Services,
    account: Account,
    engine: Engine,
    collage_id: str,
    wanted: Sequence[Tile],
    source: bytes | None,
    mask: bytes | None,
) -> float:
    """Buy tiles that differ only in their samples, and keep each as it comes; dollars paid.

    ``account`` is that of their ``engine``. They are asked for together as far as it and the server
    allow. What a call leaves out is asked for singly: it may be that the server makes one picture
    a call.

    Raises:
        NoSlotYet: when there is no time for the rest in this invocation; what came is kept.
        PermanentError: of a single tile, once the others have been made.
    """
    model, known = wanted[0].model, services.batches(account)
    most = batches.most(len(wanted), account, model, wanted[0].options.get("quality"))
    if most > 1 and known.single(model):
        most = 1
    began, usd, left = perf_counter(), 0.0, list(wanted)
    lost: PermanentError | None = None
    while left:
        if len(left) < len(wanted):
            with_time_left(account, began, len(left), lost)
        asked, left = left[:most], left[most:]
        try:
            bought = _paid(store, services, account, engine, collage_id, asked, source, mask)
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
            known.note(model)
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


def _paid(
    store: Store,
    services: Services,
    account: Account,
    engine: Engine,
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
    price = account.price(asked)
    start = perf_counter()
    try:
        known = accepted(store, collage_id)
        budget = Budget(collage_id, known.request.max_usd, known.person)
        quotas = account.quotas(asked[0].model)
        bought = buy(services.limits, quotas, engine, asked, source, mask, price, budget)
        _keep_paid(store, collage_id, asked, bought, perf_counter() - start)
    except CollageError as error:
        if isinstance(error, Refused):
            refusals.note(store, collage_id, asked, error)
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
        keep_all(store, collage_id, tiles, bought, seconds)
    except StoreUnavailable as error:
        raise NotKept(f"The picture came, and was not kept: {error}") from error


def _graver(one: PermanentError | None, other: PermanentError | None) -> PermanentError | None:
    """Which of the ends of two tiles to tell: the later one, but first what a retry would repay."""
    return one if other is None or _forgotten(one) else other


def _forgotten(lost: PermanentError | None) -> TypeGuard[PermanentError]:
    """Whether another invocation would not know of this end of a tile, and pay for it again."""
    return lost is not None and not isinstance(lost, Refused)


def with_time_left(
    account: Account, began: float, left: int, lost: PermanentError | None = None
) -> None:
    """Give back what the function may not have the time for, if it began long ago.

    Raises:
        NoSlotYet: when another call could outlast the function.
        PermanentError: ``lost`` in its place, if another invocation would not know of it.
    """
    if perf_counter() - began > ALL_ASKED_BY - account.settings.timeout:
        if _forgotten(lost):
            raise lost
        raise NoSlotYet(f"{left} more tiles of the call are asked for in their turn.")
