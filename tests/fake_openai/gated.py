"""A provider that makes no more pictures than it is let: what waits for it waits as long."""

import threading
from collections.abc import Mapping
from typing import Any

from tests.fake_openai.record import IMAGE_ROUTES, Answer
from tests.fake_openai.server import ROUTES, FakeOpenAI


class Gated(FakeOpenAI):
    """As any other, until it is closed: then requests are answered as they are let through.

    So a test sees a run under way for as long as it wants to, however fast or slow the machine is.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._gate = threading.Condition()
        self._left = 0
        self._open = True
        self._turned = 0

    def let(self, requests: int) -> None:
        """Answer so many more, and hold the others."""
        with self._gate:
            self._open = False
            self._left += requests
            self._gate.notify_all()

    def open(self) -> None:
        """Answer all of them."""
        with self._gate:
            self._open, self._left = True, 0
            self._gate.notify_all()

    def close(self) -> None:
        """Answer none from now on but those that are let."""
        with self._gate:
            self._open, self._left = False, 0

    def turn_away(self) -> None:
        """Hang up on those who are held."""
        with self._gate:
            self._turned += 1
            self._gate.notify_all()

    def stop(self) -> None:
        """Hang up on everyone and be gone."""
        self.turn_away()
        super().stop()

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request, once it may have one."""
        route = ROUTES.get(path.partition("?")[0].removeprefix(self.profile.root))
        if route in IMAGE_ROUTES and not self._through():
            return Answer(0, b"", fault="drop")
        return super().answer(method, path, headers, body)

    def _through(self) -> bool:
        """Wait until a request is let through; whether it was, or turned away."""
        with self._gate:
            before = self._turned
            self._gate.wait_for(lambda: self._open or self._left or self._turned != before)
            if self._turned != before:
                return False
            if not self._open:
                self._left -= 1
            return True
