"""How the work of open models is divided: into batches of tiles, and shards of calls."""

import math
from typing import Any, Literal

from collage.frozen import Frozen
from collage.tile import Tile

BATCH = 4
"""Tiles denoised at once: what SDXL at 1024 pixels takes of a GPU with 24 GB."""

LEAST_CALLS = 4
"""Calls below which another machine costs more time, to start and load, than it saves."""


def alike(tile: Tile) -> Any:
    """What tiles of one batch have in common: the source, and all that sets shape and steps."""
    free = {"u", "v", "negative_prompt"}
    return [
        tile.operation,
        tile.model,
        tile.size,
        tile.source,
        {name: value for name, value in tile.options.items() if name not in free},
    ]


def shards(calls: int, most: int) -> int:
    """How many machines to divide ``calls`` among, ``most`` at most."""
    return min(most, math.ceil(calls / LEAST_CALLS))


def part(calls: int, shard: int, shards: int) -> range:
    """The calls of one of the ``shards``, in one piece; their numbers differ by at most one."""
    return range(calls * shard // shards, calls * (shard + 1) // shards)


class ShardProgress(Frozen):
    """How far a shard is: shards/{wave}-{n}.json. It is written anew while steps advance."""

    wave: int
    shard: int
    shards: int
    state: Literal["loading", "rendering", "done", "failed", "interrupted"]
    tiles: int = 0
    """All tiles of the shard."""
    done: int = 0
    failed: int = 0
    step: int = 0
    """Of the batch under way: denoising steps made."""
    steps: int = 0
    halved: tuple[int, ...] = ()
    """Calls whose batch was too large for the memory and was made in halves."""
    device: str = ""
    updated: str = ""
    """When it was written, in UTC, as ISO 8601."""
    message: str = ""

    @property
    def ended(self) -> int:
        """Tiles that are there, or cannot be made."""
        return self.done + self.failed
