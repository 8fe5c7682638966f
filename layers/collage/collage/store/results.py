"""Results: a collage or another layout of it, its manifest and the page beside them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from itertools import islice
from typing import Any, Literal

from pydantic import PositiveInt

from collage import cell_index, page, records
from collage.cell_index import CellIndex
from collage.errors import InvalidRequest, NotInStore
from collage.formats import FORMATS
from collage.frozen import Frozen
from collage.long_manifest import LongManifest, SpelledTiles
from collage.manifest import CellRecord, Manifest, Summary, TileRecord
from collage.names import PICTURE, Digest
from collage.store.bucket import READ_AT_ONCE, READERS, Buckets, Model, named
from collage.store.multipart import Upload, uploading
from collage.tile import Interned

CONTENT_TYPES = {
    "dzi": "application/xml",
    "js": "text/javascript",
    "gif": "image/gif",
    "json": "application/json",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "webm": "video/webm",
    "zip": "application/zip",
    **{each.ending: each.content_type for each in FORMATS.values()},
}


class _Keyed(Frozen):
    key: Digest


PLACES = f"{cell_index.FOLDER}/tiles.json"
"""The file that says where tiles lie in manifest.json of a large collage."""

PLACED = 100
"""Every so many of its tiles are placed there: a list is given in pages of as many at most."""


MOST_BYTES = 200_000_000
"""Of a manifest that is read whole: some 250,000 tiles, which take three times that in memory, a
third of what most functions have."""


def _each_of_a_manifest() -> dict[str, Callable[[Any], object]]:
    """What makes the tiles and cells of a manifest, by field."""
    interned = Interned()

    def tile(fields: Any) -> TileRecord:
        record = TileRecord.model_validate(fields, extra="ignore")
        interned.tile(record.tile)
        return record.slim()

    def cell(fields: Any) -> CellRecord:
        return CellRecord.model_validate(fields, extra="ignore").slim()

    return {"tiles": tile, "cells": cell}


class TilePlaces(Frozen):
    """Where tiles begin in a manifest.json of so many ``bytes``: every so many, and its last end.

    ``at`` counts bytes from the file's first; after a tile comes a comma or the end of the array.
    """

    every: PositiveInt
    bytes: int
    at: tuple[int, ...]


class _Told(Frozen):
    """Some of the tiles of a manifest."""

    version: Literal[1]
    tiles: tuple[TileRecord, ...]


class _Keys(Frozen):
    """What a manifest says its tiles are."""

    version: Literal[1]
    tiles: tuple[_Keyed, ...]


class Results(Buckets):
    """Files of a result lie in the collage's folder, or for another layout in a folder below."""

    def writing(self, collage: str, folder: str, name: str) -> AbstractContextManager[Upload]:
        """A file of a result that is written as it is made; it is there when the block ends well.

        Files of a result lie in the collage's folder, or for another layout in ``folder`` below.
        """
        return uploading(self.s3, self.collages, result_key(collage, folder, name), _kind(name))

    def put_file(self, collage: str, folder: str, name: str, data: bytes) -> None:
        """Write a file of a result."""
        self._put(self.collages, result_key(collage, folder, name), data, _kind(name))

    def put_manifest(self, manifest: Manifest | LongManifest, folder: str = "") -> None:
        """Write the manifest, which says that the rest of the result is there.

        manifest.js holds the same for a page that is opened from disk and may fetch nothing; of a
        large collage the head of its index, whose files come before.
        """
        if not cell_index.is_large(manifest):
            whole = manifest if isinstance(manifest, Manifest) else manifest.whole()
            text = records.write(whole)
            self.put_file(manifest.id, folder, "manifest.js", script_of_json(text))
            self.put_file(manifest.id, folder, "manifest.json", text)
            return
        index = CellIndex(manifest)
        self._put_index(index, folder)
        self.put_file(manifest.id, folder, "manifest.js", script_of_json(index.head()))
        tiles = manifest.tiles
        given = {
            "tiles": (
                tiles.spelled() if isinstance(tiles, SpelledTiles) else map(records.spelled, tiles)
            ),
            "cells": map(records.spelled, manifest.cells),
        }
        at, size = array("Q"), 0
        with self.writing(manifest.id, folder, "manifest.json") as file:
            for field, piece in records.pieces(manifest.head, given):
                file.write(piece)
                if field == "tiles":
                    at.append(size + 1)
                size += len(piece)
            # The name of the field comes before its tiles, and the bracket after them.
            places = TilePlaces(every=PLACED, bytes=size, at=(*at[1:-1:PLACED], at[-1]))
            self.put_file(manifest.id, folder, PLACES, records.write(places))

    def tile_records(self, collage: str, numbers: range) -> Sequence[TileRecord]:
        """What manifest.json of a collage says of a few of its tiles that follow each other.

        Of a large one no more is read than that. Raises NotInStore.
        """
        try:
            return self._placed(collage, numbers)
        except NotInStore:
            # It is a small one, one of an earlier version, or is being written anew just now.
            return self.manifest(collage).tiles[numbers.start : numbers.stop]

    def _placed(self, collage: str, numbers: range) -> Sequence[TileRecord]:
        """The same of a large one. Raises NotInStore where its places are not known."""
        places = self._read(TilePlaces, result_key(collage, "", PLACES))
        key = result_key(collage, "", "manifest.json")
        first, last = numbers.start // places.every, -(-numbers.stop // places.every)
        if first >= len(places.at) - 1:
            raise NotInStore(f"{key} has its tiles where nothing says it.")
        begin, end = places.at[first], places.at[min(last, len(places.at) - 1)] - 1
        with named(self.collages, key):
            answer = self.s3.get_object(
                Bucket=self.collages, Key=key, Range=f"bytes={begin}-{end - 1}"
            )
            data = answer["Body"].read()
        name = f"{key}, its tiles from {begin} on"
        told = records.read(_Told, b'{"version":1,"tiles":[' + data + b"]}", name).tiles
        found = told[numbers.start - first * places.every :][: len(numbers)]
        whole = answer.get("ContentRange", "").endswith(f"/{places.bytes}")
        if not whole or [record.index for record in found] != list(numbers):
            raise NotInStore(f"{key} is not the one whose places are known.")
        return found

    def _put_index(self, index: CellIndex, folder: str) -> None:
        """Write the index of a large collage, for its page to read as it goes."""
        collage = index.manifest.id

        def put(part: tuple[str, bytes]) -> None:
            self.put_file(collage, folder, *part)

        files = index.files()
        with ThreadPoolExecutor(READERS) as pool:
            # A few at a time: all of it need not be in memory at once.
            while some := list(islice(files, 2 * READERS)):
                list(pool.map(put, some))
        self.put_file(collage, folder, cell_index.HEAD, index.head())

    def put_page(self, collage: str, folder: str = "") -> None:
        """Write the page beside a result, if it was built."""
        for name, data in page.files().items() if page.is_built() else ():
            self._put(self.collages, result_key(collage, folder, name), data, page.TYPES[name])

    def result_files(self, collage: str, folder: str = "") -> list[str]:
        """The pictures that a result consists of, by names relative to its folder."""
        prefix = f"collages/{collage}/{folder}".rstrip("/") + "/"
        names = (key.removeprefix(prefix) for key, _ in self._keys(prefix))
        # What else lies beside them is how they came about.
        return [name for name in names if PICTURE.fullmatch(name)]

    def manifest(self, collage: str, folder: str = "", *, however_long: bool = False) -> Manifest:
        """manifest.json, of the collage or of another layout in ``folder``.

        Raises:
            NotInStore: when there is none.
            InvalidRequest: when it has more than MOST_BYTES, unless it is read ``however_long``.
        """
        key = result_key(collage, folder, "manifest.json")
        with named(self.collages, key):
            answer = self.s3.get_object(Bucket=self.collages, Key=key)
            if (size := answer["ContentLength"]) > MOST_BYTES and not however_long:
                raise InvalidRequest(
                    f"{key} has {size / 1e6:,.0f} MB; what needs all tiles of a collage at once "
                    f"reads {MOST_BYTES / 1e6:,.0f} at most. Its page, its pyramid, its tiles and "
                    "the list of them can be had all the same."
                )
            pieces = answer["Body"].iter_chunks(READ_AT_ONCE)
            return records.read_long(Manifest, pieces, key, _each_of_a_manifest())

    def _of_manifest(
        self, model: type[Model], collage: str, each: Callable[[Any], object]
    ) -> Model:
        """What manifest.json of a collage has for a model that needs little ``each`` of its tiles.

        Raises NotInStore.
        """
        key = result_key(collage, "", "manifest.json")
        with named(self.collages, key):
            body = self.s3.get_object(Bucket=self.collages, Key=key)["Body"]
            apart = {"tiles": each, "cells": _nothing}
            return records.read_long(model, body.iter_chunks(READ_AT_ONCE), key, apart)

    def summary(self, collage: str) -> Summary:
        """What manifest.json says of the collage as a whole. Raises NotInStore.

        Of a large one no more is read than the head of its index, if that is the manifest's. It is
        written before it: one that is newer is of a run that did not come to write its manifest.
        """
        with named(self.collages, key := result_key(collage, "", "manifest.json")):
            made = self.s3.head_object(Bucket=self.collages, Key=key)["LastModified"]
        with suppress(NotInStore), named(self.collages, key := _head(collage)):
            head = self.s3.get_object(Bucket=self.collages, Key=key)
            if head["LastModified"] <= made:
                return records.read(Summary, head["Body"].read(), key)
        return self._of_manifest(Summary, collage, _nothing)

    def tile_keys(self, collage: str) -> set[str]:
        """The keys of the tiles that manifest.json of the collage names. Raises NotInStore."""
        named_there = self._of_manifest(_Keys, collage, _keyed)
        return {tile.key for tile in named_there.tiles}

    def is_made(self, collage: str) -> bool:
        """Whether the collage was made, whole or in part."""
        return self._is_there(f"collages/{collage}/manifest.json")

    def was_made(self, collage: str) -> bool:
        """As `is_made`, for who may list what there is, but read nothing of results."""
        return bool(self._keys(f"collages/{collage}/manifest.json"))

    def is_complete(self, collage: str) -> bool:
        """Whether the collage was made and no tile of it is missing."""
        try:
            return self.summary(collage).missing == 0
        except NotInStore:
            return False

    def file(self, collage: str, name: str, folder: str = "") -> bytes:
        """A file of a result, by the name that the manifest gives it. Raises NotInStore."""
        return self._get(self.collages, result_key(collage, folder, name))

    def collage(self, collage: str, folder: str = "") -> bytes:
        """The collage, or another layout of it in ``folder``. Raises NotInStore."""
        name = self.manifest(collage, folder).files.collage
        if name is None:
            raise NotInStore(f"The tiles of the collage {collage} were not joined into a picture.")
        return self.file(collage, name, folder)


