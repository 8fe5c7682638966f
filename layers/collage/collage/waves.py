"""Waves: which calls of a plan can be made at once, and which need the tiles of others."""

from collections import deque
from collections.abc import Sequence

from collage.tile import Composition, Tile

MOST_OF_A_WAVE = 40_000
"""Calls of a wave. A Map ends with the array of its results, each ``{}`` and a comma here, of which
Step Functions carries 262,144 bytes from state to state: 87,381 of them, and this is half of that.
The Map of the next part begins when all calls of this one have ended."""


def divided(
    tiles: Sequence[Tile], calls: Sequence[Sequence[int]], compositions: Sequence[Composition]
) -> tuple[tuple[int, ...], ...]:
    """The calls by how many others must have been made before them, one after another.

    Of more than MOST_OF_A_WAVE the others are a wave of their own.
    """
    if not compositions:
        return _parted([range(len(calls))])
    composed = {composition.digest: composition for composition in compositions}
    depths: dict[str, int] = {}
    waiting = deque(tiles)
    while waiting:
        tile = waiting.popleft()
        parts = (composed[digest].pieces for digest in tile.made_of if digest in composed)
        below = [piece.tile for pieces in parts for piece in pieces if piece.tile]
        if depths.keys() >= set(below):
            depths[tile.key] = 1 + max((depths[key] for key in below), default=-1)
        else:
            # What is made for a changed tile alone comes after it; no tile is made of itself.
            waiting.append(tile)
    waves: list[list[int]] = [[] for _ in range(1 + max(depths.values(), default=0))]
    for index, call in enumerate(calls):
        waves[depths[tiles[call[0]].key]].append(index)
    return _parted(waves)


def _parted(waves: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(wave[start : start + MOST_OF_A_WAVE])
        for wave in waves
        for start in range(0, max(1, len(wave)), MOST_OF_A_WAVE)
    )
