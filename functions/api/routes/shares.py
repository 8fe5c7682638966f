"""Shares: an address by which anybody can look at a collage, as it is now, until a day."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import identity
import stack
from answers import Id, Shares, ShareSeen
from collage.errors import NotInStore
from collage.sharing.share import Share, ShareAsked, shared
from collage.steps.share_collage import end_share
from problems import Conflict

LOST_AFTER = timedelta(hours=1)
"""After which a share that says nothing is taken for lost: three tries of fifteen minutes, which
are as many as an event gets, and what lies between them."""

Name = Annotated[str, Path(pattern="^[a-z2-7]{26}$", description="`share.id` of the answer to it")]

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post(
    "/collages/<collage>/share",
    tags=["collages"],
    summary="Share a collage",
    status_code=202,
    operation_id="shareCollage",
)
def share_collage(collage: Id, asked: Annotated[ShareAsked, Body()]) -> ShareSeen:
    """Have the page, the pictures and the tiles of a collage copied, and an address signed for it.

    The address comes when the copy is whole, and opens it for anybody until `share.until`; what
    becomes of the collage later does not change it.
    """
    store = stack.store()
    store.accepted(collage)
    if not stack.shares():
        raise Conflict("This stack shares nothing: its parameter Sharing is off.")
    if not store.is_made(collage):
        raise Conflict("The collage is not made yet, so there is nothing to share.")
    by = identity.name(router.current_event.raw_event)
    share = shared(collage, asked, by, datetime.now(UTC), _most_days())
    store.put_share(share)
    stack.share(collage, share.id)
    return _seen(share)


@router.get(
    "/collages/<collage>/shares",
    tags=["collages"],
    summary="The shares of a collage",
    operation_id="listShares",
)
def list_shares(collage: Id) -> Shares:
    """All that there are, the oldest first; one that has ended has no address any more."""
    store = stack.store()
    store.accepted(collage)
    return _all(_seen(share) for share in store.shares(collage))


@router.get(
    "/collages/<collage>/shares/<share>",
    tags=["collages"],
    summary="Whether a share is there",
    operation_id="getShare",
)
def get_share(collage: Id, share: Name) -> ShareSeen:
    """Say at which address the copy is, or why it could not be made."""
    return _seen(_known(collage, share))


@router.delete(
    "/collages/<collage>/shares/<share>",
    tags=["collages"],
    summary="End a share",
    status_code=202,
    operation_id="endShare",
)
def end_one(collage: Id, share: Name) -> ShareSeen:
    """Have the copy taken away; what an edge has of it opens for a minute more."""
    return _ended(_known(collage, share))


@router.delete(
    "/collages/<collage>/share",
    tags=["collages"],
    summary="End all shares of a collage",
    status_code=202,
    operation_id="endShares",
)
def end_all(collage: Id) -> Shares:
    """Have all copies taken away, as for one."""
    store = stack.store()
    store.accepted(collage)
    return _all(_ended(share) for share in store.shares(collage))


def _most_days() -> int:
    return int(os.environ["SHARE_DAYS"])


def _all(items: Iterable[ShareSeen]) -> Shares:
    return Shares(days=_most_days() if stack.shares() else None, items=list(items))


def _known(collage: str, share: str) -> Share:
    known = stack.store().share(collage, share)
    if known is None:
        raise NotInStore(f"There is no share {share} of a collage {collage}.")
    return known


def _ended(share: Share) -> ShareSeen:
    ended = end_share(stack.store(), share)
    if stack.shares():
        stack.share(share.collage, share.id)
    return _seen(ended)


def _seen(share: Share) -> ShareSeen:
    """Where a share stands, and its address while that is good."""
    store, said = stack.store(), dict[str, Any]()
    links = {"self": f"/collages/{share.collage}/shares/{share.id}"}
    if share.is_over(datetime.now(UTC)):
        return ShareSeen(share=share, state="over", links=links)
    copy = store.shared_copy(share.collage, share.id)
    if copy is not None:
        good = copy.key in stack.share_keys()
        said = {"state": "open", "address": copy.address} if good else {"state": "over"}
    elif (failure := store.share_failure(share.collage, share.id)) is not None:
        said = {"state": "failed", "error": failure.error, "message": failure.message}
    elif datetime.now(UTC) - datetime.fromisoformat(share.at) > LOST_AFTER:
        message = "Nothing came of it; end it, and share it again."
        said = {"state": "failed", "error": "NoAnswer", "message": message}
    else:
        said = {"state": "running"}
    return ShareSeen(share=share, links=links, **said)
