"""A share: a copy of a collage as it was, behind an address that is good until a day."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from collage.errors import FieldError, InvalidRequest
from collage.frozen import Frozen
from collage.names import CollageId

DAYS = 7
"""How long a share lasts unless somebody says."""

ShareId = Annotated[str, Field(pattern="^[a-z2-7]{26}$")]
"""A share: 128 random bits, so that nobody finds one who was not told of it."""

State = Literal["running", "open", "failed", "over"]


class ShareAsked(Frozen, extra="forbid"):
    """What to share of a collage, and for how long."""

    days: int = Field(default=DAYS, ge=1, description="after which the address opens nothing")
    tiles: bool = Field(
        default=True, description="the tiles in their full size beside the collage, to be looked at"
    )


class Share(Frozen):
    """share.json: what is shared, until when, and by whom; times are in UTC."""

    version: Literal[1] = 1
    id: ShareId
    collage: CollageId
    until: str
    tiles: bool
    by: str = Field(default="", description="who asked for it; empty where nothing is known")
    at: str = Field(description="when it was asked for")

    @property
    def ends(self) -> datetime:
        """When the address is good no longer."""
        return datetime.fromisoformat(self.until)

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended by then, by its day or because somebody ended it."""
        return self.ends <= now


class SharedCopy(Frozen):
    """copy.json: the copy is whole, and behind this address; it is written last."""

    id: ShareId
    address: str
    key: str = Field(description="id of the public key that the address is good by")
    files: int = Field(description="how many were copied")
    created: str


def shared(collage: str, asked: ShareAsked, by: str, now: datetime, most: int) -> Share:
    """A share of a collage that begins now.

    Raises:
        InvalidRequest: when it is to last more days than the ``most`` that the stack allows.
    """
    if asked.days > most:
        said = f"a share of this stack lasts {most} days at most"
        raise InvalidRequest(f"days: {said}.", [FieldError("days", said, {"maximum": most})])
    now = now.astimezone(UTC).replace(microsecond=0)
    return Share(
        id=base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower(),
        collage=collage,
        until=(now + timedelta(days=asked.days)).isoformat(),
        tiles=asked.tiles,
        by=by,
        at=now.isoformat(),
    )
