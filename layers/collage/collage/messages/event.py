"""What ended, as a message tells of it: by an event of the account's bus, or just like one."""

from __future__ import annotations

from typing import Any

from collage.frozen import Frozen


class Event(Frozen):
    """The parts of an event that a message is made of."""

    id: str
    time: str
    detail: dict[str, Any]

    @property
    def collage(self) -> str | None:
        """The collage's id; an upload that was refused has none."""
        return self.detail.get("id")

    @property
    def kind(self) -> str:
        """How it ended, by the kinds of announcements."""
        return str(self.detail["kind"])
