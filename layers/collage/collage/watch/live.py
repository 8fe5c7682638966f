"""Live: what has changed of a collage since somebody last asked, and when to ask again.

Nothing is kept of who asks. What somebody was told of is a bit for each tile, which they bring
along with the next question, so that no tile is read twice for them.
"""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from collage.digest import sha256
from collage.errors import InvalidRequest, NotInStore
from collage.progress import Progress, TileCounts
from collage.watch.expected_tiles import ExpectedTiles, Looked, expected_tiles
from collage.watch.look import Pulse, look_at, pulse
from collage.watch.tiles import READERS, ListedTile, so_far

if TYPE_CHECKING:
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
AHEAD = 40_000
"""Tiles from the first that somebody was not told of on, of which they are told: their bits, which
zlib makes no longer than by a few bytes, are 6,700 letters."""
MOST_BITS = 4_000_000
"""Tiles that can be told of, far above those of the largest plan: what a few letters unpack to."""


@dataclass(frozen=True)
class Told:
    """The tiles that somebody was told of: bit N for the one at place N of `Plan.order`.

    Of tiles further on than AHEAD they are told once the first ones have ended.
    """

    bits: int = 0
    by_index: bool = False
    """Whether bit N is the tile N instead, as it was written by earlier versions."""

    @classmethod
    def read(cls, text: str | None) -> Told:
        """What `written` gave, or of nothing no tile.

        Raises:
            InvalidRequest: when it is something else.
        """
        if text is None:
            return cls()
        # What zlib packs begins with the letter e.
        rest = text.lstrip("0123456789")
        bits, first = _unpacked(rest), text.removesuffix(rest)
        if not first:
            return cls(bits, by_index=True)
        if len(first) > len(str(MOST_BITS)) or int(first) > MOST_BITS:
            raise InvalidRequest(NOT_GIVEN)
        return cls(bits << int(first) | (1 << int(first)) - 1)

    @property
    def written(self) -> str:
        """The same as letters that an address may have, never more than LONGEST."""
        if self.by_index:
            return _packed(self.bits)
        return f"{self.first}{_packed(self.bits >> self.first)}"

    @property
    def first(self) -> int:
        """The first place that they were not told of."""
        return (~self.bits & (self.bits + 1)).bit_length() - 1

    def __len__(self) -> int:
        return self.bits.bit_count()

    def placed(self, order: Sequence[int]) -> Told:
        """The same by places; what earlier versions told of further on than AHEAD is left out."""
        if not self.by_index:
            return self
        old = (place for place, index in enumerate(order) if self.bits >> index & 1)
        told = Told().and_at(old)
        return Told(told.bits & (1 << told.first + AHEAD) - 1)

    def untold(self, total: int) -> list[int]:
        """Places of ``total`` that they can be told of now and were not, in order."""
        first, ahead = self.first, f"{self.bits >> self.first:b}"[::-1]
        return [
            first + place
            for place in range(min(AHEAD, total - first))
            if ahead[place : place + 1] != "1"
        ]

    def and_at(self, places: Iterable[int]) -> Told:
        """The same and these."""
        bits = self.bits
        for place in places:
            bits |= 1 << place
        return Told(bits)


def _packed(bits: int) -> str:
    data = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")


def _unpacked(text: str) -> int:
    """Raises InvalidRequest."""
    unpack = zlib.decompressobj()
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        data = unpack.decompress(data, MOST_BITS // 8)
    except (ValueError, zlib.error) as error:
        raise InvalidRequest(NOT_GIVEN) from error
    if not unpack.eof:
        raise InvalidRequest(NOT_GIVEN)
    return int.from_bytes(data, "little")


class News(NamedTuple):
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
    found, told = ended_since(store, seen, told)
    if len(found) == MOST_TILES:
        return News(seen, found, told, None, 0)
    return News(seen, found, told, _tag(mark, told), pace(now) if under_way else _until_begun(seen))


def _until_begun(seen: Progress) -> int | None:
    """The pace where no run is under way: one may be about to be."""
    return SOONEST if seen.state == "running" else None


def _tag(mark: str, told: Told) -> str:
    return f'"{sha256(f"{mark} {told.written}".encode())[:32]}"'


def ended_since(store: Store, seen: Progress, told: Told) -> tuple[list[ListedTile], Told]:
    """At most MOST_TILES of a run under way that have ended and somebody was not told of.

    With them what they were told of then. Not every one has to be found at once; what is not found
    now is at a later time.
    """
    counts = seen.tiles
    missing = counts.ended - len(told)
    if seen.state != "running" or not counts.total or missing <= 0:
        return [], told
    with suppress(NotInStore):
        return _looked_for(store, expected_tiles(store, seen.id, counts.total), counts, told)
    # It is very large and has just been put together: its run is about to end.
    return [], told


def _looked_for(
    store: Store, plan: ExpectedTiles, counts: TileCounts, told: Told
) -> tuple[list[ListedTile], Told]:
    """Raises NotInStore when a slice of the plan is gone."""
    missing = counts.ended - len(told)
    told = told.placed(plan.order)
    failures = bool(counts.failed or counts.refused)
    wanted = min(missing, MOST_TILES)
    found: dict[int, ListedTile] = {}

    def look(place: int, looked: Looked) -> tuple[int, ListedTile]:
        return place, so_far(store, plan.collage, looked, failures=failures)

    with ThreadPoolExecutor(READERS) as pool:
        for places in _chosen(told.untold(len(plan.order)), missing, len(told)):
            if len(found) >= wanted:
                break
            # All at once: the tiles of a call may lie in as many slices, each of which is read.
            waiting = zip(places, plan.tiles([plan.order[each] for each in places]), strict=True)
            while len(found) < wanted:
                several = list(islice(waiting, max(TOGETHER, min(READERS, missing - len(found)))))
                if not several:
                    break
                ended = pool.map(look, *zip(*several, strict=True))
                found |= {place: tile for place, tile in ended if tile.state != "pending"}
    new = dict(islice(found.items(), MOST_TILES))
    return list(new.values()), told.and_at(new)


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


def _chosen(untold: list[int], missing: int, turn: int) -> tuple[list[int], list[int]]:
    """Which of the tiles are looked for: as many as are missing from the first on; then others."""
    near = untold[: NEAR + min(missing, MOST_TILES)]
    rest = untold[len(near) :]
    begin = turn * FAR % len(rest) if rest else 0
    return near, rest[begin : begin + FAR]
