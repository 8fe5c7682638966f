"""What AWS's requests are signed with ("Signature Version 4" in the guide to its API requests)."""

import hashlib
import hmac
from collections.abc import Iterable
from functools import lru_cache

KEYS = 256
"""Keys of a day that are kept: one of each role and service, as long as they are asked with."""
DAY = len("20260101")


def of(secret: str, date: str, region: str, service: str, request: Iterable[str]) -> str:
    """The signature of a request, of which the lines are given that all who sign it write.

    `date` is that of the request, as `20260101T120000Z`.
    """
    scope = date[:DAY], region, service
    digest = hashlib.sha256("\n".join(request).encode()).hexdigest()
    lines = "AWS4-HMAC-SHA256", date, "/".join((*scope, "aws4_request")), digest
    return _hmac(_key(secret, *scope), "\n".join(lines)).hex()


@lru_cache(KEYS)
def _key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
