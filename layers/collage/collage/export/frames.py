"""A collage taken apart by the values of a field: frames of a film, blocks of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collage.export import traits
from collage.export.asked import Export
from collage.export.slices import Arrangement, arranged, side_by_side, values
from collage.manifest import Manifest

MOST_FRAMES = 1_000
"""Values of a field: five times as many as an axis can have."""


@dataclass(frozen=True)
class Frame:
    """The tiles that have one value of the field, and where they lie."""

    value: str
    there: Arrangement


def frames(manifest: Manifest, tiles: Sequence[int], asked: Export) -> tuple[str, list[Frame]]:
    """The field, and a frame for each of its values, all of which have the same places.

    Where it is not said how the tiles of a frame lie, they are a table of the two other fields in
    which they differ, or lie in a row by the only other one.

    Raises:
        InvalidRequest: when the tiles have no such field, or do not lie in one table.
    """
    field = traits.known(manifest, "by", asked.by) if asked.by else _first(manifest, tiles)
    by_value = values(manifest, tiles, field)
    if len(by_value) > MOST_FRAMES:
        raise traits.wrong("by", f"{field} has {len(by_value):,} values; at most {MOST_FRAMES:,}")
    laid = _laid(manifest, tiles, field, asked)
    most = max(map(len, by_value.values()))
    found = []
    for value, shown in by_value.items():
        if laid.rows or laid.cols:
            there = arranged(manifest, tiles, laid, shown=set(shown))
        else:
            cols = min(laid.columns or round(most**0.5) or 1, most)
            room: list[None] = [None] * (most - len(shown))
            there = side_by_side([*shown, *room], cols)
        found.append(Frame(value or "none", there))
    return field, found


def _first(manifest: Manifest, tiles: Sequence[int]) -> str:
    """The field that a table is taken apart by unless another is asked for: its first axis."""
    differ = _differing(manifest, tiles)
    if not differ:
        raise traits.wrong("by", "the tiles do not differ in any field; choose more of them")
    return differ[0]


def _laid(manifest: Manifest, tiles: Sequence[int], field: str, asked: Export) -> Export:
    if asked.rows or asked.cols or asked.columns:
        return asked
    if not any(record.axes for record in manifest.tiles):
        return asked
    rest = [name for name in _differing(manifest, tiles) if name != field]
    if len(rest) > 2:
        raise traits.wrong(
            "rows",
            f"the tiles of one {field} differ in {', '.join(rest)}; say which are rows and cols, "
            "and choose among the others by only",
        )
    across = "style" if "style" in rest else next(reversed(rest), None)
    down = next((name for name in rest if name != across), None)
    return asked.model_copy(update={"cols": across, "rows": down})


def _differing(manifest: Manifest, tiles: Sequence[int]) -> list[str]:
    """The fields that a table's tiles have several values of; of another collage, all such."""
    axes = list(dict.fromkeys(axis for record in manifest.tiles for axis in record.axes))
    names = axes or [name for name in traits.names(manifest) if name != "state"]
    return [name for name in names if len(values(manifest, tiles, name)) > 1]
