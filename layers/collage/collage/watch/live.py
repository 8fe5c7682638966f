"""Live: what has changed of a collage since somebody last asked, and when to ask again.

Nothing is kept of who asks. What somebody was told of is a bit for each tile, which they bring
along with the next question, so that no tile is read twice for them.
"""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from collage.digest import sha256
from collage.errors import InvalidRequest
from collage.progress import Progress
from collage.watch.look import Pulse, look_at, pulse
from collage.watch.tiles import READERS, ListedTile, plan_of, so_far

if TYPE_CHECKING:
    from collage.plan import Plan
    from collage.store.store import Store
    from collage.watch.runs import Runs

MOST_TILES = 100
"""Tiles of one answer."""
NEAR, FAR = 48, 16
"""How many tiles that nobody was told of yet are looked for: the first ones, for calls end roughly
in their order; and of the rest others each time, for tasks on a GPU work side by side."""
TOGETHER = 8
"""Tiles that are looked for at once at least; beyond those that have ended it is for nothing."""

SOONEST, LATEST = 2, 15
"""Seconds until the next question, at least and at most."""
TILES_EACH = 2
"""Tiles that are to have ended by then."""
PATIENCE = 4
"""Before the first tile, the part of its age after which a run is asked for again."""
ASSEMBLY = 3
"""Seconds between two questions while the tiles are joined."""

NOT_GIVEN = "after: give the `next` of the answer before."
LONGEST = 7_000
"""Letters of `Told`; API Gateway takes 10,240 bytes of an address and headers together."""
MOST_BITS = 4_000_000
"""Tiles that can be told of, far above those of the largest plan: what a few letters unpack to."""


@dataclass(frozen=True)
class Told:
    """The tiles that somebody was told of: bit N for tile N."""

    bits: int = 0

    @classmethod
    def read(cls, text: str | None) -> Told:
        """What `written` gave, or of nothing no tile.

        Raises:
            InvalidRequest: when it is something else.
        """
        if text is None:
            return cls()
        unpack = zlib.decompressobj()
        try:
            data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            data = unpack.decompress(data, MOST_BITS // 8)
        except (ValueError, zlib.error) as error:
            raise InvalidRequest(NOT_GIVEN) from error
        if not unpack.eof:
            raise InvalidRequest(NOT_GIVEN)
        return cls(int.from_bytes(data, "little"))

    @property
    def written(self) -> str:
        """The same as letters that an address may have."""
        data = self.bits.to_bytes((self.bits.bit_length() + 7) // 8, "little")
        return urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")

    def __contains__(self, index: int) -> bool:
        return bool(self.bits >> index & 1)

    def __len__(self) -> int:
        return self.bits.bit_count()

    def and_of(self, tiles: list[ListedTile]) -> Told:
        """The same and these."""
        bits = self.bits
        for tile in tiles:
            bits |= 1 << tile.index
        return Told(bits)


@dataclass(frozen=True)
class News:
    """What has changed of a collage for somebody."""

    seen: Progress | None
    """Where it stands; none where nothing has changed."""
    tiles: list[ListedTile]
    """Those of a run under way that have ended, and that they were not told of."""
    told: Told
    tag: str | None
    """An entity tag, the same until there is more to tell; none where there is more already."""
    seconds: int | None
    """After which it is worth asking again; none once the run has ended."""


def news(store: Store, runs: Runs, collage: str, told: Told, known: str | None) -> News:
    """What has changed for somebody who was ``told`` of tiles, with the tag ``known``.

    Raises:
        NotInStore: when there is no such collage.
    """
    now = pulse(store, runs, collage)
    under_way = now.phase is not None
    if under_way and known == (tag := _tag(now.mark, told)):
        return News(None, [], told, tag, pace(now))
    seen = look_at(store, now)
    # Why a run failed may be written down after its end.
    mark = now.mark if under_way else seen.model_dump_json()
    if not under_way and known == (tag := _tag(mark, told)):
        return News(None, [], told, tag, _until_begun(seen))
    found = ended_since(store, seen, told)
    told = told.and_of(found)
    if len(found) == MOST_TILES:
        return News(seen, found, told, None, 0)
    return News(seen, found, told, _tag(mark, told), pace(now) if under_way else _until_begun(seen))


def _until_begun(seen: Progress) -> int | None:
    """The pace where no run is under way: one may be about to be."""
    return SOONEST if seen.state == "running" else None


def _tag(mark: str, told: Told) -> str:
    return f'"{sha256(f"{mark} {told.written}".encode())[:32]}"'


def ended_since(store: Store, seen: Progress, told: Told) -> list[ListedTile]:
    """At most MOST_TILES of a run under way that have ended and nobody was told of.

    Not every one has to be found at once; what is not found now is at a later time.
    """
    counts = seen.tiles
    missing = counts.done + counts.failed + counts.refused - len(told)
    if seen.state != "running" or not counts.total or missing <= 0:
        return []
    plan = plan_of(store, seen.id)
    failures = bool(counts.failed or counts.refused)
    untold = [index for index in _in_order(plan) if index not in told]
    looked = iter(_chosen(untold, missing, counts.total - len(untold)))
    found: list[ListedTile] = []
    with ThreadPoolExecutor(READERS) as pool:
        while len(found) < min(missing, MOST_TILES):
            several = list(islice(looked, max(TOGETHER, min(READERS, missing - len(found)))))
            if not several:
                break
            tiles = pool.map(lambda i: so_far(store, plan, i, failures=failures), several)
            found += [tile for tile in tiles if tile.state != "pending"]
    return found[:MOST_TILES]


def pace(now: Pulse) -> int:
    """Seconds after which it is worth asking again for a run under way."""
    if now.phase == "assembly":
        return ASSEMBLY
    left = now.seconds_left
    if left is None:
        return _bounded(now.seconds / PATIENCE)
    return _bounded(min(TILES_EACH * now.seconds / (now.ended - now.there), left))


def _bounded(seconds: float) -> int:
    return round(max(SOONEST, min(LATEST, seconds)))


def _chosen(untold: list[int], missing: int, turn: int) -> list[int]:
    """Which of the tiles are looked for: as many as are missing from the first on, and others."""
    near = untold[: NEAR + min(missing, MOST_TILES)]
    rest = untold[len(near) :]
    begin = turn * FAR % len(rest) if rest else 0
    return near + rest[begin : begin + FAR]


def _in_order(plan: Plan) -> Iterator[int]:
    """The tiles of a plan, in the order in which their calls are begun."""
    for wave in plan.waves:
        for call in wave:
            yield from plan.calls[call]
