"""A file that is put in parts while it is made, so that it is never held whole."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypedDict

from botocore.exceptions import ClientError

from collage.in_order import Ordered
from collage.store.bucket import UNREACHABLE, named

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART = 16_000_000
"""Bytes of a part of a large file: S3 takes 10,000 of them, so files of up to 160 GB."""

PARTS_AT_ONCE = 4


@contextmanager
def uploading(s3: S3Client, bucket: str, key: str, content_type: str) -> Iterator[Upload]:
    """A file that is written as it is made; it is there when the block ends well."""
    upload = Upload(s3, bucket, key, content_type)
    with named(bucket, key):
        try:
            yield upload
            upload.finish()
        except BaseException:
            upload.abort()
            raise


class _Where(TypedDict):
    Bucket: str
    Key: str


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
        self._parts.submit(self._part, self._id, self._number, bytes(self._waiting))
        self._waiting.clear()

    def _part(self, upload: str, number: int, data: bytes) -> CompletedPartTypeDef:
        answer = self._s3.upload_part(**self._where, UploadId=upload, PartNumber=number, Body=data)
        return {"ETag": answer["ETag"], "PartNumber": number}
