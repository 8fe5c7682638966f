"""S3 as far as the store asks it, in a folder: what a loop with no cloud writes its files with."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from botocore.response import StreamingBody


@dataclass(frozen=True)
class Folder:
    """Objects as files below a folder; several processes may have one of it."""

    path: Path

    def put_object(self, Bucket: str, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803
        """Write an object in one step; nothing is asked of one that is there."""
        file = self.path / Bucket / Key
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f"{file.name}.{os.getpid()}")
        unfinished.write_bytes(Body)
        unfinished.replace(file)

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        """An object. Raises ClientError, as S3's client does."""
        try:
            data = (self.path / Bucket / Key).read_bytes()
        except FileNotFoundError:
            raise self._missing("GetObject") from None
        return {"Body": StreamingBody(io.BytesIO(data), len(data)), "ContentLength": len(data)}

    def head_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        """That an object is there. Raises ClientError, as S3's client does."""
        if not (self.path / Bucket / Key).is_file():
            raise self._missing("HeadObject")
        return {}

    def list_objects_v2(self, Bucket: str, Prefix: str, **how: Any) -> dict[str, Any]:  # noqa: N803
        """All that lies below a prefix, on one page; or the names up to a delimiter."""
        whole = self.path / Bucket
        keys = sorted(str(one.relative_to(whole)) for one in whole.rglob("*") if one.is_file())
        found = [key for key in keys if key.startswith(Prefix) and key > how.get("StartAfter", "")]
        if delimiter := how.get("Delimiter"):
            names = {Prefix + key[len(Prefix) :].partition(delimiter)[0] for key in found}
            return {
                "CommonPrefixes": [{"Prefix": name + delimiter} for name in sorted(names)],
                "IsTruncated": False,
            }
        now = datetime.now(UTC)
        return {"Contents": [{"Key": key, "LastModified": now} for key in found]}

    def get_paginator(self, _name: str) -> Pages:
        """Of listings; there is one page."""
        return Pages(self)

    def create_multipart_upload(self, **_: Any) -> dict[str, Any]:
        """Begin an upload in parts."""
        return {"UploadId": "one"}

    def upload_part(
        self,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        PartNumber: int,  # noqa: N803
        Body: bytes,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """A part of one."""
        self.put_object(Bucket, f"{Key}.part{PartNumber:05}", Body)
        return {"ETag": f'"{md5(Body, usedforsecurity=False).hexdigest()}"'}

    def complete_multipart_upload(self, Bucket: str, Key: str, **_: Any) -> None:  # noqa: N803
        """End one: its parts are one file."""
        file = self.path / Bucket / Key
        with file.open("wb") as whole:
            for part in sorted(file.parent.glob(f"{file.name}.part*")):
                whole.write(part.read_bytes())
                part.unlink()

    def _missing(self, operation: str) -> ClientError:
        said: Any = {
            "Error": {"Code": "NoSuchKey", "Message": ""},
            "ResponseMetadata": {"HTTPStatusCode": 404},
        }
        return ClientError(said, operation)


@dataclass(frozen=True)
class Pages:
    """What lists in pages."""

    folder: Folder

    def paginate(self, **how: Any) -> Iterator[dict[str, Any]]:
        """The only page."""
        yield self.folder.list_objects_v2(**how)
