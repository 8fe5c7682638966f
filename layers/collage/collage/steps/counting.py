"""A plan by its numbers: what it would take, and what it is refused for, without making it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from collage import plan, recipes
from collage.engines.engine import Wanted
from collage.errors import InvalidRequest
from collage.plan import Styles
from collage.prepared import Prepared
from collage.recipes.recipe import Counted
from collage.request.accepted import Accepted
from collage.sheet.geometry import Geometry
from collage.spending import batches
from collage.spending.accounts import Accounts
from collage.spending.work import Work
from collage.uncollected import uncollected
from collage.weights import Weights


class Expected(NamedTuple):
    """What a plan has beside its tiles."""

    calls: Work
    tiles: int
    geometry: Geometry


@uncollected()
def count(
    accepted: Accepted,
    styles: Styles,
    prepared: Prepared,
    models: Mapping[str, str],
    accounts: Accounts,
    weights: Weights | None = None,
) -> Expected | None:
    """What `plan.make` would make of the same; None where only that tells.

    So it is with tiles that are changed singly, that have spares or pictures of styles, that are
    made from others, or whose labels are measured; and where a prompt may be one that its engine
    refuses, as it can be that no tile has it.

    Raises:
        InvalidRequest, NoModel, NoStyles, TooManyCombinations: as `plan.make`.
    """
    asked = accepted.request
    pictured = prepared.style_pictures or prepared.reference_pictures
    if asked.involved or asked.again or pictured:
        return None
    ingredients = plan.ingredients_of(asked, styles, prepared, models, weights)
    found = recipes.RECIPES[asked.recipe].counted(ingredients)
    calls = None if found is None else batches.counted(found.kinds, accounts)
    if found is None or calls is None or not _makeable(found, accounts):
        return None
    laid = plan.lay_out(asked, found.heads, fixed=False, font=accepted.font_digest)
    geometry = plan.geometry(laid, {})
    plan.check_size(asked, laid, geometry)
    return Expected(calls, sum(each.pictures for each in calls), geometry)


def _makeable(found: Counted, accounts: Accounts) -> bool:
    """Whether every prompt is one that its engine takes; a blank one has a model of its own."""
    if not all(prompt.strip() for prompt in found.prompts):
        return False
    wanted = dict.fromkeys((kind.tile.engine, Wanted.of(kind.tile)) for kind in found.kinds)
    try:
        for engine, one in wanted:
            said = found.prompts or (one.prompt,)
            plan.check(engine, (one._replace(prompt=prompt) for prompt in said), accounts)
    except InvalidRequest:
        return False
    return True
