"""S3: a condition and the put it is for are one step, and a rule hears of a whole object."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from combinatoric_collage.local.moto.host import Host, replace

LOCKS = 64


def patch(_host: Host, stack: ExitStack) -> None:
    """All of it."""
    _conditions(stack)
    _events(stack)


def _conditions(stack: ExitStack) -> None:
    """Between moto's look whether an object exists and its put another thread gets in."""
    from moto.s3.responses import S3Response

    # Keys that share a lock wait for each other without need, which is seldom.
    locks = [threading.RLock() for _ in range(LOCKS)]

    def alone(respond: Callable[..., Any]) -> Callable[..., Any]:
        def responded(self: Any, *args: Any, **kwargs: Any) -> Any:
            with locks[hash((self.bucket_name, self.parse_key_name())) % LOCKS]:
                return respond(self, *args, **kwargs)

        return responded

    for name in ("put_object", "_key_response_post"):
        replace(stack, S3Response, name, alone(getattr(S3Response, name)))


def _events(stack: ExitStack) -> None:
    """An object is told of before it has its metadata, which a function may look for."""
    from moto.s3 import notifications
    from moto.s3.responses import S3Response

    held, send = threading.local(), notifications.send_event

    def later(*event: Any) -> None:
        events: list[Callable[[], None]] | None = getattr(held, "events", None)
        if events is None:
            send(*event)
        else:
            events.append(partial(send, *event))

    def holding(respond: Callable[..., Any]) -> Callable[..., Any]:
        def responded(*args: Any, **kwargs: Any) -> Any:
            held.events = []
            try:
                return respond(*args, **kwargs)
            finally:
                events, held.events = held.events, None
                for tell in events:
                    tell()

        return responded

    replace(stack, notifications, "send_event", later)
    for name in ("put_object", "_bucket_response_post"):
        replace(stack, S3Response, name, holding(getattr(S3Response, name)))
