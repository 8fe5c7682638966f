"""A result on the disk: all that its page needs, so that it opens without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from collage import cell_index, page
from collage.cell_index import CellIndex
from collage.choices.choice import Choices
from collage.manifest import MISSING, Manifest, TileRecord
from collage.store.results import script_of
from collage.store.store import Store
from combinatoric_collage.cli import folder_choices
from combinatoric_collage.cli.result_files import CHOICES, Results

READERS = 16
"""Files read from the store at once: enough to hide its latency."""

Part = tuple[str, Callable[[], bytes | None]]
"""A file's name below the folder, and what reads it; None where it is not there."""


def fetch(
    store: Store, collage: str, out: Path, folder: str = "", kept: Store | None = None
) -> Manifest:
    """Write a result below ``out``: the page, the pictures, the tiles that exist, the manifest.

    ``folder`` is where another layout of the collage lies, if it is not the first. The manifest
    comes last, and names the files as they lie there. Of an earlier result in ``out`` nothing is
    left; what somebody else put there is not touched. Choices of the same collage are merged with
    those that lie there. ``kept`` reads the store's files sooner than that does itself, if it can.

    Raises:
        NotInStore: when there is no such collage.
        UnreadableChoices: when choices that are to be merged cannot be read; nothing is written.
        InvalidRequest: when a file of somebody else has the name of one of them.
        OSError: when the disk does not take it.
    """
    # Here nobody has set a limit of memory, as for a function.
    stored = store.manifest(collage, folder, however_long=True)
    manifest = stored.model_copy(update={"files": stored.files.gathered()})
    results, parts = Results(out), [*_parts(store, kept or store, manifest, folder)]
    own = page.files() if page.is_built() else {}
    choices = _choices(store, collage, out)
    names = {*own, "manifest.js", "manifest.json", *(name for name, _ in parts)}
    names |= set(CHOICES if choices.people else ())
    index = CellIndex(manifest) if cell_index.is_large(manifest) else None
    names |= set(index.names(scripts=True) if index else ())
    results.begin(names)

    def write(part: Part) -> None:
        name, read = part
        if (data := read()) is not None:
            results.write(name, data)

    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(write, parts))
    for name, data in own.items():
        results.write(name, data)
    if choices.people:
        folder_choices.write(results, choices)
    for name, data in index.files(scripts=True) if index else ():
        results.write(name, data)
    results.write("manifest.js", script_of(manifest, scripts=True))
    text = manifest.model_dump_json(indent=2) + "\n"
    results.write("manifest.json", text.encode())
    results.end(names)
    return manifest


def _choices(store: Store, collage: str, out: Path) -> Choices:
    """The choices in the store and, where ``out`` holds the same collage, those there."""
    stored, there = store.choices(collage), folder_choices.read(out)
    return there.merged(stored) if there and there.id == collage else stored


def _parts(store: Store, kept: Store, manifest: Manifest, folder: str) -> Iterator[Part]:
    for name in store.result_files(manifest.id, folder):
        yield name, partial(kept.file, manifest.id, name, folder)
    files = manifest.files
    for name in filter(None, (files.source, *files.sources.values(), *files.masks.values())):
        yield name, partial(kept.file, manifest.id, name)
    for record in manifest.tiles:
        if record.state not in MISSING:
            yield f"tiles/{record.key}.png", partial(_tile, kept, record)


def _tile(store: Store, record: TileRecord) -> bytes | None:
    found = store.tile(record.tile)
    return None if found is None else found[0]
