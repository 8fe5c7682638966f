"""Where faults go in: between boto3 and AWS, at the requests that a plan names by their number."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.awsrequest import AWSRequest, AWSResponse
from moto.core.models import botocore_stubber

from tests.faults.kinds import Killed, Kind, of

Plan = Callable[[int, str], Kind | None]
"""What becomes of a request, by its number from 1 and its service."""


def nothing(_number: int, _service: str) -> Kind | None:
    """All goes well."""
    return None


def at(number: int, kind: Kind, service: str | None = None) -> Plan:
    """One fault, at the request with this number, of one service or of all."""
    seen = iter(range(1, 1_000_000))

    def plan(position: int, asked: str) -> Kind | None:
        if service is None:
            return kind if position == number else None
        return kind if asked == service and next(seen) == number else None

    return plan


def until(number: int, kind: Kind) -> Plan:
    """One fault at each of the first so many requests: an outage that ends."""

    def plan(position: int, service: str) -> Kind | None:
        return kind if position <= number and service in kind.services else None

    return plan


def by_chance(seed: int, share: float, most: int) -> Plan:
    """So many faults at most, each of any kind, at requests by chance; the same ones each time."""
    left = [most]

    def plan(number: int, service: str) -> Kind | None:
        chance = random.Random(f"{seed}/{number}")
        if not left[0] or chance.random() >= share:
            return None
        left[0] -= 1
        return chance.choice(of(service))

    return plan


@dataclass
class Injector:
    """Sees every request of the process's clients; made before they are."""

    plan: Plan = nothing
    count: int = 0
    injected: list[str] = field(default_factory=list)
    """The kinds that struck."""
    asked: list[str] = field(default_factory=list)
    """The service of each request since it was armed."""
    dead: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self) -> None:
        """Stand before whatever answers the requests of boto3's default session."""
        boto3.setup_default_session()
        session: Any = boto3.DEFAULT_SESSION
        session.events.register_first("before-send", self)

    def arm(self, plan: Plan) -> None:
        """From now on requests are counted from 1, and meet what the plan says."""
        with self._lock:
            self.plan, self.count, self.dead = plan, 0, False
            self.asked.clear()
            self.injected.clear()

    def revive(self) -> None:
        """Another process: it may send again."""
        self.dead = False

    def __call__(
        self, request: AWSRequest, event_name: str, **known: Mapping[str, Any]
    ) -> AWSResponse | None:
        service = event_name.split(".")[1].replace("secrets-manager", "secretsmanager")
        service = {"sfn": "stepfunctions"}.get(service, service)
        with self._lock:
            if self.dead:
                raise Killed
            self.count += 1
            self.asked.append(service)
            kind = self.plan(self.count, service)
            if kind is None:
                return None
            self.injected.append(kind.name)
        try:
            return kind.happen(request, lambda: botocore_stubber(event_name, request, **known))
        except Killed:
            # Nothing else of this process gets out, from whatever thread.
            self.dead = True
            raise
