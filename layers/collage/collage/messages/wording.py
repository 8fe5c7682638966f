"""The words of a message to people: which collage, how it ended, what it cost, how to see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from collage.messages.event import Event

LONGEST_SUBJECT = 99
"""Characters: SNS takes a subject of fewer than a hundred, in ASCII and on one line."""

HOW = {
    "completed": "is made",
    "partial": "is made, and tiles are missing",
    "stopped": "was stopped early",
    "failed": "failed",
    "cancelled": "was cancelled",
    "refused": "was refused",
}
"""What became of it, by the kind of its announcement."""


class Letter(NamedTuple):
    """A message as mail has it."""

    subject: str
    text: str


def letter(event: Event, stack: str) -> Letter:
    """What people are told of an end; ``stack`` is the stack's name, which commands want."""
    detail, how = event.detail, HOW[event.kind]
    what = f"Collage {event.collage}" if event.collage else _line(f"The upload {detail['source']}")
    lines = [f"{what} {how}.", *_facts(detail), "", *_onward(event, stack)]
    subject = f"{what} {how}".encode("ascii", "replace").decode()
    return Letter(subject[:LONGEST_SUBJECT], "\n".join(lines) + "\n")


def _facts(detail: Mapping[str, Any]) -> Iterator[str]:
    if title := detail.get("title"):
        yield f"Title: {_line(title)}"
    if "tiles" in detail:
        missing = detail["missing"]
        refused = f", {detail['refused']:,} of them refused" if detail["refused"] else ""
        lacking = f"; {missing:,} missing{refused}" if missing else ""
        yield f"Tiles: {detail['tiles'] - missing:,} of {detail['tiles']:,}{lacking}"
        yield f"Spent: ${detail['usd']:,.2f} for the tiles of this run"
    if why := detail.get("stopped") or detail.get("error"):
        said = f". {_line(detail['message'])}" if detail.get("message") else ""
        yield f"Why: {why}{said}"


def _onward(event: Event, stack: str) -> Iterator[str]:
    if event.collage is None:
        yield f"It lies in the bucket {event.detail['bucket']}, with the reason beside it."
    elif event.kind in ("failed", "cancelled"):
        yield f"How far it came: collage status {event.collage} --stack {stack}"
        yield f"To go on with it: collage resume {event.collage} --stack {stack}"
    else:
        yield f"To see it: collage view {event.collage} --stack {stack}"


def _line(text: str) -> str:
    """Text of somebody's on one line."""
    return " ".join(str(text).split())
