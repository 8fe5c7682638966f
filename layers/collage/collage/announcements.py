"""Announcements: what a stack tells others by its account's event bus, and in what form.

Each has the stack's name as its source, one of TYPES as its detail-type, and as its detail what
is said here. EventBridge delivers an event at least once, so the same may come twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from collage.errors import TransientError
from collage.frozen import Frozen
from collage.progress import STOPPED

if TYPE_CHECKING:
    from collage.manifest import Failure
    from collage.settings import Settings

LONGEST_MESSAGE = 8_000
"""Characters of a message: an entry has at most 256 KB, of which each character takes up to six."""


class NotAnnounced(TransientError):
    """The event bus did not take an event."""


class Detail(Frozen):
    """What an announcement says."""

    version: Literal[1] = Field(
        default=1, description="of this schema; fields that are added to it are no other version"
    )


class Started(Detail):
    """A run of a collage began. One that is tried again has another run, and begins again."""

    kind: Literal["started"] = "started"
    id: str
    state: Literal["running"] = "running"
    bucket: str
    request: str = Field(description="key of what was asked for in the bucket")
    run: str = Field(description="name of the execution of the workflow")


class Completed(Detail):
    """A collage was made, of all of its tiles (done) or of most (partial)."""

    kind: Literal["completed", "partial", "stopped"] = Field(
        description="of all of its tiles; of most, or of what there was when the run stopped early"
    )
    id: str
    state: Literal["done", "partial"]
    bucket: str
    collage: str | None = Field(
        description="key of the picture in the bucket; none where the tiles were not joined"
    )
    manifest: str = Field(description="key of what became of every cell")
    tiles: int
    missing: int = Field(description="tiles that were not made; their cells show others")
    refused: int = Field(description="those of them that moderation refused")
    stopped: str = Field(description="the error that ended the run early; empty when none did")
    usd: float = Field(description="what was paid for the tiles that this run made")
    title: str | None = Field(description="what stands above it, where it has a title")


class Ended(Detail):
    """A run ended without a collage: it failed, or was cancelled."""

    kind: Literal["failed", "cancelled"]
    id: str
    state: Literal["failed", "cancelled"]
    bucket: str
    failure: str = Field(description="key of the reason in the bucket")
    error: str = Field(description="name of the error; of a cancelled run Cancelled or Aborted")
    message: str


class Refused(Detail):
    """An upload started no run: it is no picture, or its options are wrong."""

    kind: Literal["refused"] = "refused"
    state: Literal["refused"] = "refused"
    bucket: str = Field(description="the uploads bucket")
    source: str = Field(description="key of the upload in the bucket")
    error: str
    message: str


TYPES: dict[str, type[Detail]] = {
    "Run Started": Started,
    "Collage Completed": Completed,
    "Collage Failed": Ended,
    "Collage Cancelled": Ended,
    "Collage Refused": Refused,
}
"""What can be announced, by detail-type. The workflow itself announces the first two, functions the
others. Those that begin with Collage are ends: rules ask for them by that.
"""


@dataclass(frozen=True)
class Announcements:
    """The account's event bus, by a client of EventBridge; ``source`` is the stack's name."""

    client: Any
    source: str

    def end(self, bucket: str, failure: Failure) -> None:
        """Announce that a run ended without a collage.

        Raises:
            NotAnnounced: when the bus did not take it.
        """
        cancelled = failure.error in STOPPED
        state: Literal["failed", "cancelled"] = "cancelled" if cancelled else "failed"
        said = Ended(
            kind=state,
            id=failure.id,
            state=state,
            bucket=bucket,
            failure=f"collages/{failure.id}/failure.json",
            error=failure.error,
            message=failure.message[:LONGEST_MESSAGE],
        )
        self._put("Collage Cancelled" if cancelled else "Collage Failed", said)

    def refusal(self, bucket: str, source: str, failure: Failure) -> None:
        """Announce that an upload, ``source`` in the uploads ``bucket``, was refused.

        Raises:
            NotAnnounced: when the bus did not take it.
        """
        message = failure.message[:LONGEST_MESSAGE]
        said = Refused(bucket=bucket, source=source, error=failure.error, message=message)
        self._put("Collage Refused", said)

    def _put(self, kind: str, detail: Detail) -> None:
        entry = {"Source": self.source, "DetailType": kind, "Detail": detail.model_dump_json()}
        answer = self.client.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            (said,) = answer["Entries"]
            raise NotAnnounced(f"{kind}: {said.get('ErrorCode')}, {said.get('ErrorMessage')}.")


def connect(settings: Settings) -> Announcements:
    """The account's event bus, with the process's own credentials."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}
    )
    return Announcements(boto3.client("events", config=config), settings.event_source)
