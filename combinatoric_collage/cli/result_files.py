"""A folder of results: only what was written there before is ever replaced or removed.

Which files those are is on record in the folder, before the first of them is written, so that an
interrupted command is gone on with. A folder of 0.1.0 has no record: there the manifest is it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from collage import page
from collage.errors import InvalidRequest
from collage.formats import FORMATS
from collage.manifest import MISSING, Manifest
from collage.names import GATHERED, PICTURE

RECORD = ".collage-files.json"
"""The record's name. Whoever removes it makes the folder their own."""

MANIFEST = "manifest.json"
"""What every folder with a result has; one that only has a gallery is no such folder."""

CHOICES = ("choices.json", "choices.js")
"""What people think of the tiles: whoever has put it there, it is merged before it is written."""

NO_JEKYLL = ".nojekyll"
"""What tells GitHub Pages to show a folder as it is."""

GALLERY = ("gallery.html", "page.css")
"""What `collage gallery` writes into a folder."""

FIRST = (
    *(f"collage.{each.ending}" for each in FORMATS.values()),
    "collage.dzi",
    "preview.jpg",
    "source.png",
    "manifest.js",
    MANIFEST,
    *page.TYPES,
)
"""The names directly in a folder that a result may have, whatever its request."""

FOLDERS = ("collage_files", "index", "masks", "sources", "tiles")

UNSEEN = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""What file managers leave in a folder that somebody only looked at."""

DEEPEST = 4
"""How many folders down results are looked for, as `collage gallery` does."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    files: tuple[str, ...]


@dataclass(frozen=True)
class Results:
    """A folder that results are written to. Names are relative to it, with slashes."""

    folder: Path

    def written(self) -> frozenset[str]:
        """The files there that this command wrote, by the record; none where there is none."""
        try:
            found = _Record.model_validate_json((self.folder / RECORD).read_bytes()).files
        except (OSError, ValidationError):
            found = (*self._by_manifest(), *self._by_gallery())
        return frozenset(name for name in found if GATHERED.fullmatch(name))

    def check(self, inputs: Iterable[Path] = ()) -> None:
        """Refuse a folder before anything is made for it.

        Raises:
            InvalidRequest: when it is none or cannot be written to, holds what is somebody else's,
                or one of the ``inputs`` that would be replaced.
        """
        out = self.folder
        there = next(path for path in (out, *out.absolute().parents) if path.exists())
        if not there.is_dir() or not os.access(there, os.W_OK):
            raise InvalidRequest(f"out: {out} is no folder that can be written to.")
        if there != out:
            return
        own = self.written()
        for file in inputs:
            same = (name for name in own if self._same(name, file))
            if name := next(same, None):
                raise InvalidRequest(
                    f"out: {file} would be replaced by the result's {name}; give another folder."
                )
        if MANIFEST in own:
            self._refuse_others((*FIRST, *FOLDERS), own)
        elif strange := _strange(out, own, DEEPEST):
            raise InvalidRequest(
                f"out: {out} holds {strange}, which this command did not make; "
                "give a new or an empty folder."
            )

    def begin(self, names: Iterable[str]) -> None:
        """Put on record that the files ``names`` are about to be written; make their folders.

        Raises:
            InvalidRequest: when one of them is there and somebody else's, or lies elsewhere.
            OSError: when the disk does not take it.
        """
        wanted = sorted(set(names))
        for name in wanted:
            if not GATHERED.fullmatch(name):
                raise InvalidRequest(f"No result has a file {name[:80]!r}; nothing is written.")
        own = self.written()
        self._refuse_others(wanted, own.union(CHOICES))
        self.folder.mkdir(parents=True, exist_ok=True)
        self._put(own.union(wanted))
        for parent in {self._path(name).parent for name in wanted}:
            parent.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, data: bytes) -> None:
        """Write a file that `begin` put on record."""
        self._path(name).write_bytes(data)

    def end(self, names: Iterable[str]) -> None:
        """Remove what an earlier result left that is not among ``names``, and its empty folders."""
        own, kept = self.written(), {*names, GALLERY[0]}
        stale = own - kept
        for name in stale:
            self._path(name).unlink(missing_ok=True)
        emptied = {parent for name in stale for parent in Path(name).parents} - {Path(".")}
        for parent in sorted(emptied, key=lambda path: len(path.parts), reverse=True):
            with suppress(OSError):
                (self.folder / parent).rmdir()
        self._put(own & kept)

    def _put(self, files: Iterable[str]) -> None:
        record = _Record(files=tuple(sorted(files)))
        (self.folder / RECORD).write_text(record.model_dump_json() + "\n", encoding="utf-8")

    def _path(self, name: str) -> Path:
        """Where a file lies, which a link may not lead away from.

        Raises:
            InvalidRequest: when one does.
        """
        path = self.folder
        for part in name.split("/"):
            path = path / part
            if path.is_symlink():
                raise InvalidRequest(
                    f"{self.folder / name} is a link to somewhere else; nothing is written there."
                )
        return path

    def _refuse_others(self, names: Iterable[str], own: frozenset[str]) -> None:
        for name in names:
            path = self._path(name)
            others = not path.is_dir() if name in FOLDERS else name not in own
            if others and os.path.lexists(path):
                raise InvalidRequest(
                    f"{path} was not made by this command, and would be replaced; "
                    "give a new or an empty folder."
                )

    def _same(self, name: str, file: Path) -> bool:
        try:
            return (self.folder / name).samefile(file)
        except OSError:
            return False

    def _by_manifest(self) -> Iterable[str]:
        """The files of a result of 0.1.0, by its manifest."""
        try:
            manifest = Manifest.model_validate_json((self.folder / MANIFEST).read_bytes())
        except (OSError, ValidationError):
            return
        files = manifest.files
        yield from (MANIFEST, "manifest.js", *page.TYPES, files.preview)
        yield from filter(None, (files.source, *files.masks.values()))
        yield from (f"tiles/{r.key}.png" for r in manifest.tiles if r.state not in MISSING)
        if files.collage is None or files.pyramid is None:
            return
        yield from (files.collage, files.pyramid.dzi)
        for file in (self.folder / files.pyramid.folder).glob("*/*"):
            if PICTURE.fullmatch(name := file.relative_to(self.folder).as_posix()):
                yield name

    def _by_gallery(self) -> Iterable[str]:
        """The files of a gallery of 0.1.0, by how its page begins."""
        head = (
            (page.FOLDER / GALLERY[0]).read_bytes().partition(b"$")[0] if page.is_built() else b""
        )
        try:
            text = (self.folder / GALLERY[0]).read_bytes()
        except OSError:
            return
        if head and text.startswith(head):
            yield from GALLERY


def _strange(folder: Path, own: frozenset[str], depth: int) -> str | None:
    """Something in a folder that is neither of this command's making nor a folder of only that."""
    for entry in sorted(folder.iterdir()):
        if entry.name in own or entry.name in UNSEEN or entry.name == RECORD:
            continue
        if depth == 0 or entry.is_symlink() or not entry.is_dir():
            return entry.name
        below = Results(entry).written()
        if MANIFEST not in below and (within := _strange(entry, below, depth - 1)):
            return f"{entry.name}/{within}"
    return None
