"""What people put in: sources and their options, refusals beside them, and forms to put with."""

from __future__ import annotations

from typing import NamedTuple
from uuid import uuid4

from collage import records
from collage.digest import sha256
from collage.errors import SourceTooLarge
from collage.manifest import Failure
from collage.names import LONGEST_KEY
from collage.store.bucket import LINK_SECONDS, Buckets, named


class Form(NamedTuple):
    """A form of HTML that uploads one file: its address, its fields, the key it will have."""

    key: str
    url: str
    fields: dict[str, str]


class Uploads(Buckets):
    """The uploads bucket."""

    def upload(self, key: str, max_bytes: int) -> bytes:
        """The bytes of the upload ``key``; one that is too large is not read.

        Raises:
            NotInStore: when it is not there.
            SourceTooLarge: when it has more than ``max_bytes`` bytes.
        """
        with named(self.uploads, key):
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
        with named(self.uploads, key):
            return self.s3.head_object(Bucket=self.uploads, Key=key)["Metadata"]

    def upload_time(self, key: str) -> tuple[str, str]:
        """What tells one putting of the upload ``key`` from others: key and time. NotInStore."""
        with named(self.uploads, key):
            put = self.s3.head_object(Bucket=self.uploads, Key=key)["LastModified"]
        return key, put.isoformat()

    def upload_link(self, key: str) -> str:
        """An address in the uploads bucket that anybody can read for LINK_SECONDS."""
        return self._link(self.uploads, key)

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

    def put_source(self, data: bytes) -> str:
        """Put a source picture where no event starts a collage for it; its key."""
        key = f"sources/{sha256(data)}"
        self._put(self.uploads, key, data, "application/octet-stream")
        return key
