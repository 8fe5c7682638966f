"""Collages as they lie in a store, for a browser."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from collage import cell_index, page
from collage.digest import canonical
from collage.errors import NotInStore
from collage.formats import FORMATS
from collage.store import choices
from collage.store.results import script_of_json
from collage.store.store import Store
from collage.watch.look import look
from collage.watch.runs import Runs

ID = re.compile("[0-9a-f]{20}")
SHOWN = {"dzi", "json", *(each.ending for each in FORMATS.values())}
"""Endings of what is taken from a bucket: pictures and records, and nothing that a browser runs."""


class InStore:
    """Collages in the store, with the page of this machine and their live progress.

    Whoever can write the bucket has no script run by it: the page is this machine's, and
    manifest.js is written of what manifest.json says, or of a large collage the head of its index.
    """

    def __init__(
        self, store: Store, runs: Runs, collage: str | None = None, index: bytes | None = None
    ) -> None:
        """Of one ``collage`` alone, or of all; ``index`` stands in place of the page's own."""
        self.store, self.runs, self.collage = store, runs, collage
        self.index = index

    def read(self, path: PurePosixPath) -> bytes | None:
        """What the page asks for: of a collage or another layout of it, and of the tiles."""
        try:
            match path.parts:
                case ("collages", collage, *folder, name) if self._is_here(collage):
                    return self._file(collage, "/".join(folder), name)
                case ("tiles", name) if _is_shown(name):
                    return self.store.tile_file(name)
        except NotInStore:
            pass
        return None

    def _is_here(self, collage: str) -> bool:
        return collage == self.collage if self.collage else bool(ID.fullmatch(collage))

    def _file(self, collage: str, folder: str, name: str) -> bytes | None:
        if name in page.TYPES:
            own = self.index if name == "index.html" else None
            return own or page.files()[name]
        if name == "manifest.js":
            return self._manifest(collage, folder)
        if name == "choices.js":
            return choices.script_of(self.store.choices(collage))
        if (folder, name) == ("", "progress.json"):
            return look(self.store, self.runs, collage).model_dump_json().encode()
        return self.store.file(collage, name, folder) if _is_shown(name) else None

    def _manifest(self, collage: str, folder: str) -> bytes:
        """manifest.js. Raises NotInStore."""
        try:
            # Read as JSON, and written anew, before it stands in a script.
            head = canonical(json.loads(self.store.file(collage, cell_index.HEAD, folder)))
        except (NotInStore, ValueError):
            # Of a collage that is not large, or was made by an earlier version.
            head = canonical(self.store.manifest(collage, folder).model_dump(mode="json"))
        return script_of_json(head)


def _is_shown(name: str) -> bool:
    return name.rpartition(".")[2] in SHOWN
