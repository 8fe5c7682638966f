"""Copies: files below a prefix of their own among the collages, made where they lie."""

from __future__ import annotations

from collage.errors import NotInStore
from collage.store.bucket import Buckets, named


class Copies(Buckets):
    """Nothing is brought here to be copied: S3 does it, a file at a time."""

    def copy(self, key: str, to: str) -> bool:
        """Copy a file, with its content type; whether there was one."""
        source = {"Bucket": self.collages, "Key": key}
        try:
            with named(self.collages, key):
                self.s3.copy_object(Bucket=self.collages, Key=to, CopySource=source)  # type: ignore[arg-type]
        except NotInStore:
            return False
        return True

    def below(self, prefix: str) -> set[str]:
        """The names of all files below a prefix, relative to it."""
        start = f"{prefix}/"
        return {key.removeprefix(start) for key, _ in self._keys(start)}

    def put_below(self, prefix: str, name: str, data: bytes, content_type: str) -> None:
        """Write a file below a prefix."""
        self._put(self.collages, f"{prefix}/{name}", data, content_type)

    def read_below(self, prefix: str, name: str) -> bytes | None:
        """A file below a prefix, if it is there."""
        try:
            return self._get(self.collages, f"{prefix}/{name}")
        except NotInStore:
            return None
