"""The account behind a key: whether it may come in, and how many pictures a second it may have."""

import math
import threading
from collections.abc import Callable

from tests.fake_openai.errors import ApiError, slow_down


def authorise(authorization: str | None, key: str | None) -> str:
    """The key in the header; refused when it is missing or not the one expected."""
    scheme, _, given = (authorization or "").partition(" ")
    given = given.strip()
    if scheme.lower() != "bearer" or not given:
        raise ApiError(401, "No API key was given: send it as 'Authorization: Bearer KEY'.")
    if key is not None and given != key:
        raise ApiError(401, f"Incorrect API key provided: {given[:3]}***.", code="invalid_api_key")
    return given


class Bucket:
    """A token bucket counted in pictures: a request for three of them takes three tokens."""

    def __init__(self, per_second: float, burst: float, clock: Callable[[], float]) -> None:
        self.per_second = per_second
        self.burst = burst
        self.clock = clock
        self.tokens = burst
        self.filled = clock()
        self.lock = threading.Lock()

    def take(self, pictures: int) -> int:
        """Take that many tokens and say how many are left, or refuse and say when to return."""
        with self.lock:
            now = self.clock()
            self.tokens = min(self.burst, self.tokens + (now - self.filled) * self.per_second)
            self.filled = now
            # Sums of fractions fall a hair short of whole tokens.
            if self.tokens + 1e-9 >= pictures:
                self.tokens -= pictures
                return math.floor(self.tokens + 1e-9)
            wait = (pictures - self.tokens) / self.per_second
        raise slow_down(
            f"Rate limit reached on images: limit {self.per_second * 60:g} a minute, requested "
            f"{pictures}. Try again in {wait:.3f}s.",
            wait,
        )
