"""Looking for many tiles at once: whether they are there, without reading each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from collage.store.bucket import READERS
from collage.store.tiles import Tiles

TOGETHER = 256
"""Keys that one reader looks for at least: they often lie on one page of a listing."""

FEW = 8
"""Wanted keys on a page of a listing: with fewer, asking for each takes less than another page.

Reading the thousand names of a page takes as much of a processor as asking for eight objects.
"""


def there(store: Tiles, keys: Collection[str]) -> set[str]:
    """Those of the tiles ``keys`` of which the store holds something.

    A listing jumps from wanted key to wanted key, and tells of all that lie on a page: 40,000 tiles
    that are alone in the store, or not in it, take no more than 40 requests. A tile that was only
    half written counts too.

    Raises:
        StoreUnavailable: when S3 does not answer.
    """
    return _found_of(store, keys, store.tiles_after)


def finished(store: Tiles, keys: Collection[str]) -> set[str]:
    """Those of the tiles ``keys`` that are finished: their sidecars are there, which are not read.

    It takes a request for each page of files from the first of the tiles to the last, where they
    lie together: some 300 for 100,000 tiles that are alone in the store.

    Raises:
        StoreUnavailable: when S3 does not answer.
    """
    return _found_of(store, keys, store.finished_after)


After = Callable[[str], tuple[list[str], bool]]
"""Ascending keys from one on, and whether there are others, as `Tiles.tiles_after` gives them."""


def _found_of(store: Tiles, keys: Collection[str], after: After) -> set[str]:
    wanted = sorted(set(keys))
    size = max(TOGETHER, -(-len(wanted) // READERS))
    parts = [wanted[start : start + size] for start in range(0, len(wanted), size)]
    with ThreadPoolExecutor(READERS) as pool:
        return set().union(*pool.map(lambda part: _found(store, part, after), parts))


def _found(store: Tiles, wanted: Sequence[str], after: After) -> set[str]:
    """Those of the ascending ``wanted`` that are there."""
    found: set[str] = set()
    position = 0
    while position < len(wanted):
        names, more = after(wanted[position])
        told = bisect_right(wanted, names[-1]) if more else len(wanted)
        found |= set(wanted[position:told]).intersection(names)
        sparse = told - position < FEW
        position = told
        if sparse:
            return found | {key for key in wanted[position:] if store.has_tile(key)}
    return found
