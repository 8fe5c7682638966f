"""Which pictures one call asks for: how many the account allows, and its server can do.

Some servers take no notice of ``n`` and make one picture a call. That shows only in their first
answer; it is remembered by the process, and in the table of the limits for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from collage import engines
from collage.digest import canonical, sha256
from collage.errors import LimitsUnavailable
from collage.spending.accounts import Account, Accounts, of_engine
from collage.spending.limits import Limits
from collage.spending.work import Alike, Work
from collage.tile import Kind, Tile

PICTURE_SECONDS = {"low": 30, "medium": 60, "high": 150, "xhigh": 200}
"""Seconds that a picture of a quality may take, on the dear side of what users report: two minutes
and more for a high one of gpt-image-2, one after another in a call. Not measured."""

LONGEST_PICTURE = 300
"""Seconds for the highest quality, and where the model chooses."""


def most(batch: int, account: Account, model: str, quality: str | None) -> int:
    """Pictures of a quality that one call may ask for, of an engine that takes ``batch`` of them.

    An account refuses a call of more pictures than it may have at once or in a minute, however
    long one waits; and those of a call that takes too long are lost together.
    """
    seconds = PICTURE_SECONDS.get(quality or "", LONGEST_PICTURE)
    in_time = int(account.settings.timeout / seconds)
    allowed = [batch, account.settings.pictures_a_call or batch, in_time]
    for quota in account.quotas(model):
        allowed += [int(quota.per_minute), quota.burst]
    return max(1, min(allowed))


def of(tiles: Sequence[Tile], accounts: Accounts) -> tuple[tuple[int, ...], ...]:
    """Group tiles that one call can make, in the order of the tiles, as their engines take them.

    A call to a provider asks for no more than its account's pace allows.
    """
    alike: dict[tuple[int, str | int], list[int]] = {}
    for index, tile in enumerate(tiles):
        most_of_it = _together(tile, accounts)
        # A digest of it: of a million tiles the words themselves would be most of a gigabyte.
        common = _common(tile) if most_of_it > 1 else index
        alike.setdefault((most_of_it, common), []).append(index)
    return tuple(
        tuple(group[start : start + size])
        for (size, _), group in alike.items()
        for start in range(0, len(group), size)
    )


def counted(kinds: Iterable[Kind], accounts: Accounts) -> Work | None:
    """The calls into which `of` would group tiles of these kinds; None where only that tells."""
    work: list[Alike] = []
    mixed: dict[tuple[int, str], tuple[Tile, int]] = {}
    known: set[tuple[int, str]] = set()
    for kind in kinds:
        tile, most_of_it = kind.tile, _together(kind.tile, accounts)
        count = sum(tiles * times for tiles, times in kind.sampled.items())
        if most_of_it == 1:
            work.append(Alike([tile], count))
            continue
        alike = engines.ENGINES[tile.engine].alike
        common = most_of_it, _common(tile)
        if alike(tile) == alike(tile.model_copy(update={"prompt": f"{tile.prompt}."})):
            # Where prompts may differ within a call, so may styles, masks and numbers.
            _, before = mixed.get(common, (tile, 0))
            mixed[common] = tile, before + count
        elif tile.seed is not None or common in known:
            return None
        else:
            known.add(common)
            for tiles, times in kind.sampled.items():
                work += _divided(tile, tiles, most_of_it, times)
    for (most_of_it, _), (tile, count) in mixed.items():
        work += _divided(tile, count, most_of_it)
    return work


def _common(tile: Tile) -> str:
    """A digest of what it has in common with all tiles that may be of its call."""
    return sha256(canonical(engines.ENGINES[tile.engine].alike(tile)))


def _divided(tile: Tile, count: int, most_of_it: int, times: int = 1) -> Iterable[Alike]:
    """So many tiles that go together, in full calls and the rest; all of it so many times."""
    full, rest = divmod(count, most_of_it)
    parts = (most_of_it, full), (rest, 1)
    return (Alike([tile] * size, calls * times) for size, calls in parts if size and calls)


def _together(tile: Tile, accounts: Accounts) -> int:
    """How many tiles like this one a call may make."""
    batch, account = engines.ENGINES[tile.engine].batch, of_engine(accounts, tile.engine)
    if account is None:
        return batch
    return most(batch, account, tile.model, tile.options.get("quality"))


@dataclass(frozen=True)
class Batches:
    """Which models of ``server`` have turned out to make one picture a call."""

    limits: Limits
    server: str
    _known: dict[str, bool] = field(default_factory=dict)

    def single(self, model: str) -> bool:
        """Whether the server makes one picture of this model a call; looked up once a process."""
        if model not in self._known:
            self._known[model] = False
            with suppress(LimitsUnavailable):
                self._known[model] = self.limits.is_noted(self._name(model))
        return self._known[model]

    def note(self, model: str) -> None:
        """Remember that it does."""
        self._known[model] = True
        with suppress(LimitsUnavailable):
            self.limits.note(self._name(model))

    def _name(self, model: str) -> str:
        return f"single#{self.server}#{model}"
