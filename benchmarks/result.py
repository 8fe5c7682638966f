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

    def as_json(self) -> dict[str, Any]:
        """The result as plain values."""
        return asdict(self)
