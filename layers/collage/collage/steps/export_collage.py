"""ExportCollage: what is asked for of a finished collage is made into a file to take away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from collage import clock
from collage.choices.selection import select
from collage.errors import CollageError
from collage.export.asked import Export, Exported, folder_of, name_of
from collage.steps.record_failure import failure_of
from collage.store.store import Store

if TYPE_CHECKING:
    from collage.steps.exports.kind import Notes


class Order(NamedTuple):
    """An export that can be made: its name, and the tiles that its terms mean now."""

    name: str
    tiles: tuple[int, ...]
    notes: Notes


def order(store: Store, collage_id: str, asked: Export) -> Order:
    """Find out what an export would be of, and refuse what cannot be made; nothing is written.

    Raises:
        NotInStore: when the collage is not made.
        InvalidRequest: when its terms leave no tile, or an option does not go with the collage.
    """
    # They draw, with libraries that take longer to import than all else here.
    from collage.steps.exports import KINDS
    from collage.steps.exports.kind import Material

    manifest, choices = store.manifest(collage_id), store.choices(collage_id)
    tiles = select(manifest, choices, asked.only)
    notes = KINDS[asked.kind].check(Material(store, manifest, choices, asked, tiles))
    beside = choices.model_dump(mode="json") if asked.kind == "zip" else None
    return Order(name_of(asked, manifest, tiles, beside), tiles, notes)


def export_collage(
    store: Store, collage_id: str, name: str, asked: Export, tiles: Sequence[int]
) -> Exported:
    """Write an export below ``exports/`` of its collage, and last the record that it is there.

    ``tiles`` are the indices that an `order` gave.

    Raises:
        NotInStore: when the collage is not made.
        InvalidRequest: when an option does not go with the collage.
    """
    from collage.steps.exports import KINDS
    from collage.steps.exports.kind import Material

    manifest, choices = store.manifest(collage_id), store.choices(collage_id)
    material = Material(store, manifest, choices, asked, tuple(tiles))
    kind, folder = KINDS[asked.kind], folder_of(name)
    kind.check(material)
    file = f"{asked.kind}.{kind.ending(asked)}"
    written = 0
    with store.writing(collage_id, folder, file) as upload:

        def sink(data: bytes) -> None:
            nonlocal written
            written += len(data)
            upload.write(data)

        notes = kind.write(material, sink)
    exported = Exported(
        id=collage_id,
        name=name,
        kind=asked.kind,
        file=file,
        bytes=written,
        tiles=len(material.tiles),
        notes=notes,
        created=clock.now(),
    )
    store.put_exported(exported)
    return exported


def record_no_export(store: Store, collage_id: str, name: str, error: CollageError) -> None:
    """Write down why an export could not be made, where it was to lie."""
    if store.is_made(collage_id):
        store.put_failure(failure_of(collage_id, error), folder_of(name))
