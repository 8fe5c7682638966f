"""A provider's answer is read no further than one can be long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import httpx2

if TYPE_CHECKING:
    from httpx2 import Response

MOST_BYTES = 256 * 2**20
"""Of one answer: ten pictures of 3840 x 2160 pixels as they come, in base64. A function that makes
tiles has seven times that, of which an answer takes three: as bytes, as text and as pictures."""


class AnswerTooLong(Exception):
    """It was not read to its end."""


class _Bounded(httpx2.SyncByteStream):
    """The bytes of an answer, as they come."""

    def __init__(self, stream: httpx2.SyncByteStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        left = MOST_BYTES
        for piece in self._stream:
            left -= len(piece)
            if left < 0:
                raise AnswerTooLong(f"The answer has more than {MOST_BYTES // 2**20} MB.")
            yield piece

    def close(self) -> None:
        """Let the connection go."""
        self._stream.close()


def bound(response: Response) -> None:
    """Have an answer end in AnswerTooLong where it goes on too long; a hook of the client."""
    response.stream = _Bounded(cast(httpx2.SyncByteStream, response.stream))
