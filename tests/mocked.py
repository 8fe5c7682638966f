"""AWS in this process, for whoever asks it from several threads."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest import mock

import boto3
from moto import mock_aws
from moto.core.base_backend import BaseBackend
from moto.core.botocore_stubber import BotocoreStubber

respond = BotocoreStubber.process_request
routes = BaseBackend.urls.fget
make = boto3.client

MADE: dict[str, Any] = {}
"""Clients, by all that makes them what they are."""

ROUTES: dict[type[BaseBackend], Any] = {}
"""What moto has for the addresses of each service. For S3 it would read a module anew, twice for
every request, as the addresses may depend on variables that no test sets."""


@contextmanager
def mocked() -> Iterator[None]:
    """moto in place of AWS, whose requests are answered one after the other.

    To AWS a request is one step, which moto takes in several: while it lists objects, or between a
    condition and what that is for, another thread gets in and takes away what it has in its hands.
    """
    lock = threading.RLock()

    def responded(self: Any, request: Any) -> Any:
        with lock:
            return respond(self, request)

    def routed(backend: BaseBackend) -> Any:
        if type(backend) not in ROUTES:
            ROUTES[type(backend)] = routes(backend)
        return ROUTES[type(backend)]

    with (
        mock.patch.object(BotocoreStubber, "process_request", responded),
        mock.patch.object(BaseBackend, "urls", property(routed)),
        mock.patch.object(boto3, "client", client),
        mock_aws(),
    ):
        yield


def client(service_name: str, region_name: str | None = None, **given: Any) -> Any:
    """A client as `boto3.client` makes it, or the one that it would be like.

    To make one takes longer than most tests do with it. One whose events a test hears, or that has
    asked for something twice and counts that, is given to nobody else.
    """
    if boto3.DEFAULT_SESSION is not None:
        return make(service_name, region_name, **given)
    config = given.pop("config", None)
    environment = sorted(item for item in os.environ.items() if item[0].startswith("AWS_"))
    key = repr((service_name, region_name, given, vars(config) if config else None, environment))
    found = MADE.get(key)
    if found is None:
        found = boto3.Session().client(service_name, region_name, config=config, **given)
        MADE[key] = _known(key, found)
    return found


def _known(key: str, made: Any) -> Any:
    """``made``, which is no longer known when it is no longer like another."""

    def retried(attempts: int, **_: Any) -> None:
        if attempts > 1:
            MADE.pop(key, None)

    def heard(act: Any, *args: Any, **given: Any) -> None:
        MADE.pop(key, None)
        act(*args, **given)

    events = made.meta.events
    events.register("needs-retry", retried)
    for name in ("register", "register_first", "register_last", "unregister"):
        setattr(events, name, partial(heard, getattr(events, name)))
    return made
