"""A time for the whole of a request: the client's own time-out begins anew with every read."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from collage.errors import TimedOut

Answer = TypeVar("Answer")


def within(seconds: float, ask: Callable[[], Answer]) -> Answer:
    """What ``ask`` returns or raises, unless that takes longer than so many seconds in all.

    A server that sends a byte now and then would otherwise hold a call until the function is
    killed over it. The request is left to itself then; whatever it still brings is not waited for.

    Raises:
        TimedOut: when the time is over.
    """
    future: Future[Answer] = Future()

    def work() -> None:
        try:
            future.set_result(ask())
        except BaseException as error:  # Raised again where it is waited for.
            future.set_exception(error)

    # A process that ends does not wait for this thread, as it would for one of a pool.
    Thread(target=work, daemon=True, name="request").start()
    try:
        return future.result(seconds)
    except TimeoutError as error:
        if future.done():
            # It was its own error, or came at the last moment.
            return future.result()
        raise TimedOut(f"The provider did not answer within {seconds:g} seconds.") from error
