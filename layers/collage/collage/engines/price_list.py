"""What a provider's pictures cost, told: to people in tables, to programs as a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class PriceTable(NamedTuple):
    """A heading, and a row of as many cells as there are columns for each model."""

    heading: str
    columns: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]


class PriceList(NamedTuple):
    """A provider's prices, all of one date."""

    tables: tuple[PriceTable, ...]
    note: str
    """What the tables do not say, in lines of their own."""
    record: Mapping[str, Any]
    """The same as JSON has it."""
