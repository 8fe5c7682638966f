"""A result on the disk: all that its page needs, so that it opens without a server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from shutil import rmtree

from collage import page
from collage.manifest import MISSING, Manifest, TileRecord
from collage.store import Store, script_of

READERS = 16
"""Files read from the store at once: enough to hide its latency."""

TILE = re.compile(r"[0-9a-f]{64}\.png")
"""Names of tiles; what else somebody put beside them is left alone."""

Part = tuple[str, Callable[[], bytes | None]]
"""A file's name below the folder, and what reads it; None where it is not there."""


def fetch(store: Store, collage: str, out: Path, folder: str = "") -> Manifest:
    """Write a result below ``out``: the page, the pictures, the tiles that exist, the manifest.

    ``folder`` is where another layout of the collage lies, if it is not the first. The manifest
    comes last, and names the files as they lie there.

    Raises:
        NotInStore: when there is no such collage.
        OSError: when the disk does not take it.
    """
    stored = store.manifest(collage, folder)
    manifest = stored.model_copy(update={"files": stored.files.gathered()})
    # Of a larger picture that was here before, parts of the pyramid would stay.
    rmtree(out / manifest.files.pyramid.folder, ignore_errors=True)
    kept = {f"{record.key}.png" for record in manifest.tiles}
    for tile in (out / "tiles").glob("*.png"):
        if TILE.fullmatch(tile.name) and tile.name not in kept:
            tile.unlink()
    out.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(READERS) as pool:
        list(
            pool.map(lambda part: _write(out / part[0], part[1]()), _parts(store, manifest, folder))
        )
    for name, data in page.files().items() if page.is_built() else ():
        (out / name).write_bytes(data)
    (out / "manifest.js").write_bytes(script_of(manifest))
    (out / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n")
    return manifest


def _parts(store: Store, manifest: Manifest, folder: str) -> Iterator[Part]:
    for name in store.result_files(manifest.id, folder):
        yield name, partial(store.file, manifest.id, name, folder)
    for name in filter(None, (manifest.files.source, *manifest.files.masks.values())):
        yield name, partial(store.file, manifest.id, name)
    for record in manifest.tiles:
        if record.state not in MISSING:
            yield f"tiles/{record.key}.png", partial(_tile, store, record)


def _tile(store: Store, record: TileRecord) -> bytes | None:
    found = store.tile(record.tile)
    return None if found is None else found[0]


def _write(file: Path, data: bytes | None) -> None:
    if data is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
