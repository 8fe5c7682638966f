"""Deletion: say what goes with a collage, and have it go."""

from contextlib import suppress

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import identity
import stack
from answers import DeletionSeen, Id
from collage.errors import NotInStore
from collage.steps.delete_collage import survey
from collage.store.store import Store
from collage.watch.look import look
from problems import Conflict

MOST_SURVEYED = 300_000
"""Tiles of a collage of which it can be told in time what goes: its plan is read for that."""

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.get(
    "/collages/<collage>/deletion",
    tags=["collages"],
    summary="What goes with a collage",
    operation_id="surveyDeletion",
)
def survey_deletion(collage: Id) -> DeletionSeen:
    """Say what a deletion would take away, or takes away still; nothing is deleted by asking."""
    store = stack.store()
    _few_enough(store, collage)
    under_way = store.deletion(collage) is not None
    return DeletionSeen(**survey(store, collage).model_dump(), under_way=under_way)


@router.post(
    "/collages/<collage>/deletion",
    tags=["collages"],
    summary="Delete a collage",
    status_code=202,
    operation_id="deleteCollage",
)
def delete_collage(collage: Id) -> DeletionSeen:
    """Have a collage deleted with its shares, and the tiles and uploads that no other one uses.

    It is gone when there is no such collage any more. One that is being made is cancelled first.
    """
    found = survey_deletion(collage)
    if look(stack.store(), stack.runs(), collage).state == "running":
        raise Conflict("The collage is being made; stop it first.")
    stack.delete(collage, identity.name(router.current_event.raw_event))
    return found.model_copy(update={"under_way": True})


def _few_enough(store: Store, collage: str) -> None:
    tiles = 0
    # Of one whose deletion was cut short the record may be gone.
    with suppress(NotInStore):
        tiles = store.progress(collage).tiles.total or 0
    if tiles > MOST_SURVEYED:
        raise Conflict(
            f"The collage has {tiles:,} tiles, and the API deletes those of at most "
            f"{MOST_SURVEYED:,}; `collage delete` deletes any."
        )
