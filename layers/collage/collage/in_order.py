"""Work given to a pool, its results taken in the order in which it was given."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class Ordered(Generic[Result]):
    """At most ``most`` results are under way or waiting; then submitting waits for the oldest."""

    def __init__(self, pool: Executor, most: int, take: Callable[[Result], object]) -> None:
        self._pool, self._most, self._take = pool, most, take
        self._waiting: deque[Future[Result]] = deque()

    def submit(self, work: Callable[..., Result], *arguments: Any) -> None:
        """Have ``work`` done; what it raises is raised here or later."""
        self._waiting.append(self._pool.submit(work, *arguments))
        while len(self._waiting) > self._most or (self._waiting and self._waiting[0].done()):
            self._take(self._waiting.popleft().result())

    def finish(self) -> None:
        """Wait for all that is under way."""
        while self._waiting:
            self._take(self._waiting.popleft().result())

    def cancel(self) -> None:
        """Forget what has not begun."""
        for future in self._waiting:
            future.cancel()
        self._waiting.clear()
