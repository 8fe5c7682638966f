"""What a collage would take, and how much of it is there already; nothing is started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from collage import engines, plan, recipes
from collage.digest import sha256
from collage.errors import InvalidRequest
from collage.pictures import masks
from collage.plan import Styles
from collage.prepared import Prepared
from collage.request import rules
from collage.request.accepted import Accepted
from collage.request.named_files import Files
from collage.request.request import MOST_UNFOLDED, Request
from collage.services import Services
from collage.spending import expected
from collage.spending.accounts import Accounts
from collage.steps import capabilities, duration
from collage.steps.accept import let_in
from collage.steps.counting import Expected, count
from collage.steps.make_masks import prepare, with_styles
from collage.steps.make_masks import style_pictures as brought
from collage.steps.remaining import in_full, left
from collage.steps.request_files import files_of
from collage.store.store import Store
from collage.weights import Weights
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
    of more than ``most_looks`` tiles is estimated as if none of them were there: by their numbers,
    where these are known without its plan.

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
    lists = bool(asked.theme or services.lister(asked.unfolded_engines))
    listed = lists and asked.styled and asked.styles is None
    frozen = Styles(styles=_styles(asked, listed=listed), origin="default")

    def given(prepared: Prepared) -> Given:
        models = capabilities.models(asked, services)
        return accepted, frozen, prepared, models, services.accounts, weights

    whole = None
    if most_looks is not None and files == Files() and not store.has_tiles():
        # Nothing can be there, and the digests that would tell what is are worth no drawing.
        called = _called(accepted)
        whole = count(*given(called)) if called else None
    if whole is None:
        prepared = prepare(services, asked, source, files, accepted.size, weights).digests
        prepared = with_styles(prepared, *brought(asked, files.style_pictures))
        whole = _expected(store, given(prepared), most_looks, listed=listed)
    duration.check(whole.calls, services)
    found = expected.estimate(whole.calls, services.accounts)
    return Estimated(
        calls=found.calls,
        paid=sum(
            each.times
            for each in whole.calls
            if engines.ENGINES[each.tiles[0].engine].provider is not None
        ),
        tiles=found.tiles,
        reused=whole.tiles - found.tiles,
        usd=found.usd,
        minutes=found.minutes,
        priced_on=found.priced_on,
        geometry=whole.geometry.model_dump(mode="json"),
    )


def _called(accepted: Accepted) -> Prepared | None:
    """What would be prepared, with other digests, which are as different from each other.

    None where only what is drawn tells: a mask that comes of a picture may select nothing of it.
    """
    asked = accepted.request
    shapes = recipes.RECIPES[asked.recipe].masks(asked, accepted.size)
    if not all(name == shape and name in masks.MASKS for name, shape in shapes.items()):
        return None
    source = accepted.source.sha256 if accepted.source else None
    return Prepared(source=source, masks={name: sha256(name.encode()) for name in shapes})


Given = tuple[Accepted, Styles, Prepared, Mapping[str, str], Accounts, Weights | None]
"""What a plan is made of."""


def _expected(store: Store, given: Given, most_looks: int | None, *, listed: bool) -> Expected:
    """What there is to make, counted where nothing is looked for, and else by the plan.

    Raises:
        InvalidRequest: for a plan that whoever looks for few tiles would not unfold in time.
    """
    found = count(*given) if listed or most_looks is not None else None
    if found is not None and (listed or found.tiles > (most_looks or 0)):
        return found
    asked = given[0].request
    cells, tiles = asked.rows * asked.cols, recipes.RECIPES[asked.recipe].tiles(asked)
    # What was counted, and is looked for, is few tiles: in however many cells, they are soon made.
    if most_looks is not None and found is None and max(cells, tiles) > MOST_UNFOLDED:
        raise InvalidRequest(
            f"rows: {asked.rows:,} x {asked.cols:,} are {cells:,} cells"
            + (f", of {tiles:,} tiles" if tiles > cells else "")
            + "; a collage whose tiles cannot be counted without its plan has at most "
            f"{MOST_UNFOLDED:,} here."
        )
    made = plan.make(*given)
    many = most_looks is not None and len(made.tiles) > most_looks
    calls = in_full(made) if listed or many else left(store, made)
    return Expected(calls, len(made.tiles), plan.geometry(made.layout, made.labels))


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
