"""A page of a listing takes what is on the page, and not all that is in the bucket.

moto goes through every object of a bucket, and sorts them, for each thousand names that it gives:
of 100,000 tiles with their sidecars a page is half a second, and their listing two minutes.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from threading import Lock
from typing import Any

from combinatoric_collage.local.moto.host import Host, replace

# After all that begins with the same letters.
LAST = chr(0x10FFFF)


def patch(_host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    from moto.s3.models import S3Backend
    from moto.s3.utils import _VersionedKeyStore

    def noting(put: Callable[..., None]) -> Callable[..., None]:
        def noted(self: Any, name: str, value: Any) -> None:
            known = name in self
            put(self, name, value)
            if not known:
                _names(self).new.append(name)

        return noted

    for name in ("__setitem__", "setlist"):
        replace(stack, _VersionedKeyStore, name, noting(getattr(_VersionedKeyStore, name)))
    replace(stack, S3Backend, "list_objects_v2", _listed)


class _Names:
    """The keys of a bucket in their order: new ones are sorted in when a listing is asked for."""

    def __init__(self) -> None:
        self.new = deque[str]()
        self._ordered = list[str]()
        self._lock = Lock()

    def ordered(self, keys: Any) -> list[str]:
        """All of them; the list is not changed any more."""
        with self._lock:
            if self.new:
                ordered = self._ordered.copy()
                while self.new:
                    ordered.append(self.new.popleft())
                # Which takes little of what is sorted but for its end.
                ordered.sort()
                self._ordered = ordered
            if len(self._ordered) != len(keys):
                # Some were deleted.
                self._ordered = sorted(dict(keys))
            return self._ordered


def _names(keys: Any) -> _Names:
    found: _Names = vars(keys).setdefault("names", _Names())
    return found


def _listed(
    self: Any,
    bucket: Any,
    prefix: str | None,
    delimiter: str | None,
    continuation_token: str | None,
    start_after: str | None,
    max_keys: int,
) -> Any:
    from moto.s3.models import FakeDeleteMarker

    names = _names(bucket.keys).ordered(bucket.keys)
    start, limit = prefix or "", start_after
    if continuation_token:
        limit = self._pagination_tokens.get(continuation_token)
    position = bisect_left(names, start)
    if limit:
        position = max(position, bisect_right(names, _end(limit, start, delimiter)))
    found = list[Any]()
    while position < len(names) and len(found) <= max_keys and names[position].startswith(start):
        name, end = names[position], _end(names[position], start, delimiter)
        key = bucket.keys.get(name)
        if end != name:
            found.append(end.removesuffix(LAST))
        elif key is not None and not isinstance(key, FakeDeleteMarker):
            found.append(key)
        position = bisect_right(names, end, position)
    return self._truncate_result(found, max_keys)


def _end(name: str, prefix: str, delimiter: str | None) -> str:
    """A key, or what comes after all keys that are one name with it in a listing."""
    if delimiter and name.startswith(prefix):
        found = name.find(delimiter, len(prefix))
        if found >= 0:
            return name[: found + len(delimiter)] + LAST
    return name
