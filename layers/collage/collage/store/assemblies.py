"""Assemblies: what the steps that assemble a large collage leave for one another, for a while."""

from __future__ import annotations

from contextlib import AbstractContextManager

from collage import records
from collage.assembly import Drawing, Part, PartEnd, Pictures
from collage.manifest import Manifest
from collage.store.bucket import Buckets
from collage.store.multipart import Upload, uploading


class Assemblies(Buckets):
    """Files of an assembly, by the round: each is drawn after a verdict of its own."""

    def put_draft(self, manifest: Manifest, number: int) -> None:
        """Write the verdict of a round: the manifest, before its pictures are there."""
        key = _key(manifest.id, number, "manifest.json")
        with uploading(self.s3, self.collages, key, "application/json") as file:
            for _, piece in records.pieces(manifest):
                file.write(piece)

    def draft(self, collage: str, number: int) -> Manifest:
        """The verdict of a round. Raises NotInStore."""
        return self._read(Manifest, _key(collage, number, "manifest.json")).slim()

    def put_drawing(self, collage: str, number: int, drawing: Drawing) -> None:
        """Write what all bands of a round draw alike."""
        self._write(_key(collage, number, "drawing.json"), drawing)

    def drawing(self, collage: str, number: int) -> Drawing:
        """What all bands of a round draw alike. Raises NotInStore."""
        return self._read(Drawing, _key(collage, number, "drawing.json"))

    def put_pictures(self, collage: str, number: int, band: int, pictures: Pictures) -> None:
        """Write which pictures a band shows."""
        self._write(_key(collage, number, f"{band}.json"), pictures)

    def pictures(self, collage: str, number: int, band: int) -> Pictures:
        """Which pictures a band shows. Raises NotInStore."""
        return self._read(Pictures, _key(collage, number, f"{band}.json"))

    def writing_rows(self, collage: str, number: int, band: int) -> AbstractContextManager[Upload]:
        """The file of what a band hands on; it is there when the block ends well."""
        key = _key(collage, number, f"{band}.rgb")
        return uploading(self.s3, self.collages, key, "application/octet-stream")

    def rows(self, collage: str, number: int, band: int) -> bytes:
        """What a band hands on: rows of pixels, red, green and blue. Raises NotInStore."""
        return self._get(self.collages, _key(collage, number, f"{band}.rgb"))

    def put_part_end(self, collage: str, number: int, part: Part, end: PartEnd) -> None:
        """Write how a part ended, after all else of it."""
        self._write(_key(collage, number, f"{part}.end.json"), end)

    def part_end(self, collage: str, number: int, part: Part) -> PartEnd:
        """How a part ended. Raises NotInStore."""
        return self._read(PartEnd, _key(collage, number, f"{part}.end.json"))

    def remove_assembly(self, collage: str) -> None:
        """Delete all of it, the verdicts first: without them nobody looks for the rest."""
        keys = [key for key, _ in self._keys(f"bands/{collage}/")]
        self._delete(self.collages, [key for key in keys if key.endswith("/manifest.json")])
        self._delete(self.collages, [key for key in keys if not key.endswith("/manifest.json")])


def _key(collage: str, number: int, name: str) -> str:
    return f"bands/{collage}/{number}/{name}"
