"""Warm processes, and how many of them may work at once."""

import itertools
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Condition, Thread

from combinatoric_collage.local.processes.functions import ON_DEMAND, PROVISIONED, Function
from combinatoric_collage.local.processes.invocation import Caller, Result
from combinatoric_collage.local.processes.worker import Worker


class Pool:
    """Runs invocations in processes that are kept for the next one."""

    def __init__(
        self,
        places: Mapping[Caller, int],
        alive: int,
        start: Callable[[Function, int, str], Worker],
    ) -> None:
        """`places` are the invocations at once of each kind of caller; others have no limit.

        About `alive` processes exist, idle ones included. `start` makes one of a function with a
        number that no other has, and the way it is initialized.
        """
        self._places = places
        self._room = alive
        self._start = start
        self._number = itertools.count(1)
        self._changed = Condition()
        self._taken: Counter[Caller] = Counter()
        self._coming: Counter[str] = Counter()
        self._busy: set[Worker | object] = set()
        self._idle: list[Worker] = []
        self._stopped = False
        self._provisioning: list[Thread] = []

    def provision(self, functions: Sequence[Function]) -> None:
        """Starts a process of each, which is initialized before it is asked for anything.

        That goes on when this returns. Who asks meanwhile waits for it and starts none.
        """
        with self._changed:
            self._coming.update(function.name for function in functions)
        thread = Thread(target=self._provision, args=(functions,), daemon=True)
        self._provisioning.append(thread)
        thread.start()

    def _provision(self, functions: Sequence[Function]) -> None:
        for function in functions:
            worker = None
            try:
                # Whoever asks for a function whose process could not be started starts another, and
                # says why if that cannot be either.
                with suppress(Exception):
                    if not self._stopped:
                        worker = self._start(function, next(self._number), PROVISIONED)
            finally:
                with self._changed:
                    self._coming[function.name] -= 1
                    keep = worker is not None and not self._stopped
                    if worker is not None and keep:
                        self._idle.append(worker)
                    self._changed.notify_all()
            if worker is not None and not keep:
                worker.stop()

    def invoke(self, function: Function, event: bytes, caller: Caller = Caller.WORK) -> Result:
        """Runs one event, waiting first for a free place among those of its kind of caller.

        Were one kind to take those of another, clients that wait for news of a run would keep the
        run from going on; and with every place taken by a function that waits for another none
        would ever be free.
        """
        place = object()
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._stopped or (self._has_place(caller) and not self._is_awaited(function))
                )
            )
            if self._stopped:
                return Result.error("Sandbox.Stopped", "The cloud is being stopped.")
            self._taken[caller] += 1
            worker, surplus = self._pick(function)
            self._busy.add(worker or place)
        for old in surplus:
            old.stop()
        try:
            worker = worker or self._begin(function, place)
            if worker is None:
                return Result.error("Sandbox.Stopped", "The cloud is being stopped.")
            result = worker.invoke(str(uuid.uuid4()), event)
        finally:
            self._release(worker, place, caller)
        return result

    def stop(self) -> None:
        """Ends every process; those who wait for one get an error."""
        with self._changed:
            self._stopped = True
            workers = [w for w in (*self._busy, *self._idle) if isinstance(w, Worker)]
            self._idle.clear()
            self._changed.notify_all()
        for worker in workers:
            worker.stop()
        for thread in self._provisioning:
            thread.join()

    def _has_place(self, caller: Caller) -> bool:
        return caller not in self._places or self._taken[caller] < self._places[caller]

    def _is_awaited(self, function: Function) -> bool:
        """Whether a process of it is about to be there, and none is."""
        there = any(worker.function == function for worker in self._idle)
        return self._coming[function.name] > 0 and not there

    def _pick(self, function: Function) -> tuple[Worker | None, list[Worker]]:
        """An idle process of the function, if any, and idle ones that have to go."""
        alive, surplus = list[Worker](), list[Worker]()
        for worker in self._idle:
            (alive if worker.alive else surplus).append(worker)
        self._idle = alive
        # The one used last is the warmest.
        for worker in reversed(self._idle):
            if worker.function == function:
                self._idle.remove(worker)
                return worker, surplus
        while self._idle and len(self._idle) + len(self._busy) >= self._room:
            surplus.append(self._idle.pop(0))
        return None, surplus

    def _begin(self, function: Function, place: object) -> Worker | None:
        """Starts a process; None when everything has been stopped meanwhile."""
        worker = self._start(function, next(self._number), ON_DEMAND)
        with self._changed:
            self._busy.discard(place)
            if not self._stopped:
                self._busy.add(worker)
                return worker
        worker.stop()
        return None

    def _release(self, worker: Worker | None, place: object, caller: Caller) -> None:
        with self._changed:
            self._taken[caller] -= 1
            self._busy -= {worker, place}
            keep = worker is not None and worker.alive and not self._stopped
            if worker is not None and keep:
                self._idle.append(worker)
            self._changed.notify_all()
        if worker is not None and not keep:
            worker.stop()
