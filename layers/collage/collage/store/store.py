"""The store: the one place that knows S3 and where things lie in it.

::

    uploads bucket:  uploads/{name}        what people put in; each starts a collage
                     uploads/{name}.json   its options; {name}.failure.json why it was refused
                     sources/{sha256}      what a door puts in and starts itself
                     sources/{uuid}        what somebody else puts in for a door to start
    collages bucket: collages/{id}/...     request, styles, masks, plan, result of one collage
                     tiles/{key}.png .json content-addressed, shared by all collages
                     tiles/{key}.{w}x{h}.png  the same at a cell's size, which can be missing
                     index/{time}-{id}     empty; a listing of them names the newest collage first
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypedDict, TypeVar
from uuid import uuid4

from botocore.exceptions import (
    ClientError,
    ConnectionError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
)
from pydantic import BaseModel

from collage import page, records, weights
from collage.digest import canonical, sha256
from collage.engines.diffusion.operations import ShardProgress
from collage.errors import (
    NoModel,
    NotInStore,
    Refused,
    SourceTooLarge,
    StoreUnavailable,
    UnreadableRecord,
)
from collage.in_order import Ordered
from collage.manifest import Failure, Manifest
from collage.names import LONGEST_KEY, PICTURE
from collage.notes import Pardon, Refusal, Unsettled
from collage.plan import Plan, Prepared, Styles
from collage.progress import Progress
from collage.request.accepted import Accepted
from collage.settings import Settings
from collage.tile import Sidecar, Tile
from collage.weights import Weights

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

Model = TypeVar("Model", bound=BaseModel)

MISSING = {"NoSuchKey", "404", "NoSuchBucket", "KeyTooLongError"}
"""What S3 answers of what is not there; under a key that is too long nothing can be."""

UNREACHABLE = (ConnectionError, FlexibleChecksumError, HTTPClientError, IncompleteReadError)
TAKEN = {"PreconditionFailed", "412", "ConditionalRequestConflict"}
CONTENT_TYPES = {
    "dzi": "application/xml",
    "jpg": "image/jpeg",
    "js": "text/javascript",
    "json": "application/json",
    "png": "image/png",
    "webp": "image/webp",
}
PART = 16_000_000
"""Bytes of a part of a large file: S3 takes 10,000 of them, so files of up to 160 GB."""

PARTS_AT_ONCE = 4

BUSY = {
    "BadDigest",
    "IncompleteBody",
    "InternalError",
    "KMS.ThrottlingException",
    "OperationAborted",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
}
"""What S3 answers when the same request may well succeed a little later, as after any 5xx."""

LATEST = 10**13
"""A time in milliseconds since 1970 that is far off: less what it was, keys sort newest first."""

LINK_SECONDS = 900
"""How long links and forms are good for; never longer than the credentials that signed them."""

FAILURES_READ = 100
"""Failures of calls that are opened to tell refusals from others; more are only counted."""


@dataclass(frozen=True)
class Form:
    """A form of HTML that uploads one file: its address, its fields, the key it will have."""

    key: str
    url: str
    fields: dict[str, str]


class _Where(TypedDict):
    Bucket: str
    Key: str


@dataclass(frozen=True)
class Store:
    """Typed reading and writing over two buckets. Every method may raise StoreUnavailable.

    A record that cannot be read raises UnreadableRecord, which is a NotInStore: whoever can do
    without it, or make it again, does.
    """

    s3: S3Client
    uploads: str
    collages: str

    def upload(self, key: str, max_bytes: int) -> bytes:
        """The bytes of the upload ``key``; one that is too large is not read.

        Raises:
            NotInStore: when it is not there.
            SourceTooLarge: when it has more than ``max_bytes`` bytes.
        """
        with _named(self.uploads, key):
            answer = self.s3.get_object(Bucket=self.uploads, Key=key)
            if answer["ContentLength"] > max_bytes:
                answer["Body"].close()
                raise SourceTooLarge(
                    f"The source has {answer['ContentLength']:,} bytes; "
                    f"at most {max_bytes:,} are allowed."
                )
            return answer["Body"].read()

    def upload_metadata(self, key: str) -> dict[str, str]:
        """What was said of the upload ``key`` when it was put. Raises NotInStore."""
        with _named(self.uploads, key):
            return self.s3.head_object(Bucket=self.uploads, Key=key)["Metadata"]

    def upload_time(self, key: str) -> tuple[str, str]:
        """What tells one putting of the upload ``key`` from others: key and time. NotInStore."""
        with _named(self.uploads, key):
            put = self.s3.head_object(Bucket=self.uploads, Key=key)["LastModified"]
        return key, put.isoformat()

    def put_refusal(self, source: str, failure: Failure) -> None:
        """Write why an upload was refused, beside it, if the key leaves room for that."""
        if len(f"{source}.failure.json".encode()) > LONGEST_KEY:
            return
        data = records.write(failure)
        self._put(self.uploads, f"{source}.failure.json", data, "application/json")

    def source_form(self, content_type: str, max_bytes: int) -> Form:
        """A form for somebody to put one source picture with, where no event starts a collage.

        S3 refuses with it any other key, a file over ``max_bytes``, and another content type.
        """
        key = f"sources/{uuid4()}"
        made = self.s3.generate_presigned_post(
            self.uploads,
            key,
            Fields={"Content-Type": content_type},
            Conditions=[
                {"Content-Type": content_type},
                ["content-length-range", 1, max_bytes],
            ],
            ExpiresIn=LINK_SECONDS,
        )
        return Form(key=key, url=made["url"], fields=made["fields"])

    def link(self, key: str) -> str:
        """An address in the collages bucket that anybody can read for LINK_SECONDS."""
        return self._link(self.collages, key)

    def upload_link(self, key: str) -> str:
        """An address in the uploads bucket that anybody can read for LINK_SECONDS."""
        return self._link(self.uploads, key)

    def put_source(self, data: bytes) -> str:
        """Put a source picture where no event starts a collage for it; its key."""
        key = f"sources/{sha256(data)}"
        self._put(self.uploads, key, data, "application/octet-stream")
        return key

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
        with _named(self.collages, "index/"):
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

    def source(self, collage: str) -> bytes:
        """The prepared source, a PNG. Raises NotInStore."""
        return self._get(self.collages, f"collages/{collage}/source.png")

    def put_prepared_source(self, collage: str, png: bytes) -> None:
        """Write the prepared source."""
        self._put(self.collages, f"collages/{collage}/source.png", png, "image/png")

    def mask(self, collage: str, name: str) -> bytes:
        """A mask, a PNG with alpha 0 = edit. Raises NotInStore."""
        return self._get(self.collages, f"collages/{collage}/masks/{name}.png")

    def put_mask(self, collage: str, name: str, png: bytes) -> None:
        """Write a mask."""
        self._put(self.collages, f"collages/{collage}/masks/{name}.png", png, "image/png")

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

    def sidecar(self, tile: Tile) -> Sidecar | None:
        """The tile's sidecar, or None when the tile was not finished."""
        return self._sidecar(tile.key)

    def has_tile(self, key: str) -> bool:
        """Whether the tile with this key was finished; its sidecar is not read."""
        where = f"tiles/{key}.json"
        try:
            with _named(self.collages, where):
                self.s3.head_object(Bucket=self.collages, Key=where)
        except NotInStore:
            return False
        return True

    def tiles_after(self, key: str) -> tuple[list[str], bool]:
        """Keys of the next tiles of which something is there, and whether there are more.

        They ascend, from ``key`` on, which is the first if it is there; at most a thousand.
        """
        with _named(self.collages, "tiles/"):
            # All that lies of a tile is one name: what its files have in common ends with the dot.
            answer = self.s3.list_objects_v2(
                Bucket=self.collages, Prefix="tiles/", Delimiter=".", StartAfter=f"tiles/{key}"
            )
        names = [item["Prefix"] for item in answer.get("CommonPrefixes", [])]
        keys = [name.removeprefix("tiles/").removesuffix(".") for name in names]
        return keys, answer["IsTruncated"] and bool(keys)

    def tile(self, tile: Tile) -> tuple[bytes, Sidecar] | None:
        """A finished tile's picture and sidecar; None when either is missing or half-written."""
        return self.finished(tile.key)

    def finished(self, key: str) -> tuple[bytes, Sidecar] | None:
        """The picture and sidecar of the tile with this key, as `tile` gives them."""
        sidecar = self._sidecar(key)
        png = None if sidecar is None else self.picture(sidecar)
        return None if sidecar is None or png is None else (png, sidecar)

    def picture(self, sidecar: Sidecar) -> bytes | None:
        """The picture that a sidecar stands for; None when it is missing or half-written."""
        try:
            png = self._get(self.collages, f"tiles/{sidecar.key}.png")
        except NotInStore:
            return None
        return png if sha256(png) == sidecar.sha256 else None

    def cell(self, key: str, size: tuple[int, int]) -> bytes | None:
        """The picture of a tile at a cell's size, if it was made."""
        try:
            return self._get(self.collages, _cell(key, size))
        except NotInStore:
            return None

    def put_cell(self, key: str, size: tuple[int, int], png: bytes) -> None:
        """Write the picture of a tile at a cell's size."""
        self._put(self.collages, _cell(key, size), png, "image/png")

    def put_tile(self, png: bytes, sidecar: Sidecar, provider: bytes | None = None) -> None:
        """Write a tile: the pictures, then the sidecar that commits them."""
        if provider is not None:
            key = f"tiles/{sidecar.key}.provider"
            self._put(self.collages, key, provider, "application/octet-stream")
        self._put(self.collages, f"tiles/{sidecar.key}.png", png, "image/png")
        self._write(f"tiles/{sidecar.key}.json", sidecar)

    def weights(self, location: str) -> Weights:
        """What manifest.json says of the weights at ``location``, a prefix or a folder.

        Raises:
            NoModel: when it is not there or not usable.
        """
        try:
            return weights.parse(self._weights_file(location, "manifest.json"))
        except (NotInStore, OSError) as error:
            raise NoModel(f"There are no weights at {location}: no manifest.json.") from error

    def fetch_weights(self, location: str, name: str, path: Path) -> None:
        """Bring a file of the weights from its prefix to ``path``. Raises NotInStore."""
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        key = f"{prefix.rstrip('/')}/{name}".lstrip("/")
        with _named(bucket, key):
            self.s3.download_file(bucket, key, str(path))

    def _weights_file(self, location: str, name: str) -> bytes:
        if not location.startswith("s3://"):
            return (Path(location) / name).read_bytes()
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        return self._get(bucket, f"{prefix.rstrip('/')}/{name}".lstrip("/"))

    def put_shard(self, collage: str, progress: ShardProgress) -> None:
        """Write how far a shard is."""
        name = f"{progress.wave}-{progress.shard}"
        self._write(f"collages/{collage}/shards/{name}.json", progress)

    def shard(self, collage: str, wave: int, number: int) -> ShardProgress:
        """How far a shard of a wave is. Raises NotInStore."""
        return self._read(ShardProgress, f"collages/{collage}/shards/{wave}-{number}.json")

    def put_failure(self, failure: Failure, folder: str = "") -> None:
        """Write why a run failed, or why one of its calls did, or a layout that has a folder."""
        name = "failure" if failure.call is None else f"failures/{failure.call:06}"
        self._write(_result(failure.id, folder, f"{name}.json"), failure)

    def failure(self, collage: str) -> Failure:
        """failure.json of a run. Raises NotInStore."""
        return self._read(Failure, f"collages/{collage}/failure.json")

    def call_failure(self, collage: str, call: int) -> Failure | None:
        """Why a call failed in this or an earlier try, if it did."""
        return self._found(Failure, f"collages/{collage}/failures/{call:06}.json")

    def refusal(self, collage: str, key: str) -> Refusal | None:
        """The refusal of the draw with this key, if the provider refused it for the collage."""
        return self._found(Refusal, f"collages/{collage}/refused/{key}.json")

    def put_refused(self, collage: str, key: str, refusal: Refusal) -> None:
        """Write that the provider refused a draw."""
        self._write(f"collages/{collage}/refused/{key}.json", refusal)

    def pardon(self, collage: str) -> Pardon | None:
        """From when on earlier refusals do not count, if somebody said so."""
        return self._found(Pardon, f"collages/{collage}/pardon.json")

    def put_pardon(self, collage: str, pardon: Pardon) -> None:
        """Write from when on earlier refusals do not count."""
        self._write(f"collages/{collage}/pardon.json", pardon)

    def add_unsettled(self, collage: str, key: str, usd: float) -> None:
        """Count one more request for a tile that may have been billed without a picture."""
        name = f"collages/{collage}/unsettled/{key}.json"
        before = self._found(Unsettled, name) or Unsettled(requests=0, usd=0)
        self._write(name, Unsettled(requests=before.requests + 1, usd=round(before.usd + usd, 6)))

    def unsettled(self, collage: str) -> dict[str, Unsettled]:
        """Requests that may have been billed without a picture, by the key of their tile."""
        keys = [key for key, _ in self._keys(f"collages/{collage}/unsettled/")]
        found = ((key, self._found(Unsettled, key)) for key in keys)
        return {
            key.rpartition("/")[2].removesuffix(".json"): note
            for key, note in found
            if note is not None
        }

    def failures(self, collage: str) -> dict[int, Failure]:
        """The recorded failures of a run's calls, by call."""
        keys = [key for key, _ in self._keys(f"collages/{collage}/failures/")]
        found = self._read_all(Failure, keys)
        return {failure.call: failure for failure in found if failure.call is not None}

    def shards(self, collage: str, since: datetime) -> list[ShardProgress]:
        """How far the tasks on a GPU are that wrote of themselves ``since``."""
        keys = [key for key, put in self._keys(f"collages/{collage}/shards/") if put >= since]
        return self._read_all(ShardProgress, keys)

    def count_failures(self, collage: str, since: datetime) -> tuple[int, int]:
        """How many calls failed ``since``, and how many were refused.

        Refusals beyond the first FAILURES_READ failures count as failed.
        """
        keys = [key for key, put in self._keys(f"collages/{collage}/failures/") if put >= since]
        found = self._read_all(Failure, keys[:FAILURES_READ])
        refused = sum(failure.error == Refused.__name__ for failure in found)
        return len(keys) - refused, refused

    def _keys(self, prefix: str) -> list[tuple[str, datetime]]:
        """What lies below a prefix among the collages, and when each was put."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.collages, Prefix=prefix
        )
        with _named(self.collages, prefix):
            items = [item for page in pages for item in page.get("Contents", [])]
        return [(item["Key"], item["LastModified"]) for item in items]

    @contextmanager
    def writing(self, collage: str, folder: str, name: str) -> Iterator[Upload]:
        """A file of a result that is written as it is made; it is there when the block ends well.

        Files of a result lie in the collage's folder, or for another layout in ``folder`` below.
        """
        upload = Upload(self.s3, self.collages, _result(collage, folder, name), _kind(name))
        with _named(self.collages, upload.key):
            try:
                yield upload
                upload.finish()
            except BaseException:
                upload.abort()
                raise

    def put_file(self, collage: str, folder: str, name: str, data: bytes) -> None:
        """Write a file of a result."""
        self._put(self.collages, _result(collage, folder, name), data, _kind(name))

    def put_manifest(self, manifest: Manifest, folder: str = "") -> None:
        """Write the manifest, which says that the rest of the result is there.

        manifest.js holds the same for a page that is opened from disk and may fetch nothing.
        """
        text = canonical(manifest.model_dump(mode="json"))
        self.put_file(manifest.id, folder, "manifest.js", script_of(manifest))
        self.put_file(manifest.id, folder, "manifest.json", text)

    def put_page(self, collage: str, folder: str = "") -> None:
        """Write the page beside a result, if it was built."""
        for name, data in page.files().items() if page.is_built() else ():
            self._put(self.collages, _result(collage, folder, name), data, page.TYPES[name])

    def result_files(self, collage: str, folder: str = "") -> list[str]:
        """The pictures that a result consists of, by names relative to its folder."""
        prefix = f"collages/{collage}/{folder}".rstrip("/") + "/"
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.collages, Prefix=prefix
        )
        with _named(self.collages, prefix):
            keys = [item["Key"] for found in pages for item in found.get("Contents", [])]
        names = (key.removeprefix(prefix) for key in keys)
        # What else lies beside them is how they came about.
        return [name for name in names if PICTURE.fullmatch(name)]

    def tile_file(self, name: str) -> bytes:
        """A file of those that lie with the tiles. Raises NotInStore."""
        return self._get(self.collages, f"tiles/{name}")

    def manifest(self, collage: str, folder: str = "") -> Manifest:
        """manifest.json, of the collage or of another layout in ``folder``. Raises NotInStore."""
        return self._read(Manifest, _result(collage, folder, "manifest.json"))

    def is_made(self, collage: str) -> bool:
        """Whether the collage was made, whole or in part."""
        key = f"collages/{collage}/manifest.json"
        try:
            with _named(self.collages, key):
                self.s3.head_object(Bucket=self.collages, Key=key)
        except NotInStore:
            return False
        return True

    def is_complete(self, collage: str) -> bool:
        """Whether the collage was made and no tile of it is missing."""
        try:
            return self.manifest(collage).missing == 0
        except NotInStore:
            return False

    def file(self, collage: str, name: str, folder: str = "") -> bytes:
        """A file of a result, by the name that the manifest gives it. Raises NotInStore."""
        return self._get(self.collages, _result(collage, folder, name))

    def collage(self, collage: str, folder: str = "") -> bytes:
        """The collage, or another layout of it in ``folder``. Raises NotInStore."""
        return self.file(collage, self.manifest(collage, folder).files.collage, folder)

    def download(self, collage: str, name: str, to: BinaryIO, folder: str = "") -> None:
        """Copy a file of a result into ``to``, however large it is. Raises NotInStore."""
        key = _result(collage, folder, name)
        with _named(self.collages, key):
            body = self.s3.get_object(Bucket=self.collages, Key=key)["Body"]
            for part in body.iter_chunks(PART):
                to.write(part)

    def _sidecar(self, key: str) -> Sidecar | None:
        return self._found(Sidecar, f"tiles/{key}.json")

    def _found(self, model: type[Model], key: str) -> Model | None:
        try:
            return self._read(model, key)
        except NotInStore:
            return None

    def _read(self, model: type[Model], key: str) -> Model:
        return records.read(model, self._get(self.collages, key), key)

    def _read_all(self, model: type[Model], keys: Iterable[str]) -> list[Model]:
        """The records among ``keys`` that can be read."""

        def one(key: str) -> Model | None:
            try:
                return self._read(model, key)
            except UnreadableRecord:
                return None

        with ThreadPoolExecutor(16) as pool:
            return [record for record in pool.map(one, keys) if record is not None]

    def _write(self, key: str, model: BaseModel) -> None:
        self._put(self.collages, key, records.write(model), "application/json")

    def _link(self, bucket: str, key: str) -> str:
        return self.s3.generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=LINK_SECONDS
        )

    def _get(self, bucket: str, key: str) -> bytes:
        with _named(bucket, key):
            return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def _put(self, bucket: str, key: str, data: bytes, content_type: str, **how: Any) -> None:
        with _named(bucket, key):
            self.s3.put_object(Bucket=bucket, Key=key, Body=data, ContentType=content_type, **how)


def _newest_first(time: str) -> str:
    """A time as digits that sort the other way round."""
    return f"{LATEST - round(datetime.fromisoformat(time).timestamp() * 1000):013}"


def script_of(manifest: Manifest) -> bytes:
    """manifest.js: the manifest for a page that is opened from disk and may fetch nothing."""
    text = canonical(manifest.model_dump(mode="json"))
    return b"window.collage = " + script_safe(text) + b";\n"


class Upload:
    """A file put in parts while it is made; a small one is put at once, when it is finished."""

    def __init__(self, s3: S3Client, bucket: str, key: str, content_type: str) -> None:
        self.key = key
        self._s3, self._type = s3, content_type
        self._where: _Where = {"Bucket": bucket, "Key": key}
        self._waiting = bytearray()
        self._id: str | None = None
        self._sent: list[CompletedPartTypeDef] = []
        self._pool = ThreadPoolExecutor(PARTS_AT_ONCE)
        self._parts: Ordered[CompletedPartTypeDef] = Ordered(
            self._pool, PARTS_AT_ONCE, self._sent.append
        )
        self._number = 0

    def write(self, data: bytes) -> None:
        """The next bytes of the file."""
        self._waiting += data
        if len(self._waiting) >= PART:
            self._send()

    def finish(self) -> None:
        """The file is whole."""
        if self._id is None:
            self._s3.put_object(**self._where, Body=bytes(self._waiting), ContentType=self._type)
        else:
            if self._waiting:
                self._send()
            self._parts.finish()
            self._s3.complete_multipart_upload(
                **self._where, UploadId=self._id, MultipartUpload={"Parts": self._sent}
            )
        self._pool.shutdown()

    def abort(self) -> None:
        """Leave nothing of it. What cannot be removed the bucket's rule removes after a day."""
        self._parts.cancel()
        self._pool.shutdown()
        if self._id is not None:
            with suppress(ClientError, *UNREACHABLE):
                self._s3.abort_multipart_upload(**self._where, UploadId=self._id)

    def _send(self) -> None:
        if self._id is None:
            begun = self._s3.create_multipart_upload(**self._where, ContentType=self._type)
            self._id = begun["UploadId"]
        self._number += 1
        self._parts.give(self._part, self._id, self._number, bytes(self._waiting))
        self._waiting.clear()

    def _part(self, upload: str, number: int, data: bytes) -> CompletedPartTypeDef:
        answer = self._s3.upload_part(**self._where, UploadId=upload, PartNumber=number, Body=data)
        return {"ETag": answer["ETag"], "PartNumber": number}


