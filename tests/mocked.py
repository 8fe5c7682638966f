"""AWS in this process, for whoever asks it from several threads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber

respond = BotocoreStubber.process_request


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

    with mock.patch.object(BotocoreStubber, "process_request", responded), mock_aws():
        yield
