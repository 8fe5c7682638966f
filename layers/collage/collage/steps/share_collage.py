"""ShareCollage: a share is brought to what its record says, a whole copy with an address or none.

The record alone decides, so a call may come twice, late, or after another that was cut short.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from collage import clock
from collage.errors import CollageError
from collage.sharing.share import Share, SharedCopy
from collage.steps.record_failure import failure_of
from collage.store.shares import site_of
from collage.store.store import Store

if TYPE_CHECKING:
    from collage.sharing.signing import Signer


def share_collage(
    store: Store, collage_id: str, share_id: str, signer: Callable[[], Signer]
) -> SharedCopy | None:
    """Make the copy of a share and its address, or take both away where it has ended.

    The copy, or None where there is none any more. What somebody ends while it is made is taken
    away as soon as it is made. ``signer`` is asked for only where there is something to sign.

    Raises:
        NotInStore: when the collage is not made.
        SharingUnavailable: when there is no key to sign with.
        StoreUnavailable: when S3 or Secrets Manager does not answer.
    """
    share = _lasting(store, collage_id, share_id)
    if share is not None:
        known = store.shared_copy(collage_id, share_id) or _made(store, share, signer())
        if _lasting(store, collage_id, share_id) is not None:
            return known
    store.remove_share(collage_id, share_id)
    return None


def record_no_share(store: Store, collage_id: str, share_id: str, error: CollageError) -> None:
    """Write down why a share has no copy, unless nobody wants one any more."""
    if store.share(collage_id, share_id) is not None:
        store.put_share_failure(share_id, failure_of(collage_id, error))


def end_share(store: Store, share: Share) -> Share:
    """Have a share be over from now on; `share_collage` then takes away what there is of it."""
    now = datetime.now(UTC).replace(microsecond=0)
    if share.is_over(now):
        return share
    ended = share.model_copy(update={"until": now.isoformat()})
    store.put_share(ended)
    return ended


def _lasting(store: Store, collage_id: str, share_id: str) -> Share | None:
    share = store.share(collage_id, share_id)
    return None if share is None or share.is_over(datetime.now(UTC)) else share


def _made(store: Store, share: Share, signer: Signer) -> SharedCopy:
    from collage.steps.freeze_collage import INDEX, freeze

    query = signer.query(share.id, share.ends)

    def link(name: str) -> str:
        return f"{signer.address(share.id, name)}?{query}"

    files = freeze(
        store, share.collage, site_of(share.id), tiles=share.tiles, link=link, until=share.until
    )
    made = SharedCopy(
        id=share.id, address=link(INDEX), key=signer.key, files=files, created=clock.now()
    )
    store.put_shared_copy(share.collage, made)
    return made
