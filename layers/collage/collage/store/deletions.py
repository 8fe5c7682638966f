"""Deletions: which collages are being deleted, what lies where, and deleting it by the thousand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from collage.deletion import Deletion
from collage.store.bucket import READERS, Buckets, named


class Deletions(Buckets):
    """What only the deletion of a collage needs; with versions it leaves what it deletes behind."""

    def deletion(self, collage: str) -> Deletion | None:
        """That a collage is being deleted, if it is."""
        return self._found(Deletion, _key(collage))

    def deletions(self) -> list[Deletion]:
        """All collages that are being deleted: none, nearly always."""
        return self._read_all(Deletion, [key for key, _ in self._keys("deletions/")])

    def put_deletion(self, deletion: Deletion) -> None:
        """Write that a collage is being deleted, and how far."""
        self._write(_key(deletion.id), deletion)

    def remove_deletion(self, collage: str) -> None:
        """A collage is deleted, or will not be."""
        self._delete(self.collages, [_key(collage)])

    def known_collages(self) -> set[str]:
        """The ids of all collages of which anything is there."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.collages, Prefix="collages/", Delimiter="/"
        )
        with named(self.collages, "collages/"):
            found = [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", [])]
        return {prefix.split("/")[1] for prefix in found}

    def sizes(self, prefix: str) -> Iterator[dict[str, int]]:
        """Bytes of all that lies below a prefix among the collages, by key, a thousand at once."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.collages, Prefix=prefix
        )
        with named(self.collages, prefix):
            for page in pages:
                yield {item["Key"]: item["Size"] for item in page.get("Contents", [])}

    def tile_sizes(self, keys: Iterable[str]) -> dict[str, int]:
        """Bytes of all that lies of tiles, by the keys of the files."""
        found: dict[str, int] = {}
        with ThreadPoolExecutor(READERS) as pool:
            for pages in pool.map(lambda key: list(self.sizes(f"tiles/{key}.")), keys):
                for page in pages:
                    found |= page
        return found

    def upload_sizes(self, keys: Iterable[str]) -> dict[str, int]:
        """Bytes of those of some uploads that are there, and of what lies beside them, by key."""
        found: dict[str, int] = {}
        for key in keys:
            with named(self.uploads, key):
                answer = self.s3.list_objects_v2(Bucket=self.uploads, Prefix=key)
            there = {item["Key"]: item["Size"] for item in answer.get("Contents", [])}
            beside = (key, f"{key}.json", f"{key}.failure.json")
            found |= {name: there[name] for name in beside if name in there}
        return found

    def listings(self, collage: str) -> list[str]:
        """The keys by which a collage stands in the list of all, and in those of owners."""
        lists = (self._keys(prefix) for prefix in ("index/", "owned/"))
        return [key for keys in lists for key, _ in keys if key.endswith(f"-{collage}")]

    def remove(self, keys: Iterable[str]) -> None:
        """Delete files among the collages."""
        self._delete(self.collages, keys)

    def remove_uploads(self, keys: Iterable[str]) -> None:
        """Delete uploads."""
        self._delete(self.uploads, keys)


def _key(collage: str) -> str:
    return f"deletions/{collage}.json"
