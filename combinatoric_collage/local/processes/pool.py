"""Warm processes, and how many of them may work at once."""

import itertools
import uuid
from collections.abc import Callable
from threading import Condition

from combinatoric_collage.local.processes.functions import Function
from combinatoric_collage.local.processes.invocation import Result
from combinatoric_collage.local.processes.worker import Worker


class Pool:
    """Runs invocations in processes that are kept for the next one."""

    def __init__(self, busy: int, alive: int, start: Callable[[Function, int], Worker]) -> None:
        """`busy` processes at most work at once, about `alive` exist, idle ones included."""
        self._limit = busy
        self._room = alive
        self._start = start
        self._number = itertools.count(1)
        self._changed = Condition()
        self._busy: set[Worker | object] = set()
        self._idle: list[Worker] = []
        self._stopped = False

    def invoke(self, function: Function, event: bytes, nested: bool = False) -> Result:
        """Runs one event, waiting for a free place first.

        A `nested` one comes from a function that waits for it, so it takes no place of its own:
        with every place taken by a waiting function none would ever be free.
        """
        place = object()
        with self._changed:
            self._changed.wait_for(lambda: nested or self._stopped or len(self._busy) < self._limit)
            if self._stopped:
                return Result.error("Sandbox.Stopped", "The cloud is being stopped.")
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
            self._release(worker, place)
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

    def _pick(self, function: Function) -> tuple[Worker | None, list[Worker]]:
        """An idle process of the function, if any, and idle ones that have to go."""
        surplus = [worker for worker in self._idle if not worker.alive]
        self._idle = [worker for worker in self._idle if worker.alive]
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
        worker = self._start(function, next(self._number))
        with self._changed:
            self._busy.discard(place)
            if not self._stopped:
                self._busy.add(worker)
                return worker
        worker.stop()
        return None

    def _release(self, worker: Worker | None, place: object) -> None:
        with self._changed:
            self._busy -= {worker, place}
            keep = worker is not None and worker.alive and not self._stopped
            if worker is not None and keep:
                self._idle.append(worker)
            self._changed.notify_all()
        if worker is not None and not keep:
            worker.stop()
