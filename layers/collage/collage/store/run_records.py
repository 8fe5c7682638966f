"""What the steps of a collage write down on the way to its result."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal, NamedTuple

from botocore.exceptions import ClientError

from collage import records
from collage.digest import sha256
from collage.errors import NotInStore, UnreadableRecord
from collage.frozen import Frozen
from collage.names import source_file
from collage.owners.allowed import listed_under
from collage.plan import Plan, Styles
from collage.prepared import Prepared
from collage.progress import Progress
from collage.request.accepted import Accepted
from collage.store.bucket import READ_AT_ONCE, READERS, TAKEN, Buckets, named
from collage.store.multipart import uploading
from collage.tile import Interned, Tile

LATEST = 10**13
"""A time in milliseconds since 1970 that is far off: less what it was, keys sort newest first."""


class Grouped(Frozen):
    """How a plan that was written has grouped its tiles, and whether each is what it would be."""

    version: Literal[1] = 1
    tiles: tuple[bool, ...]
    calls: tuple[tuple[int, ...], ...]
    waves: tuple[tuple[int, ...], ...]


class NamedTiles(NamedTuple):
    """Which tiles a plan names, and what they are made of."""

    keys: frozenset[str]
    prepared: Prepared
    sourceless: bool
    """Whether some of them are made of no picture."""


class _Prepared(Frozen):
    version: Literal[1] = 1
    prepared: Prepared
    tiles: tuple[None, ...]
    spares: tuple[None, ...]


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
        """Put a collage into the lists that it is in, at the time it was first asked for."""
        for key in listings(progress):
            self._put(self.collages, key, b"", "application/octet-stream")

    def newest(
        self, limit: int, after: str | None = None, of: Collection[str] | None = None
    ) -> tuple[list[str], str | None]:
        """Ids of at most ``limit`` collages, the newest first, and what is ``after`` them.

        ``of`` are the owners and groups whose collages these are; unless given they are all.
        """
        lists = ["index/"] if of is None else [_list_of(each) for each in sorted(of)]
        with ThreadPoolExecutor(READERS) as pool:
            pages = list(pool.map(lambda prefix: self._listed(prefix, limit, after), lists))
        # Of an owner who is in the group, a collage is in both lists.
        names = sorted({name for found, _ in pages for name in found})
        more = len(names) > limit or any(truncated for _, truncated in pages)
        page = names[:limit]
        following = page[-1] if page and more else None
        return [name.partition("-")[2] for name in page], following

    def _listed(self, prefix: str, limit: int, after: str | None) -> tuple[list[str], bool]:
        """The first names of a list, and whether there are others."""
        with named(self.collages, prefix):
            answer = self.s3.list_objects_v2(
                Bucket=self.collages,
                Prefix=prefix,
                StartAfter=f"{prefix}{after or ''}",
                MaxKeys=limit,
            )
        names = [item["Key"].removeprefix(prefix) for item in answer.get("Contents", [])]
        return names, bool(answer["IsTruncated"])

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
        key, interned = f"collages/{collage}/plan.json", Interned()

        def tile(fields: Any) -> Tile:
            return interned.tile(Tile.model_validate(fields, extra="ignore"))

        pieces = self.pieces(key, READ_AT_ONCE)
        return records.read_long(Plan, pieces, key, {"tiles": tile, "spares": tile, "calls": tuple})

    def grouped_before(self, plan: Plan) -> Grouped | None:
        """How a plan was grouped when it was last written, where its tiles are the same.

        Of what was written no tile is held. Raises NotInStore.
        """
        key, now = f"collages/{plan.id}/plan.json", iter(plan.tiles)

        def same(fields: Any) -> bool:
            return Tile.model_validate(fields, extra="ignore") == next(now, None)

        pieces = self.pieces(key, READ_AT_ONCE)
        found = records.read_long(Grouped, pieces, key, {"tiles": same, "calls": tuple})
        return found if all(found.tiles) and next(now, None) is None else None

    def named_tiles(self, collage: str, among: Collection[str] | None = None) -> NamedTiles:
        """The keys of a plan's tiles and spares, those ``among`` others alone. Raises NotInStore.

        No tile of it is held.
        """
        key, keys, sourceless = f"collages/{collage}/plan.json", set[str](), False

        def take(fields: Any) -> None:
            nonlocal sourceless
            tile = Tile.model_validate(fields, extra="ignore")
            sourceless = sourceless or tile.source is None
            if among is None or tile.key in among:
                keys.add(tile.key)

        pieces = self.pieces(key, READ_AT_ONCE)
        found = records.read_long(_Prepared, pieces, key, {"tiles": take, "spares": take})
        return NamedTiles(frozenset(keys), found.prepared, sourceless)

    def put_plan(self, plan: Plan, without: Collection[int] = ()) -> list[str | None]:
        """Write plan.json and, wave by wave, the arrays of calls that Maps read; the keys of these.

        The first is calls.json, those that need its tiles calls-2.json and so on. A wave that is
        all a task's work, or of which no call is left ``without`` those, has none.
        """
        self._write_long(f"collages/{plan.id}/plan.json", (p for _, p in records.pieces(plan)))
        keys: list[str | None] = []
        for number in range(len(plan.waves)):
            calls = [call for call in plan.of_functions(number) if call not in without]
            if not calls:
                keys.append(None)
                continue
            key = f"collages/{plan.id}/calls{'' if number == 0 else f'-{number + 1}'}.json"
            self._write_long(key, records.array(map(plan.call, calls)))
            keys.append(key)
        return keys

    def _write_long(self, key: str, pieces: Iterable[bytes]) -> None:
        """Write a file as it is spelled: of a large plan it takes hundreds of megabytes."""
        with uploading(self.s3, self.collages, key, "application/json") as file:
            for piece in pieces:
                file.write(piece)


def listings(progress: Progress) -> list[str]:
    """The keys by which a collage is in the list of all, and in those of its owner and group."""
    name = f"{_newest_first(progress.created)}-{progress.id}"
    owners = listed_under(progress.owner) if progress.owner else []
    return [f"index/{name}", *(f"{_list_of(each)}{name}" for each in owners)]


def _list_of(name: str) -> str:
    """Where the list of an owner's or a group's collages lies: names may hold what keys may not."""
    return f"owned/{sha256(name.encode())[:20]}/"


def _newest_first(time: str) -> str:
    """A time as digits that sort the other way round."""
    return f"{LATEST - round(datetime.fromisoformat(time).timestamp() * 1000):013}"
