"""An engine that ends as it is told to, and what the table then holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from collage.engines.engine import Rendered, Turn
from collage.engines.provider import Quota
from collage.spending.bookings import Budget
from collage.spending.limits import Limits
from collage.spending.purchase import Purchase, buy
from collage.tile import Tile
from tests.unit.plans import planned

TABLE = "limits"

PRICE = 0.04

QUICK = Quota("openai", per_minute=60_000, burst=100)

UNBOUNDED = Budget("a collage", None)


@dataclass
class Engine:
    """Asks for its turn and then ends as it was told to."""

    end: Callable[[], float | None] = lambda: None
    """What each picture cost by the provider's word, or an error."""
    asked: list[int] = field(default_factory=list)
    """How many pictures each call was for, once it had its turn."""

    def render(
        self, tiles: Sequence[Tile], source: bytes | None, mask: bytes | None, turn: Turn
    ) -> list[Rendered]:
        turn()
        self.asked.append(len(tiles))
        return [Rendered(png=b"picture", usd=self.end()) for _ in tiles]


def raising(error: Exception) -> Callable[[], float | None]:
    def end() -> float | None:
        raise error

    return end


def tiles(count: int = 1) -> list[Tile]:
    made = planned(
        engine="openai", styles=["Cubism", "Baroque"], masks=["left"], tiles=count, rows=1, cols=10
    )
    return list(made.tiles)


def purchase(limits: Limits, engine: Engine, count: int = 1) -> Purchase:
    return buy(limits, [QUICK], engine, tiles(count), None, None, PRICE, UNBOUNDED)


def counted(limits: Limits, collage: str = "a collage") -> float:
    """Dollars counted for a collage, by the table."""
    name = {"name": {"S": f"paid#{collage}"}}
    found = limits.dynamodb.get_item(TableName=TABLE, Key=name).get("Item", {})
    return int(found.get("micros", {"N": "0"})["N"]) / 1e6
