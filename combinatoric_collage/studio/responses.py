"""What the studio's server answers, and how it says that something went wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

JSON, PROBLEM = "application/json", "application/problem+json"


@dataclass(frozen=True)
class Request:
    """What came in, once it was let in."""

    method: str
    target: str
    """Path and query, as they were sent."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes = b""

    @property
    def path(self) -> str:
        """Without the query; escaped as it came."""
        return self.target.partition("?")[0]


@dataclass(frozen=True)
class Answer:
    """What goes out."""

    status: int
    body: bytes
    type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name."""


def problem(status: int, name: str, detail: str) -> Answer:
    """An error as the API has them, a problem document (RFC 9457)."""
    said = {
        "type": f"urn:collage:problem:{name}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": [],
    }
    return Answer(status, json.dumps(said).encode(), PROBLEM)
