"""What tiles are told apart by: the values that name files, head rows and play as a film."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from collage.errors import FieldError, InvalidRequest
from collage.manifest import Manifest, TileRecord

OF_TILES: Mapping[str, Callable[[TileRecord], str]] = {
    "style": lambda record: " + ".join(record.tile.styles),
    "source": lambda record: record.source or "",
    "mask": lambda record: record.mask_name or "",
    "seed": lambda record: _number(record.tile.seed, record.tile.sample),
    "engine": lambda record: record.tile.engine,
    "model": lambda record: record.tile.model,
    "operation": lambda record: record.tile.operation,
    "state": lambda record: record.state,
}
"""What every tile has, beside the axes of a matrix; empty where it has none."""

PLACES = ("row", "col", "number")
"""Where a tile is seen first, from 0 as cells are named; its number counts from 1."""


def names(manifest: Manifest) -> tuple[str, ...]:
    """The traits that the tiles of a collage have: its axes first."""
    axes = (axis for record in manifest.tiles for axis in record.axes)
    return tuple(dict.fromkeys([*axes, *OF_TILES]))


def value(record: TileRecord, name: str) -> str:
    """What a tile has of one of `names`; empty where it has none."""
    if name in record.axes:
        return record.axes[name]
    return OF_TILES[name](record) if name in OF_TILES else ""


def known(manifest: Manifest, field: str, name: str) -> str:
    """The trait that an option names.

    Raises:
        InvalidRequest: when the tiles have none of that name.
    """
    there = names(manifest)
    wanted = name.strip().lower().replace(" ", "_")
    if wanted not in there:
        raise wrong(field, f"{name[:80]!r} is no field; there are: {', '.join(there)}", there)
    return wanted


def wrong(field: str, message: str, allowed: Sequence[str] | None = None) -> InvalidRequest:
    """An option of an export that breaks a rule."""
    one = FieldError(field, message, None if allowed is None else list(allowed))
    return InvalidRequest(f"{field}: {message}.", [one])


def _number(seed: int | None, sample: int | None) -> str:
    if seed is not None:
        return str(seed)
    return "" if sample is None else str(sample)
