"""A clock without time, and the table of limits under it."""

from dataclasses import dataclass, field
from typing import Any

from collage.engines.provider import Quota
from collage.spending.limits import Limits

TABLE = "limits"

NOON = 1_795_262_400.0  # 2026-11-21, 12:00 UTC


@dataclass
class Clock:
    """The time, moved by those who sleep and by the test."""

    now: float = NOON
    slept: list[float] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass(frozen=True)
class Paced:
    """The limits as calls meet them that have one quota."""

    limits: Limits
    quota: Quota

    def wait_for_turn(self, pictures: int) -> None:
        assert self.limits.wait_for_turn([self.quota], pictures) == self.quota

    def hold(self, seconds: float) -> None:
        self.limits.hold(self.quota, seconds)


def limited(table: Any, daily_usd: float = 10) -> Limits:
    return Limits(table, TABLE, daily_usd)


def make(table: Any, per_minute: float = 60, burst: int = 1, name: str = "openai") -> Paced:
    return Paced(limited(table), Quota(name, per_minute, burst))


def item(table: Any, name: str) -> dict[str, float]:
    """What the table holds under a name."""
    found = table.get_item(TableName=TABLE, Key={"name": {"S": name}}).get("Item", {})
    return {key: float(value["N"]) for key, value in found.items() if "N" in value}