def result_key(collage: str, folder: str, name: str) -> str:
    """The key of a file of a result."""
    return "/".join(part for part in ("collages", collage, folder, name) if part)


def _nothing(_fields: Any) -> None:
    """Of what is not asked for."""


def _keyed(fields: Any) -> _Keyed:
    return _Keyed.model_validate(fields, extra="ignore")


def _head(collage: str) -> str:
    return result_key(collage, "", cell_index.HEAD)


def _kind(name: str) -> str:
    """The content type of a file, by its ending."""
    return CONTENT_TYPES[name.rpartition(".")[2]]


def script_of(manifest: Manifest, *, scripts: bool = False) -> bytes:
    """manifest.js: what the page reads, also where it is opened from disk and may fetch nothing.

    That is the manifest, and of a large collage the head of its index; ``scripts`` is whether the
    files of that lie there as scripts.
    """
    if cell_index.is_large(manifest):
        return script_of_json(CellIndex(manifest).head(scripts=scripts))
    return script_of_json(records.write(manifest))


def script_of_json(text: bytes) -> bytes:
    """manifest.js of what it says."""
    return b"window.collage = " + script_safe(text) + b";\n"


def script_safe(json_text: bytes) -> bytes:
    """JSON that may stand in a script: line separators and the ends of elements are escaped."""
    escapes = {b"<": b"\\u003c", "\u2028".encode(): b"\\u2028", "\u2029".encode(): b"\\u2029"}
    for plain, escaped in escapes.items():
        json_text = json_text.replace(plain, escaped)
    return json_text
