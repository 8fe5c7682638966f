"""Progress: where a collage stands, for those who wait for it.

progress.json is what the steps of a run write down of it: when it was asked for, how many tiles
the plan has, how it ended. What else is known of a run is added where somebody looks.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from collage.frozen import Frozen
from collage.names import CollageId
from collage.owners.owner import Owner

State = Literal["running", "done", "partial", "failed", "cancelled"]
Phase = Literal["start", "styles", "masks", "plan", "tiles", "assembly"]

PHASES: dict[str, Phase] = {
    "ListStyles": "styles",
    "MakeMasks": "masks",
    "PlanTiles": "plan",
    "RenderTiles": "tiles",
    "RenderOnGpu": "tiles",
    "AssembleCollage": "assembly",
    "GatherTiles": "assembly",
    "JudgeTiles": "assembly",
    "AssembleBands": "assembly",
    "JoinBands": "assembly",
    # Within a Map of the run itself, which was entered more events ago than are read.
    "RenderShard": "tiles",
    "GatherSlice": "assembly",
    "AssembleBand": "assembly",
}
"""The states of the workflow that one waits for, and what they are called."""


STOPPED = ("Cancelled", "Aborted")
"""Errors of runs that were stopped on request, here or elsewhere."""


class TileCounts(Frozen):
    """How many of the tiles have ended, and how."""

    total: int | None = Field(default=None, description="none before the plan")
    done: int = 0
    failed: int = 0
    refused: int = 0

    @property
    def ended(self) -> int:
        """Those that have, in whichever way."""
        return self.done + self.failed + self.refused


class Progress(Frozen):
    """Where a collage stands."""

    id: CollageId
    run: str = Field(description="the execution that made it last, or tries to")
    state: State = "running"
    phase: Phase | None = Field(default="start", description="none once it has ended")
    tiles: TileCounts = TileCounts()
    eta_seconds: float | None = Field(
        default=None, description="until the last tile, at the rate so far"
    )
    usd: float = Field(
        default=0,
        description="what the tiles cost: under way by the plan's prices, in the end as paid",
    )
    planned_usd: float | None = Field(
        default=None, description="what all tiles would cost, were none in the store yet"
    )
    created: str = Field(description="when it was first asked for, in UTC")
    ended: str | None = None
    error: str | None = None
    message: str | None = None
    source: str | None = Field(description="key of the source in the uploads bucket, if any")
    calls: int | None = Field(default=None, description="engine calls of the plan")
    calls_there: int = Field(
        default=0,
        exclude_if=lambda calls: not calls,
        description="of those, the ones that this run need not make: their tiles were there",
    )
    owner: Owner | None = Field(
        default=None,
        exclude_if=lambda owner: owner is None,
        description="whose it is, where the stack tells people apart",
    )

    @property
    def last(self) -> datetime:
        """When it ended; of one that has not, when it was asked for."""
        return datetime.fromisoformat(self.ended or self.created)

    def as_ended(
        self, state: State, ended: str, error: str | None = None, message: str | None = None
    ) -> Progress:
        """The same, ended at that time, and with the error if one ended it."""
        end = {"state": state, "ended": ended, "error": error, "message": message}
        return self.model_copy(update={**end, "phase": None, "eta_seconds": None})
