"""The tally of a finished fan-out: what a verdict needs to know of each tile, in a few bytes."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import overload

from collage import errors
from collage.errors import StoppingError, TooFewTiles
from collage.manifest import MISSING, CellRecord, CellState, Failure, TileRecord, TileState
from collage.notes import Unsettled
from collage.plan_slices import End
from collage.progress import TileCounts
from collage.sheet.layout import Layout

STOPPING = {error.__name__ for error in StoppingError.__subclasses__()}


class Tally:
    """What a verdict needs to know of all tiles, some bytes of each; they are added one by one."""

    def __init__(self, layout: Layout, unsettled: Mapping[str, Unsettled]) -> None:
        self._unsettled = unsettled
        self.states: list[TileState] = []
        self.seconds, self.usd = array("d"), array("d")
        """Of the tiles that runs of this collage made."""
        self.captions: dict[int, str] = {}
        """What labels say, where there are labels."""
        self._layout = layout
        self._killed_usd = array("d")
        self._stop: tuple[int, Failure] | None = None
        self._causes = Counter[str]()
        self._asked = 0
        self._noted = set[str]()

    def add(self, end: End) -> None:
        """The next tile."""
        record, failure = end.record, end.failure
        self.states.append(record.state)
        if self._layout.labels:
            self.captions[record.index] = record.caption(self._layout.prompts)
        if end.missing:
            self._causes[record.error or ""] += 1
            # Failures of an earlier try stay written down; those of tiles that exist are history.
            if failure is not None and failure.error in STOPPING:
                first = (end.call, failure)
                self._stop = first if self._stop is None else min(self._stop, first, key=_call)
        if end.own:
            self._pay(record)

    def _pay(self, record: TileRecord) -> None:
        self.seconds.append(record.seconds or 0)
        self.usd.append(record.usd)
        self._asked += record.asked_before
        noted = self._unsettled.get(record.key)
        if noted is not None:
            self._noted.add(record.key)
        # Of calls that were killed nobody was left to note what they may have been billed.
        killed = max(0, record.asked_before - (noted.requests if noted else 0))
        self._killed_usd.append(killed * record.usd)

    @property
    def stopped(self) -> Failure | None:
        """The failure that ended the run early, if one did."""
        return None if self._stop is None else self._stop[1]

    @property
    def counts(self) -> TileCounts:
        """How many of the tiles have ended, and how."""
        states = Counter(self.states)
        failed, refused = states["failed"], states["refused"]
        done = len(self.states) - failed - refused
        return TileCounts(total=len(self.states), done=done, failed=failed, refused=refused)

    @property
    def asked_again(self) -> int:
        """Requests that may have been billed without a tile."""
        others = (note for key, note in self._unsettled.items() if key not in self._noted)
        return self._asked + sum(note.requests for note in others)

    @property
    def unsettled_usd(self) -> float:
        """What stays counted for requests that may have been billed without a tile.

        Those of calls that were killed are the ones before a tile that are not noted, each at what
        the tile cost.
        """
        return round(_usd(self._unsettled) + sum(self._killed_usd), 6)

    def shown(self, wanted: Layout) -> list[int]:
        """The tiles that exist and have a place in a layout."""
        # Some tiles are only there for others to be made from.
        places = set(wanted.cells)
        return [i for i, state in enumerate(self.states) if state not in MISSING and i in places]

    def check(self, wanted: Layout, min_share: float) -> None:
        """Refuse to make a collage of these.

        Raises:
            TooFewTiles, StoppingError: as for `record`.
        """
        stopped, count = self.stopped, len(self.states)
        present = sum(state not in MISSING for state in self.states)
        has_any = any(i is not None and self.states[i] not in MISSING for i in wanted.cells)
        if stopped is not None and not has_any:
            raise getattr(errors, stopped.error)(stopped.message)
        if stopped is None and (not has_any or present < _least(min_share, count)):
            raise TooFewTiles(self._verdict(present, min_share) + _words(self._unsettled))

    def _verdict(self, present: int, min_share: float) -> str:
        causes = self._causes.most_common(3)
        reasons = ", ".join(f"{count} x {error}" for error, count in causes)
        return (
            f"{present} of {len(self.states)} tiles exist; a collage needs {min_share:.0%}. "
            f"The others failed: {reasons}."
        )


class Cells(Sequence[CellRecord]):
    """What became of the cells of a layout, told one by one; ``states`` are the tiles'."""

    def __init__(
        self, planned: Layout, shown: Sequence[int | None], states: Sequence[TileState]
    ) -> None:
        self._planned, self._shown, self._cols = planned.cells, shown, planned.cols
        self.states: list[CellState] = []
        seen = set[int | None]()
        for wanted, tile in zip(self._planned, shown, strict=True):
            state: CellState = "empty" if wanted is None else states[wanted]
            if state not in ("empty", *MISSING) and tile in seen:
                state = "repeated"
            seen.add(tile)
            self.states.append(state)

    def __len__(self) -> int:
        return len(self.states)

    @overload
    def __getitem__(self, at: int) -> CellRecord: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[CellRecord]: ...
    def __getitem__(self, at: int | slice) -> CellRecord | Sequence[CellRecord]:
        if isinstance(at, slice):
            return [self[position] for position in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        row, col = divmod(at, self._cols)
        return CellRecord(
            row=row,
            col=col,
            state=self.states[at],
            tile=self._shown[at],
            planned=self._planned[at],
        ).slim()


def _words(unsettled: Mapping[str, Unsettled]) -> str:
    """A sentence, with a space before it, on requests that may have been billed for nothing."""
    requests = sum(note.requests for note in unsettled.values())
    if not requests:
        return ""
    return (
        f" {requests} requests for pictures that did not come may be billed; "
        f"${_usd(unsettled):,.2f} stay counted for them."
    )


def _usd(unsettled: Mapping[str, Unsettled]) -> float:
    return round(sum(note.usd for note in unsettled.values()), 6)


def _least(share: float, tiles: int) -> int:
    """How many tiles a share is, rounded up, but not for what floats add to a whole number."""
    return math.ceil(round(share * tiles, 6))


def _call(stop: tuple[int, Failure]) -> int:
    return stop[0]
