"""One request as it came and as it ended, and the answer that goes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

IMAGE_ROUTES = ("edits", "generations")
NOTED_HEADERS = (
    "api-key",
    "authorization",
    "content-type",
    "idempotency-key",
    "openai-organization",
    "openai-project",
    "user-agent",
    "x-stainless-retry-count",
    "x-stainless-read-timeout",
)


@dataclass
class Record:
    """One request, as it came and as it ended.

    `status` stays None where no answer was sent; `fault` says what was planned for it, `code` what
    was wrong with it; `billed` counts its pictures that would have been paid for.
    """

    time: float
    method: str
    path: str
    route: str | None
    headers: dict[str, str]
    fields: tuple[str, ...] = ()
    body: dict[str, Any] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    mask: str | None = None
    status: int | None = None
    code: str | None = None
    fault: str | None = None
    billed: int = 0
    query: dict[str, str] = field(default_factory=dict)

    @property
    def model(self) -> str | None:
        """The model as it was sent."""
        return self.body.get("model")

    @property
    def prompt(self) -> str | None:
        """The prompt of a picture, or all text of a request for text."""
        if self.route in IMAGE_ROUTES:
            return self.body.get("prompt")
        return self.body.get("said")

    @property
    def n(self) -> int:
        """How many pictures were asked for."""
        return int(self.body.get("n", 1))

    @property
    def size(self) -> str | None:
        """The size as it was sent."""
        return self.body.get("size")

    @property
    def quality(self) -> str | None:
        """The quality as it was sent."""
        return self.body.get("quality")


@dataclass(frozen=True)
class Answer:
    """What goes back: all of it, or as much as `fault` lets through."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    fault: str | None = None
