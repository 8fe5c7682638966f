"""How a check ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "wrong", "not checked"]


class Wrong(Exception):
    """Something would fail; the message is the sentence that mends it."""


class NotChecked(Exception):
    """It cannot be known here; the message says why."""


@dataclass(frozen=True)
class Finding:
    """What a check found, in a sentence."""

    check: str
    state: State
    said: str
