"""One request as it came and as it ended."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Record:
    """One request.

    `status` stays None where no answer was sent; `fault` says what was planned for it, `code` what
    was wrong with it; `usd` is what it would have cost. Pictures are told by the SHA-256 of their
    files, their size and mode.
    """

    time: float
    method: str
    path: str
    operation: str
    region: str | None = None
    destination: str | None = None
    model: str | None = None
    """The name of the model, as in `models.MODELS`."""
    identifier: str | None = None
    """The model as it was asked for."""
    body: dict[str, Any] = field(default_factory=dict)
    """The fields that were sent, but for the pictures."""
    pictures: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    prompt: str = ""
    seed: int | None = None
    status: int | None = None
    code: str | None = None
    fault: str | None = None
    usd: float = 0.0
    user_agent: str = ""
