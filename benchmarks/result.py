"""What a benchmark answers."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Result:
    """A measured ratio, the aim it is held against, and the parts it was computed from."""

    name: str
    value: float
    unit: str
    aim: str
    holds: bool
    parts: dict[str, Any] = field(default_factory=dict)
    table: str = ""
    """What more is told to people, below the row."""

    def as_json(self) -> dict[str, Any]:
        """The result as plain values, without what is told of them."""
        return {name: value for name, value in asdict(self).items() if name != "table"}
