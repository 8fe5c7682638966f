"""Clients of Bedrock's runtime, one a Region, which retry nothing: the workflow does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

CONNECT_SECONDS = 5.0
"""To an endpoint, which has several addresses."""


@dataclass(frozen=True)
class Clients:
    """The clients by Region, made when they are first asked for.

    Where they ask, the variables AWS_ENDPOINT_URL_BEDROCK_RUNTIME and AWS_ENDPOINT_URL may say.
    """

    places: Sequence[str]
    seconds: float
    """What a request may take in all."""
    aws: Callable[..., Any]
    """Makes a client: `collage.services.aws_client`."""
    _made: dict[str, Any] = field(default_factory=dict)

    def of(self, place: str) -> Any:
        """The client of a Region."""
        if place not in self._made:
            self._made[place] = self.aws(
                "bedrock-runtime",
                place,
                connect_timeout=CONNECT_SECONDS,
                read_timeout=self.seconds,
                # Gateways drop what is idle for 350 seconds.
                tcp_keepalive=True,
                # One that the SDK makes by itself would be paid for again, at no turn of its own.
                retries={"total_max_attempts": 1},
            )
        return self._made[place]
