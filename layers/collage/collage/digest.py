"""Names made from content: canonical JSON, digests, and a shuffle that outlives Python versions."""

import base64
import hashlib
import json
from collections.abc import Iterable
from typing import Any, TypeVar

T = TypeVar("T")

_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical(value: Any) -> bytes:
    """``value`` as JSON with one possible spelling: sorted keys, no spaces, UTF-8.

    Raises:
        ValueError: for NaN and infinities, which JSON does not have.
        TypeError: for what JSON cannot hold.
    """
    return _CANONICAL.encode(value).encode()


def sha256(data: bytes) -> str:
    """The SHA-256 of ``data`` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def base64_sha256(data: bytes) -> str:
    """The SHA-256 of ``data`` in base64, as security policies of web pages have it."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def shuffled(items: Iterable[T], *seed: object) -> list[T]:
    """``items`` in an order that depends on nothing but their positions' digests with ``seed``.

    A hash sort instead of ``random.shuffle``: the same order in every process, on every
    machine and in every version of Python, which promises that for no shuffle of its own.
    """
    # The digests of `canonical([*seed, i])`, of which all but the end is spelled once.
    begin = canonical([*seed, 0])[: -len(b"0]")]
    numbered = enumerate(items)
    digested = ((hashlib.sha256(b"%b%d]" % (begin, i)).digest(), item) for i, item in numbered)
    return [item for _, item in sorted(digested, key=lambda pair: pair[0])]
