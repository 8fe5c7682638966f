"""What the steps of a collage write down on the way to its result."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from botocore.exceptions import ClientError

from collage import records
from collage.digest import canonical
from collage.errors import NotInStore, UnreadableRecord
from collage.names import source_file
from collage.plan import Plan, Styles
from collage.prepared import Prepared
from collage.progress import Progress
from collage.request.accepted import Accepted
from collage.store.bucket import TAKEN, Buckets, named

LATEST = 10**13
"""A time in milliseconds since 1970 that is far off: less what it was, keys sort newest first."""


class RunRecords(Buckets):
    """Request, progress, styles, prepared pictures, plan, and the list of all collages."""

    def accepted(self, collage: str) -> Accepted:
        """request.json. Raises NotInStore."""
        return self._read(Accepted, f"collages/{collage}/request.json")

    def put_accepted(self, accepted: Accepted) -> None:
        """Write request.json."""
        self._write(f"collages/{accepted.id}/request.json", accepted)

    def progress(self, collage: str) -> Progress:
        """progress.json, as the last step that knew more wrote it. Raises NotInStore."""
        return self._read(Progress, f"collages/{collage}/progress.json")

    def put_progress(self, progress: Progress) -> None:
        """Write progress.json."""
        self._write(f"collages/{progress.id}/progress.json", progress)

    def put_progress_once(self, progress: Progress) -> Progress:
        """Write progress.json unless it is there and can be read; what is there then."""
        key = f"collages/{progress.id}/progress.json"
        data = records.write(progress)
        try:
            self._put(self.collages, key, data, "application/json", IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in TAKEN:
                raise
            with suppress(UnreadableRecord):
                return self.progress(progress.id)
            self.put_progress(progress)
        return progress

    def put_listed(self, progress: Progress) -> None:
        """Put a collage into the list of all, at the time that it was first asked for."""
        key = f"index/{_newest_first(progress.created)}-{progress.id}"
        self._put(self.collages, key, b"", "application/octet-stream")

    def newest(self, limit: int, after: str | None = None) -> tuple[list[str], str | None]:
        """Ids of at most ``limit`` collages, the newest first, and what is ``after`` them."""
        with named(self.collages, "index/"):
            answer = self.s3.list_objects_v2(
                Bucket=self.collages,
                Prefix="index/",
                StartAfter=f"index/{after or ''}",
                MaxKeys=limit,
            )
        names = [item["Key"].removeprefix("index/") for item in answer.get("Contents", [])]
        following = names[-1] if names and answer["IsTruncated"] else None
        return [name.partition("-")[2] for name in names], following

    def styles(self, collage: str) -> Styles:
        """styles.json. Raises NotInStore."""
        return self._read(Styles, f"collages/{collage}/styles.json")

    def has_styles(self, collage: str) -> bool:
        """Whether the styles are frozen already."""
        try:
            self.styles(collage)
        except NotInStore:
            return False
        return True

    def put_styles(self, collage: str, styles: Styles) -> None:
        """Write styles.json."""
        self._write(f"collages/{collage}/styles.json", styles)

    def prepared(self, collage: str) -> Prepared:
        """prepared.json. Raises NotInStore."""
        return self._read(Prepared, f"collages/{collage}/prepared.json")

    def put_prepared(self, collage: str, prepared: Prepared) -> None:
        """Write prepared.json, after the pictures it names."""
        self._write(f"collages/{collage}/prepared.json", prepared)

    def source(self, collage: str, digest: str | None = None) -> bytes:
        """The prepared source, a PNG; of several the one with this digest. Raises NotInStore."""
        return self._get(self.collages, f"collages/{collage}/{source_file(digest)}")

    def put_prepared_source(self, collage: str, png: bytes, digest: str | None = None) -> None:
        """Write the prepared source, or of several the one with this digest."""
        key = f"collages/{collage}/{source_file(digest)}"
        self._put(self.collages, key, png, "image/png")

    def mask(self, collage: str, name: str) -> bytes:
        """A mask, a PNG with alpha 0 = edit. Raises NotInStore."""
        return self._get(self.collages, f"collages/{collage}/masks/{name}.png")

    def style_picture(self, collage: str, digest: str) -> bytes:
        """The picture of a style, by its pixels' digest, a PNG. Raises NotInStore."""
        return self._get(self.collages, f"collages/{collage}/style_pictures/{digest}.png")

    def put_style_picture(self, collage: str, digest: str, png: bytes) -> None:
        """Write the picture of a style."""
        key = f"collages/{collage}/style_pictures/{digest}.png"
        self._put(self.collages, key, png, "image/png")

    def put_mask(self, collage: str, name: str, png: bytes) -> None:
        """Write a mask."""
        self._put(self.collages, f"collages/{collage}/masks/{name}.png", png, "image/png")

    def font(self, collage: str) -> bytes:
        """The font of the user's own that all is written in. Raises NotInStore."""
        return self._get(self.collages, f"collages/{collage}/font")

    def put_font(self, collage: str, data: bytes) -> None:
        """Write the font."""
        self._put(self.collages, f"collages/{collage}/font", data, "font/sfnt")

    def plan(self, collage: str) -> Plan:
        """plan.json. Raises NotInStore."""
        return self._read(Plan, f"collages/{collage}/plan.json")

    def put_plan(self, plan: Plan) -> list[str | None]:
        """Write plan.json and, wave by wave, the arrays of calls that Maps read; the keys of these.

        The first is calls.json, those that need its tiles calls-2.json and so on. A wave that is
        all a task's work has none.
        """
        self._write(f"collages/{plan.id}/plan.json", plan)
        keys: list[str | None] = []
        for number in range(len(plan.waves)):
            calls = [plan.call(i).model_dump(mode="json") for i in plan.of_functions(number)]
            if not calls:
                keys.append(None)
                continue
            key = f"collages/{plan.id}/calls{'' if number == 0 else f'-{number + 1}'}.json"
            self._put(self.collages, key, canonical(calls), "application/json")
            keys.append(key)
        return keys


def _newest_first(time: str) -> str:
    """A time as digits that sort the other way round."""
    return f"{LATEST - round(datetime.fromisoformat(time).timestamp() * 1000):013}"