def _result(collage: str, folder: str, name: str) -> str:
    """The key of a file of a result."""
    return "/".join(part for part in ("collages", collage, folder, name) if part)


def _cell(key: str, size: tuple[int, int]) -> str:
    return f"tiles/{key}.{size[0]}x{size[1]}.png"


def _kind(name: str) -> str:
    """The content type of a file, by its ending."""
    return CONTENT_TYPES[name.rpartition(".")[2]]


def script_safe(json_text: bytes) -> bytes:
    """JSON that may stand in a script: line separators and the ends of elements are escaped."""
    escapes = {b"<": b"\\u003c", "\u2028".encode(): b"\\u2028", "\u2029".encode(): b"\\u2029"}
    for plain, escaped in escapes.items():
        json_text = json_text.replace(plain, escaped)
    return json_text


def addressing() -> dict[str, Any]:
    """How a client of S3 addresses buckets: at the region's own host, signed as every region wants.

    A new bucket's global address is redirected for hours, which no signed link or form survives. A
    server that the environment names in place of AWS is addressed as boto3 does by itself.
    """
    other = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    style = "auto" if other else "virtual"
    return {
        "signature_version": "s3v4",
        "s3": {"addressing_style": style, "us_east_1_regional_endpoint": "regional"},
    }


@cache
def connect(settings: Settings) -> Store:
    """The store over the stack's buckets, with the process's own credentials.

    S3 calls are tried three times here: they are cheap and safe to repeat.
    """
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=5,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=32,
        **addressing(),
    )
    client = boto3.client("s3", config=config)
    return Store(client, settings.uploads_bucket, settings.collages_bucket)


@contextmanager
def _named(bucket: str, key: str) -> Iterator[None]:
    """Give S3's errors the pack's names; what is a fault of the set-up stays as it is."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in MISSING:
            raise NotInStore(f"There is no {key} in the bucket {bucket}.") from error
        if code in BUSY or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise StoreUnavailable(f"S3 answered {code} for {key}.") from error
        raise
    except UNREACHABLE as error:
        raise StoreUnavailable(f"S3 could not be reached for {key}.") from error
