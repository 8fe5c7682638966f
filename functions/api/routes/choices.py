"""Choices: what people think of a collage's tiles."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import identity
from answers import Chosen, Id
from collage.choices.choice import Choices
from collage.errors import FieldError, InvalidRequest
from collage.steps import choose
from collage.store.store import Store
from problems import Conflict
from stack import store

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]

NO_NAME = "give it: this stack knows no name of the caller"


@router.get(
    "/collages/<collage>/choices",
    tags=["collages"],
    summary="What people think of a collage's tiles",
    operation_id="getChoices",
)
def get_choices(collage: Id) -> Choices:
    """All stars, scores, notes and hidden tiles, by person and tile; nobody's where there are none.

    Taken together a tile is starred if anybody starred it, hidden if somebody hid it and nobody
    starred it, and its score is the mean of those given.
    """
    known = store()
    known.accepted(collage)
    return known.choices(collage)


@router.patch(
    "/collages/<collage>/choices",
    tags=["collages"],
    summary="Choose tiles",
    operation_id="changeChoices",
)
def change_choices(collage: Id, chosen: Annotated[Chosen, Body()]) -> Choices:
    """Write what one person thinks otherwise of tiles: what is not given stays, null clears."""
    person = chosen.person or identity.name(router.current_event.raw_event)
    if not person:
        raise InvalidRequest(f"person: {NO_NAME}.", [FieldError("person", NO_NAME)])
    return choose.choose(_made(collage), collage, person, chosen.tiles)


@router.post(
    "/collages/<collage>/choices",
    tags=["collages"],
    summary="Merge choices that were made elsewhere",
    operation_id="mergeChoices",
)
def merge_choices(collage: Id, others: Annotated[Choices, Body()]) -> Choices:
    """Add those of a file: each person's are their own, and of two of one tile the later counts."""
    return choose.merge(_made(collage), collage, others)


def _made(collage: str) -> Store:
    """The store, where the collage in it is made."""
    known = store()
    known.accepted(collage)
    if not known.is_made(collage):
        raise Conflict("The collage is not made yet, so there is nothing to choose among.")
    return known
