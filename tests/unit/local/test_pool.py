"""Who waits for a place in the pool of processes, and who does not."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest

from combinatoric_collage.local.processes.functions import PROVISIONED, Function
from combinatoric_collage.local.processes.invocation import Caller, Result
from combinatoric_collage.local.processes.pool import Pool

FUNCTION = Function("f", "arn", "app.handler", "role", 30, 128, "python3.11", {}, (Path(),))
PLACES = {Caller.WORK: 2, Caller.API: 3}


class Held:
    """In the place of a process: it answers when it is let go."""

    alive = True

    def __init__(self, function: Function) -> None:
        self.function = function
        self.go = Event()

    def invoke(self, _request: str, event: bytes) -> Result:
        if event == b"hold":
            self.go.wait()
        return Result(event)

    def stop(self) -> None:
        """It has ended by itself."""


@contextmanager
def holding(caller: Caller) -> Iterator[tuple[Pool, ThreadPoolExecutor]]:
    """A pool in which a kind of caller has all of its places, and threads to ask it."""
    made: SimpleQueue[Held] = SimpleQueue()

    def start(function: Function, _number: int, _initialization: str) -> Any:
        made.put(one := Held(function))
        return one

    pool = Pool(PLACES, 20, start)
    with ThreadPoolExecutor(10) as threads:
        for _ in range(PLACES[caller]):
            threads.submit(pool.invoke, FUNCTION, b"hold", caller)
        held = [made.get() for _ in range(PLACES[caller])]
        try:
            yield pool, threads
        finally:
            pool.stop()
            for one in held:
                one.go.set()


@pytest.mark.parametrize(
    ("held", "asks"),
    [
        (Caller.API, Caller.WORK),
        (Caller.WORK, Caller.API),
        (Caller.WORK, Caller.FUNCTION),
        (Caller.API, Caller.FUNCTION),
    ],
)
def test_callers_that_are_held_keep_none_of_another_kind(held: Caller, asks: Caller) -> None:
    with holding(held) as (pool, _):
        assert pool.invoke(FUNCTION, b"an event", asks).payload == b"an event"


@pytest.mark.parametrize("caller", PLACES)
def test_a_call_waits_for_a_place_of_its_kind(caller: Caller) -> None:
    with holding(caller) as (pool, threads):
        waits: Future[Result] = threads.submit(pool.invoke, FUNCTION, b"an event", caller)
        # What comes after it and takes no such place is done before it.
        pool.invoke(FUNCTION, b"another", Caller.FUNCTION)
        assert not waits.done()
    assert waits.result().failed


def test_a_process_that_cannot_be_provisioned_keeps_nobody_waiting() -> None:
    def start(function: Function, _number: int, initialization: str) -> Any:
        if initialization == PROVISIONED and function == FUNCTION:
            raise RuntimeError("can't start new thread")
        return Held(function)

    other = replace(FUNCTION, name="g")
    pool = Pool(PLACES, 20, start)
    pool.provision([FUNCTION, other])

    assert pool.invoke(FUNCTION, b"an event").payload == b"an event"
    assert pool.invoke(other, b"another").payload == b"another"
    pool.stop()
