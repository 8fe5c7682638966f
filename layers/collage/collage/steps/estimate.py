"""What a collage would take, and how much of it is there already; nothing is started."""

from __future__ import annotations

from typing import Any, TypedDict

from collage import engines, plan
from collage.plan import Styles
from collage.request import rules
from collage.request.named_files import Files
from collage.request.request import Request
from collage.services import Services
from collage.steps import capabilities, duration
from collage.steps.accept import let_in
from collage.steps.make_masks import prepare, with_styles
from collage.steps.make_masks import style_pictures as brought
from collage.steps.remaining import in_full, left
from collage.steps.request_files import files_of
from collage.store.store import Store
from collage.words import styles


class Estimated(TypedDict):
    """What is still to be made of a collage: calls, pictures, dollars, minutes at the pace."""

    calls: int
    paid: int
    """Calls that are paid for."""
    tiles: int
    reused: int
    """Tiles that the store holds already, and that cost nothing."""
    usd: float
    minutes: float | None
    priced_on: str
    geometry: dict[str, Any]
    """Where the cells will lie: `collage.sheet.geometry.Geometry` as JSON has it."""


def estimate(
    store: Store,
    services: Services,
    source: bytes | None,
    asked: Request,
    files: Files | None = None,
    most_looks: int | None = None,
) -> Estimated:
    """What a collage would take, and how much of it the store holds already; nothing is started.

    ``files`` are those that the request names; what is not among them is taken from the store.
    Styles that a language model has yet to list are counted, but cannot be looked up. A collage
    of more than ``most_looks`` tiles is estimated as if none of them were there.

    Raises:
        InvalidRequest: when the recipe has another use for a source, or an engine is not able.
        NotInStore: when the request names a file that was not put in.
        TooLong: when it would take longer than a run may.
    """
    rules.served(asked, source is not None)
    files = files_of(store, services, asked, files)
    accepted = let_in(services, asked, source, files)
    asked = accepted.request
    has_source = bool(accepted.every_source)
    capabilities.able(asked, services, has_source)
    weights = capabilities.weights(store, asked, services, has_source)
    prepared = prepare(services, asked, source, files, accepted.size, weights).digests
    prepared = with_styles(prepared, *brought(asked, files.style_pictures))
    lists = bool(asked.theme or services.lister(asked.unfolded_engines))
    listed = lists and asked.styled and asked.styles is None
    made = plan.make(
        accepted,
        Styles(styles=_styles(asked, listed=listed), origin="default"),
        prepared,
        capabilities.models(asked, services),
        services.accounts,
        weights,
    )
    many = most_looks is not None and len(made.tiles) > most_looks
    calls = in_full(made) if listed or many else left(store, made)
    duration.check(calls, services)
    found = plan.estimate(calls, services.accounts)
    return Estimated(
        calls=found.calls,
        paid=sum(engines.ENGINES[call[0].engine].provider is not None for call in calls),
        tiles=found.tiles,
        reused=made.estimate.tiles - found.tiles,
        usd=found.usd,
        minutes=found.minutes,
        priced_on=found.priced_on,
        geometry=plan.geometry(made).model_dump(mode="json"),
    )


def _styles(asked: Request, *, listed: bool) -> tuple[str, ...]:
    """The styles of a request; names in place of those that are yet to be ``listed``."""
    if asked.styles is not None:
        return asked.styles
    if listed:
        count = asked.style_count or len(styles.DEFAULT_STYLES)
        return tuple(f"Style {number + 1}" for number in range(count))
    if asked.styled:
        return styles.default(asked.style_count, asked.exclude, asked.known_styles)
    return ()
