"""Where faults go in: between boto3 and AWS, at the requests that a plan names by their number."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.awsrequest import AWSRequest, AWSResponse
from moto.core.models import botocore_stubber

from tests.faults.kinds import Killed, Kind, of

Plan = Callable[[int, str, str], Kind | None]
"""What becomes of a request, by its number from 1, its service and its operation."""


def nothing(_number: int, _service: str, _operation: str) -> Kind | None:
    """All goes well."""
    return None


def at(number: int, kind: Kind, service: str | None = None) -> Plan:
    """One fault, at the request with this number, of one service or of all."""
    seen = iter(range(1, 1_000_000))

    def plan(position: int, asked: str, _operation: str) -> Kind | None:
        if service is None:
            return kind if position == number else None
        return kind if asked == service and next(seen) == number else None

    return plan


def at_operations(struck: Mapping[tuple[str, int], Kind]) -> Plan:
    """A fault at each of these requests, by operation and its number from 1; 0 is all of them."""
    seen = Counter[str]()

    def plan(_position: int, _service: str, operation: str) -> Kind | None:
        seen[operation] += 1
        found = struck.get((operation, seen[operation]))
        return found or struck.get((operation, 0))

    return plan


def until(number: int, kind: Kind) -> Plan:
    """One fault at each of the first so many requests: an outage that ends."""

    def plan(position: int, service: str, _operation: str) -> Kind | None:
        return kind if position <= number and service in kind.services else None

    return plan


def by_chance(seed: int, share: float, most: int) -> Plan:
    """So many faults at most, each of any kind, at requests by chance; the same ones each time."""
    left = [most]

    def plan(number: int, service: str, _operation: str) -> Kind | None:
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
    operations: list[str] = field(default_factory=list)
    """The operation of each."""
    dead: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self) -> None:
        """Stand in for moto before the requests of boto3's default session.

        Every handler of the event is called, whatever another one answers: beside this one, moto
        would carry out also what is refused.
        """
        boto3.setup_default_session()
        session: Any = boto3.DEFAULT_SESSION
        session.events.unregister("before-send", botocore_stubber)
        session.events.register_first("before-send", self)

    def arm(self, plan: Plan) -> None:
        """From now on requests are counted from 1, and meet what the plan says."""
        with self._lock:
            self.plan, self.count, self.dead = plan, 0, False
            self.asked.clear()
            self.operations.clear()
            self.injected.clear()

    def revive(self) -> None:
        """Another process: it may send again."""
        self.dead = False

    def __call__(
        self, request: AWSRequest, event_name: str, **known: Mapping[str, Any]
    ) -> AWSResponse:
        _, service, operation = event_name.split(".")
        service = service.replace("secrets-manager", "secretsmanager")
        service = {"sfn": "stepfunctions"}.get(service, service)
        with self._lock:
            if self.dead:
                raise Killed
            self.count += 1
            self.asked.append(service)
            self.operations.append(operation)
            kind = self.plan(self.count, service, operation)
            if kind is not None:
                self.injected.append(kind.name)

        def carry() -> AWSResponse:
            answer = botocore_stubber(event_name, request, **known)
            assert answer is not None, f"moto has no answer to {request.url}"
            return answer

        try:
            return carry() if kind is None else kind.happen(request, carry)
        except Killed:
            # Nothing else of this process gets out, from whatever thread.
            self.dead = True
            raise
