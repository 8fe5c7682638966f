"""The tiles as they were made, in a ZIP file, with manifest and choices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from collage import records
from collage.digest import canonical
from collage.export import file_names
from collage.export.asked import Export
from collage.export.spool import Archive
from collage.in_order import Ordered
from collage.steps.exports.kind import Material, Notes, Sink

READERS = 16
"""Tiles read at once: enough to hide the store's latency; so many are held at most."""


def check(material: Material) -> Notes:
    """Refuse names that cannot be given.

    Raises:
        InvalidRequest: when the pattern names what there is not.
    """
    if material.asked.names is not None:
        file_names.check(material.manifest, material.asked.names)
    return ()


def ending(asked: Export) -> str:
    """What the file's name ends in."""
    return "zip"


def write(material: Material, sink: Sink) -> Notes:
    """Write the file; a tile whose picture is lost is left out, and said to be."""
    manifest = material.manifest
    pattern = material.asked.names or file_names.pattern_of(manifest)
    named = file_names.of_tiles(manifest, material.tiles, pattern)
    archive = Archive(sink, manifest.created)
    kept: dict[str, str] = {}
    lost = 0

    def put(found: tuple[int, bytes | None]) -> None:
        nonlocal lost
        index, png = found
        if png is None:
            lost += 1
        else:
            archive.add(named[index], png)
            kept[named[index]] = manifest.tiles[index].key

    def read(index: int) -> tuple[int, bytes | None]:
        found = material.store.finished(manifest.tiles[index].key)
        return index, found and found[0]

    with ThreadPoolExecutor(READERS) as pool:
        files: Ordered[tuple[int, bytes | None]] = Ordered(pool, READERS, put)
        for index in material.tiles:
            files.submit(read, index)
        files.finish()
    archive.add("files.json", canonical(kept), compress=True)
    archive.add("manifest.json", records.write(manifest), compress=True)
    archive.add("choices.json", records.write(material.choices), compress=True)
    archive.finish()
    if not lost:
        return ()
    return (f"{lost} of {len(named)} pictures are lost, and left out.",)
