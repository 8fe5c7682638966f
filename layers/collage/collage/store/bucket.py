"""Reading and writing under keys of the two buckets, with S3's errors by the pack's names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import (
    ClientError,
    ConnectionError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
)
from pydantic import BaseModel

from collage import records
from collage.errors import NotInStore, StoreUnavailable, UnreadableRecord

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

Model = TypeVar("Model", bound=BaseModel)

MISSING = {"NoSuchKey", "404", "NoSuchBucket", "KeyTooLongError", "InvalidRange"}
"""What S3 answers of what is not there; under a key that is too long nothing can be, nor beyond the
end of an object."""

UNREACHABLE = (ConnectionError, FlexibleChecksumError, HTTPClientError, IncompleteReadError)

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

TAKEN = {"PreconditionFailed", "412", "ConditionalRequestConflict"}
"""What S3 answers to a put whose condition does not hold, or no longer does."""

LINK_SECONDS = 900
"""How long links and forms are good for; never longer than the credentials that signed them."""

TOGETHER = 1000
"""Keys that S3 deletes by one request, at most."""

READ_AT_ONCE = 1_000_000
"""Bytes of a record that is read as it comes: a small one is whole with the first of them."""

READERS = 16
"""Requests under way at once: enough to hide S3's latency."""


@dataclass(frozen=True)
class Buckets:
    """The two buckets, and what every kind of object in them is read and written with."""

    s3: S3Client
    uploads: str
    collages: str

    def link(self, key: str, name: str | None = None) -> str:
        """An address in the collages bucket that anybody can read for LINK_SECONDS.

        A browser keeps what it finds there as a file of that ``name``, where there is one.
        """
        return self._link(self.collages, key, name)

    def pieces(self, key: str, size: int) -> Iterator[bytes]:
        """An object in the collages bucket, so many bytes at a time. Raises NotInStore."""
        with named(self.collages, key):
            body = self.s3.get_object(Bucket=self.collages, Key=key)["Body"]
            yield from body.iter_chunks(size)

    def _get(self, bucket: str, key: str) -> bytes:
        with named(bucket, key):
            return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def _put(self, bucket: str, key: str, data: bytes, content_type: str, **how: Any) -> None:
        with named(bucket, key):
            self.s3.put_object(Bucket=bucket, Key=key, Body=data, ContentType=content_type, **how)

    def _link(self, bucket: str, key: str, name: str | None = None) -> str:
        what = {"Bucket": bucket, "Key": key}
        if name is not None:
            what["ResponseContentDisposition"] = f'attachment; filename="{name}"'
        return self.s3.generate_presigned_url("get_object", Params=what, ExpiresIn=LINK_SECONDS)

    def _is_there(self, key: str) -> bool:
        """Whether something lies under a key among the collages; it is not read."""
        try:
            with named(self.collages, key):
                self.s3.head_object(Bucket=self.collages, Key=key)
        except NotInStore:
            return False
        return True

    def _keys(self, prefix: str) -> list[tuple[str, datetime]]:
        """What lies below a prefix among the collages, and when each was put."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.collages, Prefix=prefix
        )
        with named(self.collages, prefix):
            items = [item for page in pages for item in page.get("Contents", [])]
        return [(item["Key"], item["LastModified"]) for item in items]

    def _delete(self, bucket: str, keys: Iterable[str]) -> None:
        """Delete objects; of one that is not there nothing is said."""
        left = list(keys)
        for first in range(0, len(left), TOGETHER):
            some: list[ObjectIdentifierTypeDef] = [
                {"Key": key} for key in left[first : first + TOGETHER]
            ]
            with named(bucket, left[first]):
                answer = self.s3.delete_objects(
                    Bucket=bucket, Delete={"Objects": some, "Quiet": True}
                )
            if wrong := answer.get("Errors"):
                said = f"{wrong[0].get('Key')}: {wrong[0].get('Code')}"
                raise StoreUnavailable(f"S3 did not delete {len(wrong)} objects, such as {said}.")

    def _read(self, model: type[Model], key: str) -> Model:
        return records.read(model, self._get(self.collages, key), key)

    def _found(self, model: type[Model], key: str) -> Model | None:
        try:
            return self._read(model, key)
        except NotInStore:
            return None

    def _read_all(self, model: type[Model], keys: Iterable[str]) -> list[Model]:
        """The records among ``keys`` that can be read."""

        def one(key: str) -> Model | None:
            try:
                return self._read(model, key)
            except UnreadableRecord:
                return None

        with ThreadPoolExecutor(READERS) as pool:
            return [record for record in pool.map(one, keys) if record is not None]

    def _write(self, key: str, model: BaseModel) -> None:
        self._put(self.collages, key, records.write(model), "application/json")


@contextmanager
def named(bucket: str, key: str) -> Iterator[None]:
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
