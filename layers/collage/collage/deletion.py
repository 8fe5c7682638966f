"""Deletion: that a collage is being deleted, what of it goes, and how far that is."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from collage.frozen import Frozen
from collage.names import CollageId


class Deletion(Frozen):
    """deletions/{id}.json: the collage is being deleted; it is written first and removed last."""

    version: Literal[1] = 1
    id: CollageId
    by: str = Field(default="", description="who asked for it; empty where nothing is known")
    at: str = Field(description="when it was asked for, in UTC")
    until: str | None = Field(
        default=None,
        description="when what is being deleted at this moment is gone at the latest, in UTC; "
        "none while nothing is that another collage might count on",
    )
    tiles: int = Field(default=0, description="how many of its tiles, by key, were gone through")

    @property
    def settled(self) -> datetime | None:
        """When a plan that is written now can count on the tiles that are there."""
        return None if self.until is None else datetime.fromisoformat(self.until)


class Survey(Frozen):
    """What the deletion of a collage takes away, and what it leaves."""

    id: CollageId
    files: int = Field(description="of the collage, of every layout, export and share")
    bytes: int = Field(description="of all that goes; of more than a thousand tiles by a sample")
    shares: int = Field(description="addresses that open nothing any more")
    tiles: int = Field(description="that no other collage uses, and that go")
    kept: int = Field(description="tiles that stay, for other collages use them")
    sources: int = Field(description="uploads that no other collage uses, and that go")
    sources_kept: int = Field(description="uploads that stay, for other collages use them")


class Deleted(Frozen):
    """What a call for a deletion came to."""

    id: CollageId
    done: bool = Field(description="whether all of it is gone; if not, ask again")
    files: int = Field(description="deleted by this call")
