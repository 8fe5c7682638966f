"""Assemblies: what the steps of a large collage leave for those that assemble it, for a while."""

from __future__ import annotations

from contextlib import AbstractContextManager

from pydantic import BaseModel

from collage import plan_slices
from collage.assembly import Draft, Drawing, Part, PartEnd, Pictures
from collage.plan import Plan
from collage.plan_slices import Ends, Order, Outline, Slice
from collage.store.bucket import Buckets
from collage.store.multipart import Upload, uploading

DRAFT = "draft.json"
"""What is left of a round is looked for while this is there."""


class Assemblies(Buckets):
    """Files of an assembly, by the round: each is drawn after a verdict of its own."""

    def put_slices(self, plan: Plan) -> None:
        """Write a large plan once more, slice by slice, for those that look for its tiles."""
        for number, part in enumerate(plan_slices.of(plan)):
            self._hand(_slice(plan.id, number), part)
        self._write(_slice(plan.id, "outline"), plan_slices.outline(plan))
        self._hand(_slice(plan.id, "order"), plan_slices.order(plan))

    def outline(self, collage: str) -> Outline:
        """A large plan without its tiles. Raises NotInStore."""
        return self._read(Outline, _slice(collage, "outline"))

    def slice(self, collage: str, number: int) -> Slice:
        """A slice of a large plan. Raises NotInStore."""
        return self._read(Slice, _slice(collage, number))

    def order(self, collage: str) -> Order | None:
        """In which order the calls for the tiles of a large plan are begun; None of any other."""
        return self._found(Order, _slice(collage, "order"))

    def put_ends(self, collage: str, number: int, ends: Ends) -> None:
        """Write what became of the tiles of a slice."""
        self._hand(_ends(collage, number), ends)

    def ends(self, collage: str, number: int) -> Ends:
        """What became of the tiles of a slice. Raises NotInStore."""
        return self._read(Ends, _ends(collage, number))

    def put_draft(self, draft: Draft, number: int) -> None:
        """Write the verdict of a round."""
        self._write(_key(draft.manifest.id, number, DRAFT), draft)

    def draft(self, collage: str, number: int) -> Draft:
        """The verdict of a round. Raises NotInStore."""
        return self._read(Draft, _key(collage, number, DRAFT))

    def put_drawing(self, collage: str, number: int, drawing: Drawing) -> None:
        """Write what all bands of a round draw alike."""
        self._write(_key(collage, number, "drawing.json"), drawing)

    def drawing(self, collage: str, number: int) -> Drawing:
        """What all bands of a round draw alike. Raises NotInStore."""
        return self._read(Drawing, _key(collage, number, "drawing.json"))

    def put_pictures(self, collage: str, number: int, band: int, pictures: Pictures) -> None:
        """Write which pictures a band shows."""
        self._hand(_key(collage, number, f"{band}.json"), pictures)

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
        drafts = [key for key in keys if key.endswith(f"/{DRAFT}")]
        self._delete(self.collages, drafts)
        self._delete(self.collages, [key for key in keys if key not in drafts])
        self._delete(self.collages, [key for key, _ in self._keys(_slices(collage))])

    def _hand(self, key: str, model: BaseModel) -> None:
        """Write what is read once, and has no digest: not as `records.write`, but ten times faster.

        What is as at first is left out.
        """
        data = model.model_dump_json(exclude_defaults=True).encode()
        self._put(self.collages, key, data, "application/json")


def _key(collage: str, number: int, name: str) -> str:
    return f"bands/{collage}/{number}/{name}"


def _ends(collage: str, number: int) -> str:
    return f"bands/{collage}/ends/{number}.json"


def _slices(collage: str) -> str:
    return f"collages/{collage}/slices/"


def _slice(collage: str, name: int | str) -> str:
    return f"{_slices(collage)}{name}.json"
